// HTTP on the chat's port: services, refusals, and the limits on what a peer may cost there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AdminClient } from "../../src/client/admin-client.ts";
import { range } from "../support/lists.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { RawHttp } from "../support/raw-http.ts";
import { useServer } from "../support/server.ts";

/** A second address of this machine, so that a ban does not hit the whole test. */
const GUEST = "127.0.0.9";

/** Ends the connections that a test has opened. */
function useHttp(port: () => number): (options?: { ca?: string; from?: string }) => Promise<RawHttp> {
  const open: RawHttp[] = [];
  afterEach(() => {
    for (const { socket } of open.splice(0)) socket.destroy();
  });
  return async (options) => {
    const client = await RawHttp.connect(port(), options);
    open.push(client);
    return client;
  };
}

describe("HTTP on the chat's port", () => {
  const server = useServer();
  const connect = useHttp(() => server().port);

  it("tells on one connection after the other that the server lives and is ready", async () => {
    const client = await connect();
    for (const [path, text] of [
      ["/healthz", "ok"],
      ["/readyz?verbose", "ready"],
      ["http://chat.example/healthz", "ok"],
    ] as const) {
      const { status, headers, body } = await client.ask("GET", path);
      assert.deepEqual([status, body], [200, text]);
      assert.match(headers["content-type"] ?? "", /^text\/plain/);
      const head = await client.ask("HEAD", path);
      assert.deepEqual([head.status, head.headers["content-length"]], [200, String(text.length)]);
    }
    const ann = await server().newPerson("Ann");
    await ann.say("the chat goes on beside it");
  });

  it("answers with fetch of any library", async () => {
    const answers = await Promise.all(range(1, 20).map(() => fetch(`http://127.0.0.1:${server().port}/healthz`)));
    for (const answer of answers) assert.equal(await answer.text(), "ok");
  });

  it("answers 404 for what is not there and 405 for what one cannot do", async () => {
    const client = await connect();
    for (const path of ["/", "/healthz/", "/__proto__", "/metrics/..", "//healthz"]) {
      assert.equal((await client.ask("GET", path)).status, 404, path);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const { status, headers } = await client.ask(method, "/healthz");
      assert.deepEqual([status, headers["allow"]], [405, "GET, HEAD"], method);
    }
    const { headers } = await client.ask("OPTIONS", "/metrics", { Origin: "https://evil.example" });
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith("access-control")),
      [],
    );
  });

  it("answers pipelined requests in their order, however they are cut", async () => {
    const client = await connect();
    const text = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".repeat(50);
    for (let start = 0; start < text.length; start += 37) {
      client.raw(text.slice(start, start + 37));
      await new Promise(setImmediate);
    }
    for (const index of range(1, 100)) {
      assert.equal((await client.responses.next()).status, index % 2 === 1 ? 200 : 404);
    }
  });

  it("answers all that was asked when the peer has sent its end already", async () => {
    for (const [text, count] of [
      ["GET /readyz HTTP/1.0\r\n\r\n", 1],
      ["GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3), 3],
    ] as const) {
      const client = await connect();
      client.socket.end(text);
      for (const _ of range(1, count)) {
        const { status, body } = await client.responses.next();
        assert.deepEqual([status, body], [200, "ready"]);
      }
      await client.closed();
    }
    const cut = await connect();
    cut.socket.end("GET /readyz HT");
    assert.equal((await cut.responses.next()).status, 400);
    await cut.closed();
  });

  it("drops a body that has come with its head, and ends the connection at one that has not", async () => {
    const client = await connect();
    client.raw("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    assert.equal((await client.responses.next()).status, 405);
    assert.equal((await client.ask("GET", "/healthz")).status, 200);
    for (const length of [
      { "Content-Length": "5" },
      { "Content-Length": "100000000" },
      { "Transfer-Encoding": "chunked" },
      { "Content-Length": "5", Expect: "100-continue" },
    ]) {
      const late = await connect();
      const { status, headers } = await late.ask("POST", "/healthz", length);
      assert.deepEqual([status, headers["connection"]], [405, "close"], JSON.stringify(length));
      await late.closed();
      assert.equal(late.responses.size, 0);
    }
  });

  it("sends no 100 for a body that it will not take", async () => {
    const client = await connect();
    const { status } = await client.ask("POST", "/healthz", { "Content-Length": "5", Expect: "100-continue" });
    assert.equal(status, 405);
  });

  for (const [what, text, status] of [
    ["what is no HTTP", "NONSENSE\r\n\r\n", 400],
    ["another version", "GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n", 505],
    ["HTTP/2 without agreement", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
    ["a tunnel", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", 404],
    ["a request without a host", "GET /healthz HTTP/1.1\r\n\r\n", 400],
    [
      "a length beside a coding",
      "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["two lengths", "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400],
    ["an expectation but 100-continue", "GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: anything\r\n\r\n", 417],
    ["an unknown coding", "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501],
    ["a head of more than 16 KiB", `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(17_000)}`, 431],
    ["a path of more than 16 KiB", `GET /${"x".repeat(17_000)}`, 431],
    ["many fields of more than 16 KiB", `GET / HTTP/1.1\r\nHost: x\r\n${"X: y\r\n".repeat(4_000)}\r\n`, 431],
    ["a value behind endless blanks", `GET / HTTP/1.1\r\nHost: x\r\nX:${" ".repeat(40_000)}`, 431],
  ] as const) {
    it(`refuses ${what} with ${status}, and closes`, async () => {
      const client = await connect();
      client.raw(text);
      assert.equal((await client.responses.next()).status, status);
      await client.closed();
      assert.equal(client.responses.size, 0);
    });
  }

  it("refuses endless lines between two requests with 431, and closes", async () => {
    const client = await connect();
    assert.equal((await client.ask("GET", "/healthz")).status, 200);
    client.raw("\r\n".repeat(20_000));
    assert.equal((await client.responses.next()).status, 431);
    await client.closed();
  });

  it("holds bans, and lets connections go that are banned", async () => {
    const client = await connect({ from: GUEST });
    assert.equal((await client.ask("GET", "/healthz")).status, 200);
    const link = await AdminClient.open(server().config.data);
    assert.equal((await link.request("ban", { address: GUEST, seconds: 600 })).disconnected, 1);
    await client.closed();
    await (await connect({ from: GUEST })).closed();
    await link.request("unban", { address: GUEST });
    link.close();
  });
});

describe("HTTP that takes its time", () => {
  const clock = new ManualClock();
  const server = useServer({}, clock);
  const connect = useHttp(() => server().port);

  it("has 10 s for a head and may be silent for 30 s between two; who is answered stays", async () => {
    const slow = await connect();
    slow.raw("GET /healthz HTTP/1.1\r\nX: ");
    const silent = await connect();
    await silent.ask("GET", "/healthz");
    const later = await connect();
    await later.ask("GET", "/healthz");
    const busy = await connect();
    for (const _ of range(1, 9)) {
      clock.advance(1_000);
      slow.raw("x");
      await busy.ask("GET", "/healthz");
    }
    assert.ok(!slow.isClosed);
    clock.advance(1_000);
    assert.equal((await slow.responses.next()).status, 408);
    await slow.closed();
    later.raw("GET /healthz");
    clock.advance(19_000);
    await busy.ask("GET", "/healthz");
    assert.ok(!silent.isClosed);
    clock.advance(1_000);
    await silent.closed();
    await busy.ask("GET", "/healthz");
    clock.advance(10_000); // by now it was seen that the other's next head had begun
    assert.equal((await later.responses.next()).status, 408);
    await later.closed();
    assert.equal((await busy.ask("GET", "/healthz")).status, 200);
  });

  it("answers 429 above the rate of requests, with the time to wait, and closes", async () => {
    const client = await connect();
    clock.advance(60_000);
    const requests = 5_010;
    client.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(requests));
    let answered = 0;
    for (;;) {
      const { status, headers } = await client.responses.next();
      if (status === 200) answered += 1;
      else {
        assert.deepEqual([status, headers["retry-after"]], [429, "1"]);
        break;
      }
    }
    assert.equal(answered, 5_000);
    await client.closed();
  });
});

describe("HTTP inside TLS", () => {
  const server = useServer({ tls: "self-signed,require" });
  const connect = useHttp(() => server().port);

  it("is served as beside it", async () => {
    const ca = readFileSync(join(server().config.data, "tls", "self-signed.pem"), "utf8");
    const client = await connect({ ca });
    for (const _ of range(1, 3)) assert.equal((await client.ask("GET", "/readyz")).body, "ready");
    client.raw(`GET /${"x".repeat(17_000)}`);
    assert.equal((await client.responses.next()).status, 431);
    await client.closed();
    const brief = await connect({ ca });
    brief.socket.end("GET /readyz HTTP/1.0\r\n\r\n");
    assert.equal((await brief.responses.next()).body, "ready");
    await brief.closed();
  });
});

describe("HTTP that is switched off", () => {
  const server = useServer({ http: false });
  const connect = useHttp(() => server().port);

  it("is refused as any other first byte", async () => {
    for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
      const client = await connect();
      client.raw(`${letter}ET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
      let text = "";
      client.socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      await client.closed();
      assert.match(text, /^\{.*"code":400.*fits no mode.*\}\n$/, letter);
    }
  });
});

describe("HTTP beyond the limit of connections", () => {
  const server = useServer({ maxConnections: 2 });
  const connect = useHttp(() => server().port);

  it("is answered 429 with the time to wait, and counted", async () => {
    const people = [await server().connect(), await server().connect()];
    for (const client of people) await client.barrier();
    const refused = await connect();
    const { status, headers } = await refused.ask("GET", "/healthz");
    assert.deepEqual([status, headers["retry-after"]], [429, "10"]);
    await refused.closed();
    people[0]?.destroy();
    await people[1]?.barrier();
    const late = await connect();
    assert.match((await late.ask("GET", "/metrics")).body, /^messenger_refused_connections_total 1$/m);
  });
});
