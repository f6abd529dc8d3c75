// Connection: answers find their requests, errors and deadlines reject, a dead peer is noticed, the end comes once.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Connection, type ConnectionOptions } from "../../../src/client/connection.ts";
import { DisconnectedError, RequestError } from "../../../src/client/errors.ts";
import { encodeFrame } from "../../../src/protocol/frame.ts";
import { eventually } from "../../support/eventually.ts";
import { ScriptedServer } from "../../support/scripted-server.ts";

describe("client connection", () => {
  let server: ScriptedServer;
  const opened: Connection[] = [];

  const open = async (options: ConnectionOptions = {}): Promise<Connection> => {
    const connection = await Connection.open({ ...server.address, ...options });
    opened.push(connection);
    connection.releaseEvents();
    return connection;
  };

  beforeEach(async () => {
    server = await ScriptedServer.start();
  });

  afterEach(async () => {
    for (const connection of opened.splice(0)) connection.close("end of test");
    await server.close();
  });

  it("matches answers to requests, whatever order they come in", async () => {
    server.onRequest = () => {
      const [first, second] = server.requests;
      if (!first || !second) return;
      second.peer.answer(second, { user_data: profile("Bob") });
      first.peer.answer(first, { username: "Alice", user_id: "1" });
    };
    const connection = await open();
    const [registered, loaded] = await Promise.all([
      connection.request("register", { username: "Alice", password: "long enough" }),
      connection.request("profile", { username: "Bob" }),
    ]);
    assert.equal(registered.username, "Alice");
    assert.equal(loaded.user_data.username, "Bob");
  });

  it("reads frames that arrive byte by byte", async () => {
    server.onRequest = ({ id, peer }) => {
      const answer = encodeFrame(JSON.stringify({ action: "ping", id, code: 200, info: "☃" }), "prefixed");
      for (const byte of answer) peer.socket.write(Buffer.of(byte));
    };
    await (await open()).request("ping", {});
  });

  it("rejects with code, text and wait of a refusal", async () => {
    server.onRequest = (request) => request.peer.answer(request, { retry_after: 7 }, 429, "slow down");
    const refused = (await open()).request("ping", {});
    await assert.rejects(refused, { name: "RequestError", code: 429, message: "slow down", retryAfterMs: 7000 });
  });

  it("rejects an answer that is not the result of its action", async () => {
    server.onRequest = (request) => request.peer.answer(request, { chat_id: "common", messages: "none" });
    await assert.rejects((await open()).request("common_chat", {}), RequestError);
  });

  it("refuses what is too large before sending it", async () => {
    const connection = await open();
    const large = connection.request("add_message", { chat_id: "common", message: "x".repeat(70_000) });
    await assert.rejects(large, { code: 413 });
    assert.deepEqual(server.requests, []);
  });

  it("rejects a request whose deadline has passed, and drops its late answer", async () => {
    const connection = await open();
    await assert.rejects(connection.request("ping", {}, 20), DisconnectedError);
    await eventually("the request has arrived", () => server.requests.length === 1);
    server.onRequest = (request) => {
      for (const one of server.requests) one.peer.answer(one, one === request ? { user_data: profile("Bob") } : {});
    };
    assert.equal((await connection.request("profile", {})).user_data.username, "Bob");
  });

  it("notices a peer that is silent and does not answer a ping", async () => {
    const connection = await open({ heartbeatMs: 20, pingTimeoutMs: 40 });
    const closed = new Promise((resolve) => connection.events.on("closed", resolve));
    const error = await closed;
    assert.ok(error instanceof DisconnectedError);
    assert.match(error.message, /does not answer/);
    assert.ok(server.actions.includes("ping"));
  });

  it("keeps a connection whose peer answers pings, and tells a busy one that it is there", async () => {
    server.onRequest = (request) => request.peer.answer(request);
    const connection = await open({ heartbeatMs: 10, pingTimeoutMs: 1000 });
    await eventually("several pings", () => server.requests.length >= 3);
    assert.equal(connection.closedBecause, undefined);
    const busy = await ScriptedServer.start();
    let keepAlives = 0;
    busy.onConnection = ({ socket }) => {
      socket.on("data", (chunk: Buffer) => (keepAlives += chunk.equals(Buffer.alloc(4)) ? 1 : 0));
      const timer = setInterval(() => socket.write(Buffer.alloc(4)), 2);
      socket.on("close", () => clearInterval(timer));
    };
    opened.push(await Connection.open({ ...busy.address, heartbeatMs: 10 }));
    await eventually("keep-alives", () => keepAlives >= 2);
    assert.deepEqual(busy.requests, []);
    await busy.close();
  });

  it("holds events back until somebody listens, then keeps their order", async () => {
    server.onConnection = (peer) => {
      peer.event("closing", { reason: "one" });
      peer.event("closing", { reason: "two" });
    };
    server.onRequest = (request) => request.peer.answer(request);
    const connection = await Connection.open(server.address);
    opened.push(connection);
    await connection.request("ping", {});
    const reasons: string[] = [];
    connection.events.on("closing", ({ reason }) => reasons.push(reason));
    connection.releaseEvents();
    assert.deepEqual(reasons, ["one", "two"]);
  });

  it("ignores events that it does not know and those of a wrong shape", async () => {
    server.onConnection = (peer) => {
      peer.event("confetti", {});
      peer.event("message", { chat_id: "common", seq: "1" });
      peer.event("toString", {});
    };
    server.onRequest = (request) => request.peer.answer(request);
    const connection = await open();
    connection.events.on("message", () => assert.fail("a message of a wrong shape"));
    await connection.request("ping", {});
  });

  it("ends once: every request rejects with the reason that the server gave", async () => {
    server.onRequest = ({ peer }) => {
      peer.event("closing", { reason: "shutting down" });
      peer.socket.end();
    };
    const connection = await open();
    const reasons: string[] = [];
    connection.events.on("closed", ({ message }) => reasons.push(message));
    const one = connection.request("ping", {});
    const other = connection.request("ping", {});
    await assert.rejects(one, { name: "DisconnectedError", message: "shutting down" });
    await assert.rejects(other, DisconnectedError);
    connection.close("again");
    assert.deepEqual(reasons, ["shutting down"]);
    await assert.rejects(connection.request("ping", {}), DisconnectedError);
  });

  it("passes on how long a server that is full asks to wait", async () => {
    server.onConnection = (peer) => {
      peer.send({ action: null, code: 429, info: "too many connections", retry_after: 3 });
      peer.socket.end();
    };
    const connection = await open();
    const error = await new Promise((resolve) => connection.events.on("closed", resolve));
    assert.ok(error instanceof DisconnectedError);
    assert.equal(error.retryAfterMs, 3000);
    assert.equal(error.message, "too many connections");
  });

  it("closes when the peer speaks something else", async () => {
    for (const bytes of [
      encodeFrame("[1]", "prefixed"),
      encodeFrame("{", "prefixed"),
      Buffer.from("HTTP/1.1 400\r\n"),
    ]) {
      server.onConnection = ({ socket }) => void socket.write(bytes);
      const connection = await open();
      await assert.rejects(connection.request("ping", {}), DisconnectedError);
      const [peer] = server.peers.splice(0);
      if (peer && !peer.socket.closed) await once(peer.socket, "close");
    }
  });

  it("says in words why a server cannot be reached", async () => {
    const other = await ScriptedServer.start();
    const { address } = other;
    await other.close();
    await assert.rejects(Connection.open(address), { name: "DisconnectedError", message: /nothing listens/ });
    await assert.rejects(Connection.open({ ...server.address, tls: {}, connectTimeoutMs: 50 }), DisconnectedError);
    await assert.rejects(Connection.open(server.address, AbortSignal.abort()), DisconnectedError);
  });
});

function profile(username: string): object {
  return { user_id: "1", username, first_name: "", second_name: "", bio: "", file_name: null };
}
