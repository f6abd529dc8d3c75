// The client as people start it: a process of its own under an X server, played by xdotool.
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "../../support/eventually.ts";
import { PASSWORD, Stage } from "../support/stage.ts";

const MAIN = fileURLToPath(new URL("../../../gui/chat/main.js", import.meta.url));
const has = (tool: string): boolean => spawnSync("which", [tool], { stdio: "ignore" }).status === 0;

describe("the client on a desktop (needs Xvfb and xdotool)", () => {
  const folder = mkdtempSync(join(tmpdir(), "messenger-desktop-"));
  const processes: ChildProcess[] = [];
  after(() => {
    for (const child of processes) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts an X server on a display that is free; gives its name. */
  async function startDisplay(): Promise<string> {
    const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1200x900x24"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    processes.push(server);
    const pipe = server.stdio[3];
    if (!pipe || !("read" in pipe)) throw new Error("Xvfb has no pipe");
    const [line] = await once(createInterface(pipe), "line");
    return `:${String(line)}`;
  }

  function startClient(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, QT_QPA_PLATFORM: _platform, ...inherited } = process.env;
    const child = spawn(process.execPath, [MAIN, "--data", folder, ...args], {
      env: { ...inherited, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    processes.push(child);
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    return { child, errors: () => errors };
  }

  it("says in one line that there is no display, with exit code 1", async () => {
    const { child, errors } = startClient({});
    const [code] = await once(child, "exit");
    assert.equal(code, 1);
    assert.match(errors(), /^messenger: no display[^\n]*\n$/);
    const other = startClient({ DISPLAY: ":9876" });
    const [otherCode] = await once(other.child, "exit");
    assert.equal(otherCode, 1);
    assert.match(other.errors(), /^messenger: no display.*:9876[^\n]*\n$/);
  });

  it("logs in, sends what is typed, and quits", async function () {
    if (!has("Xvfb") || !has("xdotool")) return this.skip();
    const stage = await Stage.start(["anna", "boris"]);
    try {
      const display = await startDisplay();
      const xdotool = (...args: string[]): string =>
        spawnSync("xdotool", args, { encoding: "utf8", env: { ...process.env, DISPLAY: display } }).stdout.trim();
      const { child } = startClient(
        { DISPLAY: display },
        "--server",
        `127.0.0.1:${stage.server.port}`,
        "--username",
        "anna",
      );
      const windowOf = (name: string): string =>
        xdotool("search", "--onlyvisible", "--class", "messenger")
          .split("\n")
          .find((id) => id !== "" && xdotool("getwindowname", id).includes(name)) ?? "";
      await eventually("the welcome window is there", () => windowOf("Messenger") !== "", 20_000);
      xdotool("windowfocus", "--sync", windowOf("Messenger"));
      xdotool("type", PASSWORD);
      xdotool("key", "Return");
      const boris = stage.person("boris");
      await eventually(
        "anna is online",
        () => stage.server.running !== undefined && isWide(xdotool, windowOf("Messenger")),
        20_000,
      );
      const second = startClient({ DISPLAY: display });
      const [secondCode] = await once(second.child, "exit");
      assert.equal(secondCode, 0);
      assert.match(second.errors(), /the window is open already/);
      xdotool("windowfocus", "--sync", windowOf("Messenger"));
      xdotool("key", "ctrl+k");
      xdotool("type", "common");
      xdotool("key", "Return");
      xdotool("type", "typed on a real keyboard");
      xdotool("key", "Return");
      const message = await boris.client.nextEvent("message", 20_000);
      assert.equal(message.message, "typed on a real keyboard");
      assert.equal(message.username, "anna");
      xdotool("key", "ctrl+q");
      const [code] = await once(child, "exit");
      assert.equal(code, 0);
    } finally {
      await stage.remove();
    }
  }).timeout(90_000);
});

/** The main window is wider than the one to log in. */
function isWide(xdotool: (...args: string[]) => string, id: string): boolean {
  return Number(/WIDTH=(\d+)/.exec(xdotool("getwindowgeometry", "--shell", id))?.[1]) > 600;
}
