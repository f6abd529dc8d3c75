// Deadlines and the clock behind them, while the process stands still.
import assert from "node:assert/strict";
import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { AwakeClock } from "../../../src/util/clock.ts";
import { Deadline } from "../../../src/util/deadline.ts";
import { eventually } from "../../support/eventually.ts";

/** Lets the whole thread stand still. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("Deadline", () => {
  it("is over when its time is", async () => {
    let isOver = false;
    const deadline = new Deadline(() => (isOver = true), 5);
    await eventually("it is over", () => isOver);
    deadline.clear();
  });

  it("is not when it was cleared", async () => {
    let isOver = false;
    new Deadline(() => (isOver = true), 1).clear();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(!isOver);
  });

  it("leaves time to read what came while the process stood still, once", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const client = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
    const [socket] = (await once(server, "connection")) as [Socket];
    const order: string[] = [];
    const deadline = new Deadline(() => order.push("over"), 100);
    socket.once("data", () => order.push("answered"));
    client.write("in time");
    standStill(1_500);
    await eventually("it is over", () => order.includes("over"));
    assert.deepEqual(order, ["answered", "over"]);
    deadline.clear();
    client.destroy();
    server.close();
  });
});

describe("AwakeClock", () => {
  it("goes on with the process, not without it", () => {
    const clock = new AwakeClock();
    const startMs = clock.now();
    standStill(50);
    assert.ok(clock.now() - startMs >= 49);
    standStill(3_500);
    assert.ok(clock.now() - startMs <= 2_500, "of 3.5 s at most two are counted");
  });
});
