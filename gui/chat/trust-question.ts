// Question whether a server's certificate is to be trusted: the first one, or one in the place of another.
import type { QDialog, QWidget } from "@nodegui/nodegui";
import { ask } from "../kit/dialogs.ts";
import type { ServerChoice } from "./preferences.ts";
import { addressText } from "./server-address.ts";
import type { CertificateDoubt } from "./sign-in.ts";

export interface TrustActions {
  onTrust(): unknown;
  onForget(): unknown;
}

/** The first certificate of a server may be trusted; one that takes its place is refused until the old one is forgotten. */
export function askTrust(
  parent: QWidget,
  server: ServerChoice,
  { shown, trusted }: CertificateDoubt,
  { onTrust, onForget }: TrustActions,
): QDialog {
  const name = addressText(server);
  if (trusted === undefined) {
    const question = {
      title: "Trust this server?",
      text: `No authority vouches for ${name}. That is usual for a server with a certificate of its own making: compare its fingerprint (SHA-256) with the one that whoever runs the server tells you.`,
      detail: fingerprintText(shown),
      yes: "Trust it",
    };
    return ask(parent, question, onTrust);
  }
  const question = {
    title: "The certificate has changed",
    text: `${name} does not show the certificate that you trust. Perhaps the server was reinstalled, perhaps somebody is in between. Nothing was sent. Ask whoever runs the server before you forget the old certificate.`,
    detail: `trusted\n${fingerprintText(trusted)}\n\nshown now\n${fingerprintText(shown)}`,
    yes: "Forget the old one",
    isDangerous: true,
  };
  return ask(parent, question, onForget);
}

/** In four lines of eight pairs, for comparing by eye. */
function fingerprintText(fingerprint: string): string {
  return fingerprint.replaceAll(/((?:..:){7}..):/g, "$1\n");
}
