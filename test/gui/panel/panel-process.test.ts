// The panel as a process beside the server: whatever happens to it, the server runs on; and it goes with the server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { AdminClient } from "../../../src/client/admin-client.ts";
import { childrenOf, mapsOf, parentOf } from "../../support/child-processes.ts";
import { eventually } from "../../support/eventually.ts";
import { ServerProcess } from "../../support/server-process.ts";
import { WireClient } from "../../support/wire-client.ts";

/** A window on a machine under load takes its time. */
const PATIENCE_MS = 25_000;
/** In this time a panel that ended with its server would be gone. */
const SETTLE_MS = 1_000;
/** How often the server is asked. */
const LOOK_MS = 20;

describe("messenger server -g", () => {
  let server: ServerProcess;
  let panel: number;
  beforeEach(async () => {
    server = await ServerProcess.start(["-g"]);
    await eventually("the panel runs", () => childrenOf(server.pid).length === 1, PATIENCE_MS);
    panel = childrenOf(server.pid)[0] ?? 0;
    await eventually("it has Qt", () => mapsOf(panel).includes("libQt6Widgets"), PATIENCE_MS);
  });
  afterEach(() => server.remove());

  it("runs on when its panel is killed, and says so", async () => {
    process.kill(panel, "SIGKILL");
    await eventually(
      "it is logged",
      () => /panel has ended; the server runs on.*SIGKILL/.test(server.stderr),
      PATIENCE_MS,
    );
    await (await WireClient.connect(server.port)).ok("ping", {});
    assert.match(server.stdout, /^messenger server listening on .*\n$/, "standard output has the ready line only");
    assert.equal((await server.stop()).code, 0);
  });

  it("takes the panel along when it stops in order", async () => {
    assert.equal((await server.stop()).code, 0);
    await eventually("the panel is gone", () => parentOf(panel) === undefined, PATIENCE_MS);
  });

  it("leaves the panel behind when it is killed", async () => {
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS)); // nothing is to happen
    assert.notEqual(parentOf(panel), undefined);
    process.kill(panel, "SIGTERM");
    await eventually("it ends when it is asked to", () => parentOf(panel) === undefined, PATIENCE_MS);
  });
});

describe("messenger panel", () => {
  it("may be opened twice, and closed without any effect on the server", async () => {
    const server = await ServerProcess.start();
    try {
      const script = new URL("../../../gui/panel/main.js", import.meta.url).pathname;
      const open = (): number => {
        const command = `"${process.execPath}" "${script}" --data "${server.data}" --page traffic >/dev/null 2>&1 & echo $!`;
        return Number(spawnSync("sh", ["-c", command], { encoding: "utf8" }).stdout);
      };
      const panels = [open(), open()];
      const admin = await AdminClient.open(server.data);
      let followed: readonly string[] = [];
      const follows = async (topics: readonly string[]): Promise<void> => {
        const endMs = Date.now() + PATIENCE_MS;
        do {
          await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
          ({ followed } = await admin.request("status", {}));
        } while (Date.now() < endMs && followed.length !== topics.length);
        assert.deepEqual(followed, topics);
      };
      await follows(["sample", "traffic"]); // it is on the page that was asked for
      for (const pid of panels) assert.notEqual(parentOf(pid), undefined);
      await admin.request("status", {});
      for (const pid of panels) process.kill(pid, "SIGTERM");
      await eventually("both are gone", () => panels.every((pid) => parentOf(pid) === undefined), PATIENCE_MS);
      await follows([]);
      admin.close();
    } finally {
      await server.remove();
    }
  });
});
