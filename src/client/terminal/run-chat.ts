// `messenger chat`: the line-mode client on a terminal or on streams.
import { UntrustedServerError } from "../errors.ts";
import type { AcceptCertificate } from "../dial.ts";
import { StopSignals, TERMINAL_SIGNALS } from "../../util/stop-signals.ts";
import { openScreen, type ScreenInput, type ScreenOutput } from "./screen.ts";
import { TerminalChat, type TerminalChatOptions } from "./terminal-chat.ts";

export interface RunChatOptions extends Omit<TerminalChatOptions, "tls"> {
  readonly tls: boolean;
  /** SHA-256 of the only certificate that is accepted; undefined: what the system's authorities vouch for. */
  readonly fingerprint: string | undefined;
}

/**
 * Runs until the end of the input, /quit, or a signal that asks for the end; resolves with the exit code: 0 when all that
 * was written is stored.
 */
export async function runChat(options: RunChatOptions, input: ScreenInput, output: ScreenOutput): Promise<number> {
  const signals = new StopSignals(TERMINAL_SIGNALS);
  const { tls, fingerprint, ...rest } = options;
  const accept = fingerprint === undefined ? acceptTrusted : pinned(fingerprint);
  const chat = new TerminalChat({ ...rest, ...(tls ? { tls: { accept } } : {}) }, openScreen(input, output));
  void signals.asked.then(() => chat.quit());
  try {
    return await chat.run();
  } finally {
    signals.close();
  }
}

/** The refusal names the fingerprint, so that it can be compared with the one that the server's keeper has. */
const acceptTrusted: AcceptCertificate = ({ problem, fingerprint }) => {
  if (problem === undefined) return true;
  throw new UntrustedServerError(
    `the server's certificate is not trusted (${problem}); if its fingerprint is right, use --fingerprint ${fingerprint}`,
    fingerprint,
  );
};

function pinned(wanted: string): AcceptCertificate {
  const plain = (text: string): string => text.replaceAll(":", "").toLowerCase();
  return ({ fingerprint }) => {
    if (plain(fingerprint) === plain(wanted)) return true;
    throw new UntrustedServerError(
      `the server shows another certificate, with fingerprint ${fingerprint}`,
      fingerprint,
    );
  };
}
