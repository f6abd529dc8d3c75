// `messenger client`: reads the options, makes Qt usable, and opens the window.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clientFolder } from "../../src/config/chat-options.ts";
import { ignoreUserSignals, TERMINAL_SIGNALS } from "../../src/util/stop-signals.ts";
import { bootQtOrExit } from "../boot.ts";
import { claimFolder } from "./single-instance.ts";
import { stderrLogger } from "./stderr-logger.ts";
import { parseAddress } from "./server-address.ts";

const { values } = parseArgs({
  options: {
    server: { type: "string" },
    username: { type: "string", short: "u" },
    tls: { type: "boolean", default: false },
    data: { type: "string" },
  },
});

const folder = values.data ?? join(clientFolder(process.env), "desktop");
let present = (): void => {};
if (!(await claim())) {
  process.stderr.write("messenger: the window is open already, and was asked to come to the front\n");
  process.exit(0);
}
bootQtOrExit();
// Not earlier: importing NodeGui starts Qt.
const { Application } = await import("./application.ts");

const address = values.server === undefined ? undefined : parseAddress(values.server);
if (values.server !== undefined && !address) {
  process.stderr.write("messenger: --server must be HOST:PORT, or [ADDRESS]:PORT for IPv6\n");
  process.exit(1);
}
const application = new Application({
  folder,
  server: address && { ...address, tls: values.tls },
  username: values.username,
  logger: stderrLogger(),
  onQuit: (code) => process.exit(code),
});
ignoreUserSignals();
present = () => application.present();
for (const signal of TERMINAL_SIGNALS) process.once(signal, () => void application.quit());
process.on("unhandledRejection", (reason) => reportLate(reason));
await application.start();

/** A promise that nobody waits for has failed: it is shown like the errors of handlers. */
function reportLate(reason: unknown): void {
  void import("../kit/guard.ts").then(({ reportError }) => reportError(reason));
}

/** Where the socket cannot be made the window opens all the same; it is only not found by a second start. */
function claim(): Promise<boolean> {
  return claimFolder(folder, () => present()).catch((error: unknown) => {
    process.stderr.write(`messenger: a second start will open a second window (${String(error)})\n`);
    return true;
  });
}
