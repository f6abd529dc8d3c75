// `messenger panel` and the panel of `messenger server -g`: reads the options, makes Qt usable, and opens the window.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clientFolder } from "../../src/config/chat-options.ts";
import { isPanelPage } from "../../src/config/panel-pages.ts";
import { ignoreUserSignals, TERMINAL_SIGNALS } from "../../src/util/stop-signals.ts";
import { bootQtOrExit } from "../boot.ts";
import { stderrLogger } from "../chat/stderr-logger.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    "of-server": { type: "boolean", default: false },
    page: { type: "string", default: "overview" },
  },
});

if (values.data === undefined) {
  process.stderr.write("messenger: --data is missing; `messenger panel` names it\n");
  process.exit(1);
}
if (!isPanelPage(values.page)) {
  process.stderr.write(`messenger: --page: ${values.page}: no such page\n`);
  process.exit(1);
}

bootQtOrExit();
// Not earlier: importing NodeGui starts Qt.
const { PanelApplication } = await import("./panel-application.ts");

const application = new PanelApplication({
  dataDir: values.data,
  isOfServer: values["of-server"],
  page: values.page,
  settingsFile: join(clientFolder(process.env), "panel", "settings.json"),
  logger: stderrLogger(),
  onQuit: (code) => process.exit(code),
});
ignoreUserSignals();
for (const signal of TERMINAL_SIGNALS) process.once(signal, () => application.quit());
process.on("unhandledRejection", (reason) => {
  void import("../kit/guard.ts").then(({ reportError }) => reportError(reason));
});
await application.start();
