// `npm run screenshots`: makes the pictures of the documents: of the client from a real server with a scripted
// conversation, and of the control panel from a server under load.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUpGui } from "./gui.mjs";
import { root, setUp } from "./setup.mjs";

/** Those of the client that the documents show; others can be named on the command line. */
const SHOWN = [
  "talk",
  "welcome",
  "common-light",
  "main-dark",
  "group",
  "group-above-dark",
  "group-info",
  "found",
  "search",
  "details",
  "hard-emoji",
  "narrow",
  "profile",
  "settings",
  "offline",
  "trust",
];
/** Those of the control panel; on the command line with "panel-" in front, or "panel" for these, "panel-all" for all. */
const PANEL_SHOWN = [
  "overview-light",
  "sessions-light",
  "users-dark",
  "traffic-dark",
  "start-failed-light",
  "server-gone-light",
];
/** What the panel is pictured under: sessions, messages a second, and how long before the first picture. */
const LOAD = { sessions: 2_000, messagesPerSec: 200, seconds: 45 };
/** Beside those seconds, all pages take less than this. */
const PICTURES_SECONDS = 75;
const START_PATIENCE_MS = 60_000;

const images = join(root, "docs", "images");
const named = process.argv.slice(2);
const ofClient = named.filter((name) => !name.startsWith("panel"));
const ofPanel = named.filter((name) => name.startsWith("panel-")).map((name) => name.slice("panel-".length));

/** Runs a program of test/gui/screenshots; its exit code. */
function shoot(program, ...words) {
  const file = join(root, "gui", "dist", "test", "gui", "screenshots", program);
  return spawnSync(process.execPath, [file, images, ...words], { cwd: root, stdio: "inherit" }).status ?? 1;
}

/** Waits for the admin socket of the server that a bench has started in `folder`; the server's data folder. */
async function dataFolderIn(folder, bench) {
  const endMs = performance.now() + START_PATIENCE_MS;
  while (performance.now() < endMs && bench.exitCode === null) {
    const found = readdirSync(folder).find((name) => existsSync(join(folder, name, "admin.sock")));
    if (found !== undefined) return join(folder, found);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the bench has not started a server");
}

async function shootPanel(names) {
  const folder = mkdtempSync(join(tmpdir(), "messenger-panel-"));
  const load = [
    "--clients",
    LOAD.sessions,
    "--rate",
    LOAD.messagesPerSec,
    "--seconds",
    LOAD.seconds + PICTURES_SECONDS,
  ];
  const words = [...load, "--p99", 10_000, "--out", folder].map(String);
  const bench = spawn(process.execPath, [join(root, "dist", "bench", "main.js"), ...words], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  const ended = new Promise((resolve) => bench.once("close", resolve));
  try {
    return shoot("panel.js", await dataFolderIn(folder, bench), String(LOAD.seconds), ...names);
  } finally {
    bench.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

setUp("bench");
await setUpGui({ withTests: true });
let status = 0;
if (named.length === 0 || ofClient.length > 0) status = shoot("main.js", ...(named.length === 0 ? SHOWN : ofClient));
if (status === 0 && (named.length === 0 || named.length > ofClient.length)) {
  if (named.length === 0 || named.includes("panel")) ofPanel.push(...PANEL_SHOWN);
  status = await shootPanel(ofPanel.includes("all") ? [] : ofPanel);
}
process.exitCode = status;
