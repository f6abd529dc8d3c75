// Peers that acknowledge nothing, as Linux lists them, and what becomes of their sessions.
import assert from "node:assert/strict";
import { peerName, repeatingPeers } from "../../../../src/server/connections/unanswered.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TestServer } from "../../../support/server.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const line = (remote: string, rest: string): string =>
  `   1: 0100007F:9C40 ${remote} ${rest}     0        0 12345 1 0\n`;

describe("peers that are gone", () => {
  it("are those to whom something is sent again and again, in both families; who only does not read is not", () => {
    const table =
      HEAD +
      line("0900007F:A1B2", "01 00000080:00000000 01:00000F00 00000007") +
      line("0A00007F:A1B3", "01 00000080:00000000 01:00000014 00000000") + // just sent
      line("0B00007F:A1B4", "01 00100000:00000000 04:00000014 00000005") + // its window is full
      line("0C00007F:A1B5", "01 00000000:00000000 02:00000014 00000003") + // keep-alive
      line("B80D0120000000000000000001000000:A1B6", "01 00000080:00000000 01:00000F00 00000002") +
      line("0000000000000000FFFF0000090200C0:A1B7", "01 00000080:00000000 01:00000F00 00000002") +
      line("00000000:0000", "0A 00000000:00000000 00:00000000 00000000");
    const names = [peerName("127.0.0.9", 0xa1b2), peerName("2001:db8::1", 0xa1b6), peerName("192.0.2.9", 0xa1b7)];
    assert.deepEqual(repeatingPeers(table), names);
  });

  it("are offline after a minute and a half, not earlier, and not when they come back before", async () => {
    const clock = new ManualClock();
    const gone = new Set<string>();
    let looks = 0;
    const unanswered = async (): Promise<ReadonlySet<string>> => (looks++, new Set(gone));
    const server = await TestServer.start({}, clock, {}, { unanswered });
    const pass = async (byMs: number): Promise<void> => {
      const before = looks;
      clock.advance(byMs);
      await eventually("it was looked again", () => looks > before);
    };
    try {
      const [away, back, watcher] = await server.newPeople("away", "back", "watcher");
      for (const person of [away, back]) await watcher.addContact(person);
      for (const { client } of [away, back]) gone.add(peerName("127.0.0.1", client.socket.localPort ?? 0));
      await pass(15_000);
      await pass(75_000);
      gone.delete(peerName("127.0.0.1", back.client.socket.localPort ?? 0));
      await back.client.barrier();
      await away.client.barrier();
      await pass(15_000);
      assert.match((await away.client.nextEvent("closing")).reason, /gone/);
      const [presence] = await watcher.events("presence");
      assert.deepEqual([presence?.username, presence?.online], [away.username, false]);
      await back.client.barrier();
    } finally {
      await server.remove();
    }
  });
});
