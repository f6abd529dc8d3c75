// Pictures of every page of the control panel, light and dark, of a server that runs and is under load already.
//
//   node gui/dist/test/gui/screenshots/panel.js FOLDER DATA_FOLDER [SECONDS [NAME…]]
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { textsIn, user } from "../support/qt.ts";

const { PanelApplication } = await import("../../../gui/panel/panel-application.ts");

const [folder = "build/panel", dataDir = "", seconds = "5", ...wanted] = process.argv.slice(2);
/** Connecting thousands, and all of them under load, takes its time. */
const LOAD_PATIENCE_MS = 60_000;
/** Lets lists be asked for and everything be painted. */
const SETTLE_MS = 1_500;
mkdirSync(folder, { recursive: true });
const settings = mkdtempSync(join(tmpdir(), "messenger-panel-"));

const logger = {
  error: console.error,
  warn: console.error,
  info() {},
  debug() {},
  child: () => logger,
  async close() {},
};
const application = new PanelApplication({
  dataDir,
  isOfServer: true,
  page: "overview",
  settingsFile: join(settings, "settings.json"),
  logger,
  onQuit: () => {},
});
await application.start();
const { window: panel, theme } = application;
const { pages } = panel;
await eventually("the panel is connected", () => panel.connection.state.kind === "online");
const { samples } = pages.overview;
await eventually("there is a load", () => (samples.last?.messages_per_sec ?? 0) > 0, LOAD_PATIENCE_MS);
await wait(Number(seconds) * 1000);

async function shoot(name: string, settleMs = SETTLE_MS): Promise<void> {
  for (const choice of ["light", "dark"] as const) {
    theme.apply(choice, theme.textPx);
    await wait(choice === "light" ? settleMs : 300);
    if (wanted.length > 0 && !wanted.includes(`${name}-${choice}`)) continue;
    panel.window.grab().save(join(folder, `panel-${name}-${choice}.png`), "PNG");
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await shoot("overview");
panel.show(pages.sessions);
await eventually("the sessions are listed", () => pages.sessions.table.values.length > 0);
const [session] = pages.sessions.table.values.slice(4);
if (session) pages.sessions.table.select(session);
await shoot("sessions");
panel.show(pages.users);
await eventually("the users are listed", () => pages.users.table.values.length > 0);
const [account] = pages.users.table.values.slice(2);
if (account) pages.users.table.select(account);
await shoot("users");
panel.show(pages.traffic);
await eventually("traffic comes", () => pages.traffic.table.values.length > 20, 20_000);
const [exchange] = pages.traffic.table.values.slice(3);
if (exchange) pages.traffic.table.select(exchange);
await shoot("traffic");
panel.show(pages.announce);
user.type(pages.announce.text, "The server is restarted at 18:00. It takes a minute; nothing is lost.");
await shoot("announce");
panel.show(pages.log);
await shoot("log");
panel.show(pages.backup);
user.click(pages.backup.make);
await eventually("the backup is made", () => pages.backup.make.isEnabled(), 60_000);
await shoot("backup");
// A port that is taken already: the listener stops, and cannot start there.
const taken = createServer().listen(0, "127.0.0.1");
await once(taken, "listening");
const place = taken.address();
panel.show(pages.overview);
panel.listener.port.setText(String(typeof place === "object" ? place?.port : ""));
user.click(panel.listener.restart);
await eventually("it is asked", () => /Restart listening/.test(textsIn(panel.window)));
user.pressButton(panel.window, "Restart");
await eventually("the start has failed", () => panel.listener.outcome.widget.text() !== "", 20_000);
await shoot("start-failed");
await panel.connection.request("shutdown", {});
await eventually("the server is gone", () => panel.banner.isVisible(), 20_000);
await shoot("server-gone");

application.quit();
rmSync(settings, { recursive: true, force: true });
process.exit(0);
