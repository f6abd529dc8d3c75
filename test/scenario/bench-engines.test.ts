// Both load engines against a relay that does what a server must never do: they have to notice.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { encodeFrame } from "../../src/protocol/frame.ts";
import type { Role } from "../../bench/engine/commands.ts";
import { JS_ENGINE, type EngineProgram } from "../../bench/engine/engine-process.ts";
import { nativeEngine } from "../../bench/engine/native-engine.ts";
import { stampedText } from "../../bench/engine/stamp.ts";
import type { LoadOutcome } from "../../bench/load.ts";
import { Swarm, type Opened } from "../../bench/swarm.ts";
import { makeCertificate, type TestCertificate } from "../../bench/targets/certificate.ts";
import type { RunningTarget } from "../../bench/targets/target.ts";

const GREETING = "\0\0\0\0";
const TEXT_BYTES = 60;
const FRAME_BYTES = 4 + TEXT_BYTES;
const RECEIVERS = 4;
const MESSAGES = 50;

/** What the relay does to the frames for one receiver: number of the receiver, frames of one sender in order. */
type Tamper = (receiver: number, frames: readonly Buffer[]) => readonly Buffer[];

/** Over TLS when there is a certificate. */
function serverOf(certificate: TestCertificate | undefined, onConnection: (socket: Socket) => void): Server {
  return certificate
    ? createTlsServer({ cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) }, onConnection)
    : createServer(onConnection);
}

/** Holds all frames back until every message has come, then sends each receiver what `tamper` makes of them. */
class Relay {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  readonly #tamper: Tamper;
  #received = Buffer.alloc(0);

  constructor(tamper: Tamper, certificate: TestCertificate | undefined) {
    this.#tamper = tamper;
    this.#server = serverOf(certificate, (socket) => {
      this.#sockets.push(socket);
      socket.on("data", (chunk) => this.#take(chunk));
      socket.on("error", () => socket.destroy());
      socket.write(Buffer.from(GREETING));
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length < MESSAGES * FRAME_BYTES) return;
    const frames = Array.from({ length: MESSAGES }, (_, index) =>
      this.#received.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES),
    );
    this.#received = Buffer.alloc(0);
    this.#sockets.forEach((socket, index) => socket.write(Buffer.concat(this.#tamper(index, frames))));
  }
}

/** An engine, and how its clients connect. */
interface Way {
  readonly name: string;
  readonly program: EngineProgram;
  readonly certificate?: TestCertificate;
  /** What the clients are told, if not the certificate's. */
  readonly fingerprint?: string;
}

function relayTarget(port: number, fingerprint: string | undefined): RunningTarget {
  return {
    name: "relay",
    host: "127.0.0.1",
    port,
    fingerprint,
    pid: undefined,
    format: "prefixed",
    connectParallel: 1, // so that the relay's first connection is the engine's first
    steps: () => [],
    commonSender: () => assert.fail("not asked for"),
    close: () => Promise.resolve(),
  };
}

async function load(way: Way, role: Role, tamper: Tamper): Promise<LoadOutcome> {
  const { program, certificate, fingerprint = certificate?.fingerprint } = way;
  const relay = new Relay(tamper, certificate);
  const target = relayTarget(await relay.listen(), fingerprint);
  const swarm = new Swarm(target, { program, engineCount: 1, engineCore: undefined });
  try {
    const steps = [{ send: Buffer.alloc(0), until: GREETING }];
    const frame = encodeFrame(stampedText(TEXT_BYTES), "prefixed");
    const sender = { id: 0, frame, acknowledged: false, echoed: true };
    swarm.add([
      { role: "full", group: 0, steps, sender },
      { role: "full", group: 0, steps },
      { role, group: 0, steps },
      { role, group: 0, steps },
    ]);
    await swarm.connect();
    return await swarm.load({ ratePerSec: MESSAGES * 10, warmupMs: 0, measureMs: 100, settleMs: 300 });
  } finally {
    await swarm.close();
    await relay.close();
  }
}

