// TLS on the common port, chosen by the first byte; the bytes inside choose the framing again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { eventually } from "../support/eventually.ts";
import { range, seqs } from "../support/lists.ts";
import { TestServer } from "../support/server.ts";

describe("TLS", () => {
  let folder: string;
  let server: TestServer;
  let ca: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "messenger-tls-"));
    const altNames = [{ type: 2 as const, value: "localhost" }];
    const made = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [{ name: "subjectAltName", altNames }],
    });
    ca = made.cert;
    const [tlsCert, tlsKey] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    writeFileSync(tlsCert, made.cert);
    writeFileSync(tlsKey, made.private);
    server = await TestServer.start({ tlsCert, tlsKey });
  });
  afterEach(() => server.cutClients());
  after(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const framing of ["prefixed", "lines"] as const) {
    it(`carries everything that plain connections do (${framing})`, async () => {
      const ann = await server.newPerson("Ann", { framing, ca });
      const ben = await server.newPerson("Ben", { framing });
      const text = "😀".repeat(8000);
      for (const _ of range(1, 50)) ann.client.send("add_message", { chat_id: ann.chatWith(ben), message: text });
      await ann.client.barrier();
      assert.deepEqual(seqs(await ann.events("message")), range(1, 50));
      assert.deepEqual(seqs(await ben.events("message")), range(1, 50));
      assert.equal((await ann.ok("get_chat", { contact: ben.username })).messages.length, 4, "a page of 128 KiB");
    });

    it(`answers what was sent before the end of the sending half (${framing})`, async () => {
      const client = await server.connect({ framing, ca });
      for (const id of range(1, 10)) client.raw(client.frame({ action: "ping", id }));
      client.endSending();
      for (const id of range(1, 10)) assert.equal((await client.replies.next()).id, id);
      await client.closed();
    });
  }

  it("refuses a wrong first byte inside, and TLS in TLS", async () => {
    for (const byte of [0x16, 0x67]) {
      const client = await server.connect({ framing: "lines", ca });
      client.raw(Buffer.of(byte, 3, 1, 0));
      const reply = await client.replies.next();
      assert.equal(reply.code, 400);
      await client.closed();
    }
  });

  it("closes what begins like TLS and is none, and goes on", async () => {
    const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
    socket.write(Buffer.concat([Buffer.of(0x16), Buffer.alloc(100, "x")]));
    await new Promise((resolve) => socket.once("close", resolve).resume());
    await (await server.connect({ ca })).barrier();
    assert.deepEqual(server.log.errors, []);
  });

  it("says goodbye at a stop", async () => {
    const ann = await server.newPerson("Ann", { ca });
    const gone = ann.client.closed();
    await server.stop();
    assert.equal(ann.client.takeEvents("closing").length, 1);
    await gone;
    await eventually("the socket is gone", () => ann.client.isClosed);
    await server.start();
  });
});
