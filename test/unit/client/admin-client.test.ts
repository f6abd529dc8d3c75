// The panel's side of the admin channel against a server that says what it should not.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { AdminClient } from "../../../src/client/admin-client.ts";
import { DisconnectedError, RequestError } from "../../../src/client/errors.ts";
import { encodeFrame } from "../../../src/protocol/frame.ts";
import { adminSocketPath } from "../../../src/util/admin-socket.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("AdminClient", () => {
  const dir = tempDirPerTest();
  let server: Server;
  let peer: Socket;
  let admin: AdminClient;

  beforeEach(async () => {
    server = createServer();
    server.listen(adminSocketPath(dir()));
    await once(server, "listening");
    const [opened, [socket]] = await Promise.all([AdminClient.open(dir()), once(server, "connection")]);
    admin = opened;
    peer = socket as Socket;
  });

  afterEach(() => {
    admin.close();
    peer.destroy();
    server.close();
  });

  function send(value: unknown): void {
    peer.write(encodeFrame(typeof value === "string" ? value : JSON.stringify(value), "prefixed"));
  }

  for (const frame of ["{", "[]", "null", "7", "\u0000"]) {
    it(`closes at ${JSON.stringify(frame)}, and tells who waits`, async () => {
      let reason = "";
      admin.events.on("closed", ({ message }) => (reason = message));
      const answer = admin.request("status", {});
      send(frame);
      await assert.rejects(answer, DisconnectedError);
      assert.match(reason, /does not speak/);
    });
  }

  it("passes over events that it does not know, or that are not what they should be", async () => {
    const heard: unknown[] = [];
    admin.events.on("log", (entry) => heard.push(entry));
    admin.events.on("sample", (sample) => heard.push(sample));
    admin.events.on("backup", (backup) => heard.push(backup));
    admin.events.on("closed", (error) => heard.push(error));
    for (const event of ["weather", "closed", "constructor", 7, null]) send({ event, data: {} });
    for (const data of [undefined, null, 7, "x", [], { time_ms: 1, level: "loud", text: "", fields: {} }]) {
      send({ event: "log", data });
      send({ event: "backup", data });
    }
    for (const data of [null, [], { cpu: "much" }]) send({ event: "sample", data });
    send({ event: "log", data: { time_ms: 1, level: "warn", text: "real", fields: {} } });
    const answer = admin.request("status", {}); // the barrier
    send({ id: 1, code: 404, info: "gone" });
    await assert.rejects(answer, (error: unknown) => error instanceof RequestError && error.code === 404);
    assert.deepEqual(heard, [{ time_ms: 1, level: "warn", text: "real", fields: {} }]);
  });

  it("takes a refusal without code or text as one", async () => {
    const answer = admin.request("status", {});
    send({ id: 1, code: "fine" });
    await assert.rejects(answer, (error: unknown) => error instanceof RequestError && error.code === 500);
  });
});
