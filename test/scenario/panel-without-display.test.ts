// `messenger server -g` and `messenger panel` on a machine without a display.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { eventually } from "../support/eventually.ts";
import { CLI, ServerProcess } from "../support/server-process.ts";
import { WireClient } from "../support/wire-client.ts";

const DISPLAY_VARIABLES = ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"] as const;

describe("the control panel without a display", function () {
  const before = new Map(DISPLAY_VARIABLES.map((name) => [name, process.env[name]]));
  beforeEach(function () {
    if (process.platform !== "linux") return this.skip(); // elsewhere there is always one
    for (const name of DISPLAY_VARIABLES) delete process.env[name];
  });
  afterEach(() => {
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
  });

  it("is one line in the server's log, and the server runs on", async () => {
    const server = await ServerProcess.start(["-g"]);
    try {
      await eventually("it is logged", () => /no display/.test(server.stderr));
      const lines = server.stderr.split("\n").filter((line) => line.includes("panel"));
      assert.equal(lines.length, 1, server.stderr);
      await (await WireClient.connect(server.port)).ok("ping", {});
      assert.equal((await server.stop()).code, 0);
    } finally {
      await server.remove();
    }
  });

  it("is one line and exit code 1 of `messenger panel`", () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, "panel"], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /^messenger: no display to open a window on .*\n$/);
  });
});
