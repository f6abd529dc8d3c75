// The HTTP endpoint alone, over real sockets: requests under way when it ends, faults of routes, TLS that is missing.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { Allowance } from "../../../../src/server/connections/allowance.ts";
import type { HttpAnswer } from "../../../../src/server/http/answers.ts";
import { HttpEndpoint } from "../../../../src/server/http/http-endpoint.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { RawHttp } from "../../../support/raw-http.ts";

const UNLIMITED = { requestRatePerSec: 0, requestBurstCount: 0, byteRatePerSec: 0, byteBurstCount: 0 };

describe("HttpEndpoint", () => {
  const clock = new ManualClock();
  const faults: unknown[] = [];
  let endpoint: HttpEndpoint;
  let listener: Server;
  let port = 0;
  let release: (answer: HttpAnswer) => void;
  let lacksTls = false;
  let limits = UNLIMITED;
  let shared: Allowance | undefined;
  let heldCount = 0;
  let readBytes = 0;

  beforeEach(async () => {
    const held = new Promise<HttpAnswer>((resolve) => (release = resolve));
    const routes = {
      "/quick": () => ({ status: 200 }),
      "/held": () => {
        heldCount += 1;
        return held;
      },
      "/faulty": () => Promise.reject(new Error("a bug")),
      "/long": () => ({ status: 200, text: "x".repeat(64 * 1024 * 1024) }),
    };
    endpoint = new HttpEndpoint(routes, clock, (error) => void faults.push(error));
    lacksTls = false;
    limits = UNLIMITED;
    shared = undefined;
    heldCount = readBytes = 0;
    listener = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => socket.destroy());
      endpoint.take({ socket, address: "192.0.2.7", allowance: new Allowance(limits, clock, shared), lacksTls });
      socket.on("data", ({ length }: Buffer) => (readBytes += length));
    });
    await once(listener.listen(0, "127.0.0.1"), "listening");
    port = (listener.address() as AddressInfo).port;
  });
  afterEach(() => {
    endpoint.destroy();
    listener.close();
  });

  it("ends idle connections at once when it finishes, and the others when they are answered", async () => {
    const idle = await RawHttp.connect(port);
    await idle.ask("GET", "/quick");
    const waiting = await RawHttp.connect(port);
    const answer = waiting.ask("GET", "/held");
    await eventually("both are served", () => endpoint.size === 2);
    await idle.ask("GET", "/quick"); // by now the other request has arrived too
    endpoint.finish();
    await idle.closed();
    assert.ok(!waiting.isClosed);
    release({ status: 200, text: "at last" });
    const { body, headers } = await answer;
    assert.deepEqual([body, headers["connection"]], ["at last", "close"]);
    await waiting.closed();
    await eventually("nobody is left", () => endpoint.size === 0);
    await (await RawHttp.connect(port)).closed();
    endpoint.open();
    assert.equal((await RawHttp.get(port, "/quick")).status, 200);
  });

  it("answers 500 when a route fails, tells nothing of it, and reports it", async () => {
    const { status, body } = await RawHttp.get(port, "/faulty");
    assert.deepEqual([status, body], [500, "Internal Server Error"]);
    assert.match(String(faults.pop()), /a bug/);
  });

  it("serves nothing in plain text where TLS is asked for", async () => {
    lacksTls = true;
    const client = await RawHttp.connect(port);
    const { status, body } = await client.ask("GET", "/quick");
    assert.deepEqual([status, body], [403, "this server asks for TLS"]);
    await client.closed();
  });

  it("charges a request with an expectation as any other", async () => {
    limits = { ...UNLIMITED, requestRatePerSec: 1, requestBurstCount: 1 };
    const client = await RawHttp.connect(port);
    assert.equal((await client.ask("GET", "/quick")).status, 200);
    assert.equal((await client.ask("GET", "/quick", { Expect: "anything" })).status, 429);
    await client.closed();
  });

  it("charges blanks that come with a request, and those that come with none", async () => {
    limits = { ...UNLIMITED, byteRatePerSec: 1, byteBurstCount: 30_000 };
    const all = new Allowance(limits, clock);
    shared = all;
    const client = await RawHttp.connect(port);
    client.raw(`GET /quick HTTP/1.1\r\nHost: x\r\nX:${" ".repeat(20_000)}`);
    await eventually("the blanks are read", () => readBytes >= 20_000);
    client.raw("y\r\n\r\n");
    assert.equal((await client.responses.next()).status, 200);
    assert.equal(all.take(11_000) > 0, true);
    client.raw("\r\n".repeat(2_000));
    await eventually("the lines are read", () => readBytes >= 24_000);
    client.socket.destroy();
    await eventually("it is gone", () => endpoint.size === 0);
    assert.equal(all.take(7_000) > 0, true);
    assert.equal(all.take(4_000), 0);
  });

  it("serves any number of requests with some blanks between them", async () => {
    const client = await RawHttp.connect(port);
    for (let count = 0; count < 60; count += 1) {
      client.raw("\r\n".repeat(500));
      assert.equal((await client.ask("GET", "/quick")).status, 200);
    }
  });

  it("ends a connection whose peer has sent its end, when its answer takes too long", async () => {
    const client = await RawHttp.connect(port);
    const ended = new Promise((resolve) => client.socket.once("end", resolve));
    client.socket.end("GET /held HTTP/1.0\r\n\r\n");
    await eventually("it is asked", () => heldCount === 1);
    for (const ms of [0, 30_000, 2_000]) {
      clock.advance(ms);
      endpoint.checkDeadlines();
    }
    await ended;
    await eventually("it is gone", () => endpoint.size === 0);
  });

  it("ends a connection whose answer is not read for 30 s", async () => {
    const client = await RawHttp.connect(port);
    client.socket.pause();
    client.raw("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    // Until the system's buffers are full.
    let sent = -1;
    await eventually("the answer waits", () => {
      clock.advance(0);
      endpoint.checkDeadlines();
      const before = sent;
      sent = client.socket.bytesRead;
      return sent === before && endpoint.size === 1;
    });
    clock.advance(29_000);
    endpoint.checkDeadlines();
    assert.equal(endpoint.size, 1);
    clock.advance(1_000);
    endpoint.checkDeadlines();
    clock.advance(2_000);
    endpoint.checkDeadlines();
    await eventually("it is gone", () => endpoint.size === 0);
    client.socket.destroy();
  });
});