/** Greets and then never falls silent, as a chat that goes on; every second client is turned away. */
async function openWhileOthersTalk({ program, certificate }: Way): Promise<Opened> {
  let count = 0;
  const server = serverOf(certificate, (socket) => {
    const talk = setInterval(() => socket.write(encodeFrame("on and on", "prefixed")), 5);
    socket.on("close", () => clearInterval(talk)).on("error", () => socket.destroy());
    if ((count += 1) % 2 === 0) socket.destroy();
    else socket.write(Buffer.from(GREETING));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const swarm = new Swarm(relayTarget(port, certificate?.fingerprint), {
    program,
    engineCount: 1,
    engineCore: undefined,
  });
  try {
    const steps = [{ send: Buffer.alloc(0), until: GREETING }];
    swarm.add(Array.from({ length: 4 }, () => ({ role: "walk", group: 0, steps }) as const));
    return await swarm.open(4, 60_000);
  } finally {
    await swarm.close();
    await new Promise((resolve) => server.close(resolve));
  }
}

const LAST = RECEIVERS - 1;
const honest: Tamper = (_receiver, frames) => frames;
const losing: Tamper = (receiver, frames) => (receiver === LAST ? frames.toSpliced(10, 1) : frames);
const doubling: Tamper = (receiver, frames) =>
  receiver === LAST ? [...frames.slice(0, 10), ...frames.slice(9)] : frames;
const swapping: Tamper = (receiver, frames) =>
  receiver === LAST ? frames.toSpliced(10, 2, frames[11] ?? assert.fail(), frames[10] ?? assert.fail()) : frames;

const folder = mkdtempSync(join(tmpdir(), "messenger-bench-engines-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const native = nativeEngine();
const certificate = await makeCertificate(folder);
const overTls: Way = { name: "js load engine over TLS", program: JS_ENGINE, certificate };
const ways: readonly Way[] = [
  { name: "js load engine", program: JS_ENGINE },
  ...(native ? [{ name: "native load engine", program: native }] : []),
  overTls,
];

for (const way of ways) {
  describe(`the ${way.name}`, () => {
    for (const role of ["full", "walk", "bytes"] as const) {
      it(`finds nothing wrong with an honest relay (${role})`, async () => {
        const { offered, expected, delivered, lost, doubled, outOfOrder, differing } = await load(way, role, honest);
        assert.deepEqual({ offered, expected, delivered }, { offered: 50, expected: 200, delivered: 200 });
        assert.deepEqual(
          { lost, doubled, outOfOrder, differing },
          { lost: 0, doubled: 0, outOfOrder: 0, differing: 0 },
        );
      });
    }

    it("tells who is ready and who is not, without waiting for a chat to fall silent", async () => {
      const { failed, firstFailure, steps } = await openWhileOthersTalk(way);
      assert.deepEqual({ failed, ready: steps.count }, { failed: 2, ready: 2 });
      assert.notEqual(firstFailure, "");
    });

    it("counts a lost message", async () => {
      assert.equal((await load(way, "full", losing)).lost, 1);
      assert.equal((await load(way, "walk", losing)).lost, 1);
      assert.equal((await load(way, "bytes", losing)).differing, 1);
    });

    it("counts a doubled message", async () => {
      assert.equal((await load(way, "full", doubling)).doubled, 1);
      assert.equal((await load(way, "walk", doubling)).doubled, 1);
      assert.equal((await load(way, "bytes", doubling)).differing, 1);
    });

    it("counts a message out of order where it reads every one", async () => {
      const { lost, doubled, outOfOrder } = await load(way, "full", swapping);
      assert.deepEqual({ lost, doubled, outOfOrder }, { lost: 0, doubled: 0, outOfOrder: 1 });
    });
  });
}

describe("a client of the bench", () => {
  it("says nothing to a server that shows another certificate", async () => {
    const other = {
      ...overTls,
      fingerprint: certificate.fingerprint.replace(/[0-9A-F]{2}/, (pair) => (pair === "00" ? "01" : "00")),
    };
    await assert.rejects(load(other, "full", honest), /4 clients could not connect to relay: .*another certificate/);
  });
});
