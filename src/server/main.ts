// The server as a process: starts it, says that it is ready, stops it on a signal.
import { changedOptions } from "../config/changes.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import type { LeveledLogger } from "../log/winston-logger.ts";
import { Deadline } from "../util/deadline.ts";
import { STOP_SIGNALS, StopSignals } from "../util/stop-signals.ts";
import { UserError } from "../util/user-error.ts";
import { letGarbageGather } from "./garbage-collection.ts";
import { MessengerServer } from "./messenger-server.ts";
import { PanelProcess } from "./admin/panel-process.ts";
import { StartCancelled } from "./start-error.ts";

/** How long a stop may take before the process ends all the same, in milliseconds (the contract: within 10 s). */
const STOP_TIMEOUT_MS = 9_500;

/** Parts of the process that runs the server. */
export interface ServerProcess {
  readonly config: Config;
  readonly log: LeveledLogger;
  /** Reads the settings anew. @throws UserError when they cannot be used. */
  readonly readConfig: () => Config;
}

/**
 * Runs a server until a signal stops it; the ready line goes to standard output. A signal during the start ends it, without
 * a ready line. Resolves with the process's exit code.
 * @throws StartError when it cannot start.
 */
export async function runServer({ config, log, readConfig }: ServerProcess): Promise<number> {
  letGarbageGather();
  const signals = new StopSignals(STOP_SIGNALS, (signal) => {
    log.warn("second signal, exiting at once", { signal });
    process.exit(1);
  });
  let deadline: Deadline | undefined;
  const start = new AbortController();
  void signals.asked.then((signal) => {
    deadline = stopDeadline(log);
    start.abort(new StartCancelled(signal));
  });
  const starting = MessengerServer.start(config, log, {}, start.signal);
  // A signal before the server is ready holds for it too: it may have read its certificate already.
  // A start that fails is told below.
  const reload = (): void =>
    void starting.then(
      (server) => {
        server.reload();
        reloadConfig({ config, log, readConfig }, server.log);
      },
      () => undefined,
    );
  process.on("SIGHUP", reload);
  // Nobody need read the ready line to its end, or at all.
  process.stdout.on("error", (error) => log.warn("standard output cannot be written", { error }));
  try {
    const server = await starting;
    process.stdout.write(`${server.readyLine}\n`);
    const panel = config.panel ? new PanelProcess(config.data, server.log) : undefined;
    const cause = await Promise.race([signals.asked, server.shutDownAsked.then(() => "by the administrator")]);
    deadline ??= stopDeadline(log);
    await server.stop(`the server is shutting down (${cause})`);
    panel?.close();
  } catch (error) {
    if (!(error instanceof StartCancelled)) throw error;
    log.info("the start was broken off", { signal: error.message });
  } finally {
    deadline?.clear();
    // The handlers stay until the process has ended: what is still written must not be cut off by a late signal.
  }
  return 0;
}

/** Takes over what can change while the server runs, and names the rest. */
function reloadConfig({ config, log, readConfig }: ServerProcess, serverLog: Logger): void {
  try {
    const now = readConfig();
    log.setLevel(now.logLevel);
    const options = changedOptions({ ...config, logLevel: now.logLevel }, now);
    if (options.length > 0) serverLog.warn("changed settings that wait for a restart", { options });
    serverLog.info("the settings were read again", { logLevel: now.logLevel });
  } catch (error) {
    // Whatever is wrong with them: the server goes on.
    const cause = error instanceof UserError ? { reason: error.message } : { error };
    serverLog.error("the settings cannot be used; those before stay", cause);
  }
}

function stopDeadline(log: Logger): Deadline {
  return new Deadline(() => {
    log.error("the stop took too long");
    process.exit(1);
  }, STOP_TIMEOUT_MS);
}
