// The yardstick: a bare Node server that relays what one client sends to all clients, and does nothing else.
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/*
 * No login, no parsing beyond the 4-byte lengths, no store, no bound on memory. Two ways to write:
 *   each    one write per message and receiver
 *   shared  what all clients sent during one turn of the event loop is joined into one buffer: one write per receiver
 * Usage: node plain-node.js each|shared [CERT KEY]; with the two files over TLS. Prints "listening on PORT".
 */

const LENGTH_BYTES = 4;
/** An empty frame tells a client that it is among the receivers now. */
const GREETING = Buffer.alloc(LENGTH_BYTES);

/** A client's bytes up to the last complete frame; the rest is kept for its next chunk. */
class FrameEdge {
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): Buffer {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let end = 0;
    while (bytes.length - end >= LENGTH_BYTES) {
      const next = end + LENGTH_BYTES + bytes.readUInt32BE(end);
      if (next > bytes.length) break;
      end = next;
    }
    this.#rest = bytes.subarray(end);
    return bytes.subarray(0, end);
  }
}

const clients = new Set<Socket>();
let joined: Buffer[] = [];

function writeEach(frames: Buffer): void {
  for (let start = 0; start < frames.length;) {
    const end = start + LENGTH_BYTES + frames.readUInt32BE(start);
    const frame = frames.subarray(start, end);
    for (const client of clients) client.write(frame);
    start = end;
  }
}

function writeShared(frames: Buffer): void {
  if (joined.length === 0) setImmediate(flush);
  joined.push(frames);
}

function flush(): void {
  const bytes = joined.length === 1 ? joined[0] : Buffer.concat(joined);
  joined = [];
  if (bytes) for (const client of clients) client.write(bytes);
}

const relay = process.argv[2] === "each" ? writeEach : writeShared;

function join(socket: Socket): void {
  const edge = new FrameEdge();
  clients.add(socket);
  socket.write(GREETING);
  socket.on("data", (chunk) => {
    const frames = edge.take(chunk);
    if (frames.length > 0) relay(frames);
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clients.delete(socket));
}

const [certFile, keyFile] = process.argv.slice(3);
const server =
  certFile !== undefined && keyFile !== undefined
    ? createTlsServer({ noDelay: true, cert: readFileSync(certFile), key: readFileSync(keyFile) }, join)
    : createServer({ noDelay: true }, join);
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === "object" ? address?.port : ""}\n`);
});
process.on("SIGTERM", () => process.exit(0));
