// Transport and framing: first byte, both modes, sizes at their edges, pieces, keep-alive, the end of a sending half.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { MAX_REQUEST_BYTES } from "../../src/protocol/limits.ts";
import { useServer } from "../support/server.ts";
import { frameOf, type WireClient } from "../support/wire-client.ts";

const FRAMINGS = ["lines", "prefixed"] as const;

/** A ping whose payload has exactly so many bytes. */
function pingOf(byteCount: number): string {
  const bare = JSON.stringify({ action: "ping", data: { filling: "" } });
  return bare.replace('""', `"${"x".repeat(byteCount - bare.length)}"`);
}

async function expectRefusal(client: WireClient, code: number, info: RegExp): Promise<void> {
  const reply = await client.replies.next();
  assert.equal(reply.code, code);
  assert.match(reply.info, info);
  assert.equal(reply.action, null);
  assert.ok(!("id" in reply));
  await client.closed();
  assert.equal(client.replies.size, 0);
}

describe("framing", () => {
  const server = useServer();

  for (const framing of FRAMINGS) {
    describe(`in ${framing} mode`, () => {
      it("answers in the mode of the connection", async () => {
        const client = await server().connect({ framing });
        const { action, code, time } = await client.ok("ping", {});
        assert.equal(action, "ping");
        assert.equal(code, 200);
        assert.ok(Math.abs(time - Date.now() / 1000) < 60);
      });

      it("takes a frame in pieces of one byte", async () => {
        const client = await server().connect({ framing });
        for (const byte of client.frame({ action: "ping", id: "пинг 🏓" })) {
          client.raw(Buffer.of(byte));
          await new Promise(setImmediate);
        }
        assert.equal((await client.replies.next()).id, "пинг 🏓");
      });

      it("takes frames cut in two at every byte", async () => {
        const client = await server().connect({ framing });
        const two = Buffer.concat([1, 2].map((id) => client.frame({ action: "ping", id })));
        for (let cut = 1; cut < two.length; cut += 1) {
          client.raw(two.subarray(0, cut));
          await new Promise(setImmediate);
          client.raw(two.subarray(cut));
          assert.deepEqual([(await client.replies.next()).id, (await client.replies.next()).id], [1, 2]);
        }
      });

      it("takes many frames joined in one packet, and answers in their order", async () => {
        const client = await server().connect({ framing });
        const ids = Array.from({ length: 2000 }, (_, index) => index);
        client.raw(Buffer.concat(ids.map((id) => client.frame({ action: "ping", id }))));
        for (const id of ids) assert.equal((await client.replies.next()).id, id);
      });

      it("takes a payload of exactly the limit", async () => {
        const client = await server().connect({ framing });
        assert.equal((await client.exchange(pingOf(MAX_REQUEST_BYTES))).code, 200);
        assert.equal((await client.exchange(pingOf(MAX_REQUEST_BYTES))).code, 200);
      });

      it("refuses a payload of one byte more, after what came before it, and closes", async () => {
        const client = await server().connect({ framing });
        client.raw(frameOf(JSON.stringify({ action: "ping", id: "before" }), framing));
        client.raw(frameOf(pingOf(MAX_REQUEST_BYTES + 1), framing));
        client.raw(frameOf(JSON.stringify({ action: "ping", id: "after" }), framing));
        assert.equal((await client.replies.next()).id, "before");
        await expectRefusal(client, 413, /65536/);
      });

      it("answers what was sent before the end of the sending half, then closes", async () => {
        const client = await server().connect({ framing });
        const who = { username: `half.${framing}`, password: "half a connection" };
        client.raw(
          Buffer.concat([
            client.frame({ action: "register", id: 1, data: who }),
            client.frame({ action: "login", id: 2, data: who }),
            client.frame({ action: "add_message", id: 3, data: { chat_id: "common", message: "bye" } }),
            client.frame({ action: "common_chat", id: 4 }),
          ]),
        );
        client.endSending();
        const replies = [];
        for (let count = 0; count < 4; count += 1) replies.push(await client.replies.next());
        assert.deepEqual(
          replies.map(({ id, code }) => [id, code]),
          [1, 2, 3, 4].map((id) => [id, 200]),
        );
        await client.closed();
      });

      it("closes when the peer ends without having sent anything, or in the middle of a frame", async () => {
        const silent = await server().connect({ framing });
        silent.endSending();
        await silent.closed();
        const cut = await server().connect({ framing });
        cut.raw(cut.frame({ action: "ping" }).subarray(0, -5));
        cut.endSending();
        await cut.closed();
      });
    });
  }

  describe("in lines mode", () => {
    it("drops the \\r before a line's end, and ignores blank lines", async () => {
      const client = await server().connect({ framing: "lines" });
      client.raw('{"action":"ping","id":1}\r\n\r\n\n \t \n{"action":"ping","id":2}\n');
      assert.equal((await client.replies.next()).id, 1);
      assert.equal((await client.replies.next()).id, 2);
      await client.barrier();
      assert.equal(client.replies.size, 0);
    });

    it("takes the longest line also with \\r\\n, in one piece or with the end apart", async () => {
      const client = await server().connect({ framing: "lines" });
      const longest = pingOf(MAX_REQUEST_BYTES);
      assert.equal((await client.exchange(longest + "\r")).code, 200);
      client.raw(longest);
      await new Promise(setImmediate);
      client.raw("\r");
      await new Promise(setImmediate);
      client.raw("\n");
      assert.equal((await client.replies.next()).code, 200);
    });

    it("refuses an endless line without waiting for its end", async () => {
      const client = await server().connect({ framing: "lines" });
      client.raw("{" + " ".repeat(MAX_REQUEST_BYTES + 1));
      await expectRefusal(client, 413, /65536/);
    });

    it("allows white space around the object, as JSON does", async () => {
      const client = await server().connect({ framing: "lines" });
      await client.barrier();
      assert.equal((await client.exchange(' \t {"action":"ping","id":5} \t')).id, 5);
    });

    it("answers a last line that the end of the sending half ends", async () => {
      const client = await server().connect({ framing: "lines" });
      client.raw('{"action":"ping","id":1}\n{"action":"ping","id":2}');
      client.endSending();
      assert.equal((await client.replies.next()).id, 1);
      assert.equal((await client.replies.next()).id, 2);
      await client.closed();
    });
  });

  describe("in prefixed mode", () => {
    it("ignores frames of length zero, also as the first and in pieces", async () => {
      const client = await server().connect({ framing: "prefixed" });
      const nothing = Buffer.alloc(4);
      client.raw(Buffer.concat([nothing, nothing, client.frame({ action: "ping", id: 1 }), nothing]));
      assert.equal((await client.replies.next()).id, 1);
      for (const byte of nothing) {
        client.raw(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      await client.barrier();
      assert.equal(client.replies.size, 0);
    });

    it("refuses a length above the limit before any of the payload", async () => {
      for (const length of [MAX_REQUEST_BYTES + 1, 0x0fffffff]) {
        const client = await server().connect({ framing: "prefixed" });
        const prefix = Buffer.alloc(4);
        prefix.writeUInt32BE(length);
        client.raw(prefix);
        await expectRefusal(client, 413, /65536/);
      }
    });

    it("keeps its mode whatever follows: a brace is a length", async () => {
      const client = await server().connect({ framing: "prefixed" });
      await client.barrier();
      client.raw('{"action":"ping"}\n');
      await expectRefusal(client, 413, /65536/);
    });
  });

  describe("by the first byte", () => {
    it("refuses every byte that begins no mode, with one JSON line, and closes", async () => {
      const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a; // HTTP
      const begins = (byte: number): boolean => byte <= 0x0f || byte === 0x7b || isLetter(byte);
      const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !begins(byte));
      await Promise.all(
        bytes.map(async (byte) => {
          const client = await server().connect({ framing: "lines" });
          client.raw(Buffer.concat([Buffer.of(byte), Buffer.from("ET / HTTP/1.1\r\n\r\n")]));
          await expectRefusal(client, 400, byte === 0x16 ? /TLS/ : /first byte/);
          assert.equal(client.unfinishedBytes, 0);
        }),
      );
    });

    it("takes every byte from 0x00 to 0x0F as the beginning of a length", async () => {
      for (let byte = 0; byte <= 0x0f; byte += 1) {
        const client = await server().connect({ framing: "prefixed" });
        client.raw(Buffer.of(byte, 0, 0, 0));
        if (byte === 0) await client.barrier();
        else await expectRefusal(client, 413, /65536/);
      }
    });
  });

  it("survives peers that reset the connection at any moment", async () => {
    for (const bytes of ["", "{", '{"action":"ping"}\n', '{"action":"ping"}\n{"act', "GET"]) {
      const socket = connect(server().port, "127.0.0.1");
      await new Promise((resolve) => socket.once("connect", resolve));
      if (bytes !== "") await new Promise((resolve) => socket.write(bytes, resolve));
      socket.resetAndDestroy();
    }
    await (await server().connect()).barrier();
    assert.deepEqual(server().log.errors, []);
  });
});
