// The server as a process: starts it, says that it is ready, stops it on a signal.
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import { MessengerServer } from "./messenger-server.ts";
import { PanelProcess } from "./panel-process.ts";

/** How long a stop may take before the process ends all the same, in milliseconds (the contract: within 10 s). */
const STOP_TIMEOUT_MS = 9_500;
/**
 * The same signal again so soon is the same request to stop, delivered twice, in milliseconds: Ctrl+C reaches the whole
 * process group, and npm or timeout(1) passes on what it got.
 */
const SAME_SIGNAL_MS = 100;

/**
 * Runs a server until a signal stops it; the ready line goes to standard output. Resolves with the process's exit code.
 * @throws StartError when it cannot start.
 */
export async function runServer(config: Config, log: Logger): Promise<number> {
  const server = await MessengerServer.start(config, log);
  process.stdout.write(`${server.readyLine}\n`);
  const panel = config.panel ? new PanelProcess(config.data, server.log) : undefined;
  const cause = await Promise.race([nextSignal(), server.shutDownAsked.then(() => "by the administrator")]);
  exitAtNextSignal(cause, log);
  const deadline = setTimeout(() => {
    log.error("the stop took too long");
    process.exit(1);
  }, STOP_TIMEOUT_MS);
  await server.stop(`the server is shutting down (${cause})`);
  panel?.close();
  clearTimeout(deadline);
  return 0;
}

/** Ends the process at once when somebody who asked it to stop asks again. */
function exitAtNextSignal(first: string, log: Logger): void {
  const firstMs = performance.now();
  const exit = (signal: NodeJS.Signals): void => {
    if (signal === first && performance.now() - firstMs < SAME_SIGNAL_MS) return;
    log.warn("second signal, exiting at once", { signal });
    process.exit(1);
  };
  process.on("SIGINT", exit);
  process.on("SIGTERM", exit);
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
