// A socket that is not read for a while: nothing comes out of it meanwhile, and nothing is lost.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { startReading, stopReading } from "../../../../src/server/connections/reading.ts";
import { eventually } from "../../../support/eventually.ts";

describe("stopReading and startReading", () => {
  let server: Server;
  let sending: Socket;
  let socket: Socket;
  let received: string;
  let hasEnded: boolean;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    sending = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket = await accepted;
    received = "";
    hasEnded = false;
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.on("end", () => (hasEnded = true));
  });
  afterEach(() => {
    sending.destroy();
    socket.destroy();
    server.close();
  });

  /** Resolves when the system has delivered what was sent, as another connection's answer shows. */
  async function delivered(): Promise<void> {
    const other = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [peer] = await Promise.all([
      new Promise<Socket>((resolve) => server.once("connection", resolve)),
      new Promise((resolve) => other.once("connect", resolve)),
    ]);
    const answered = new Promise((resolve) => other.once("data", resolve));
    peer.once("data", () => peer.write("!"));
    other.write("?");
    await answered;
    other.destroy();
    peer.destroy();
  }

  it("keeps what arrives in the system until the socket is read again, its end too", async () => {
    sending.write("one ");
    await eventually("it is read", () => received === "one ");
    assert.equal(stopReading(socket), true);
    assert.equal(stopReading(socket), false, "it is not read already");
    for (const word of ["two ", "three "]) sending.write(word);
    sending.end("four");
    await delivered();
    assert.equal(received, "one ");
    startReading(socket);
    await eventually("it has all arrived", () => received === "one two three four" && hasEnded);
  });

  it("does not hinder a pause and its end", async () => {
    stopReading(socket);
    socket.pause();
    startReading(socket);
    sending.write("while it pauses ");
    await delivered();
    stopReading(socket);
    socket.resume();
    startReading(socket);
    sending.write("and after");
    await eventually("it has all arrived", () => received === "while it pauses and after");
  });

  it("does nothing to a socket that is closed", async () => {
    stopReading(socket);
    socket.destroy();
    startReading(socket);
    assert.equal(stopReading(socket), false);
    await eventually("it is closed", () => socket.closed);
  });
});
