// Limits of the avatar server: connections, transfers, uploads, time, and unread answers.
import assert from "node:assert/strict";
import { ANNA, BEN, useAvatarServer } from "../../support/avatar-server.ts";
import { eventually } from "../../support/eventually.ts";
import { png, SAMPLES } from "../../support/pictures.ts";

describe("limits of the avatar server", () => {
  const start = useAvatarServer();

  it("serves 200 connections at once", async () => {
    const avatars = await start({ limits: { transfersPerUserCount: 50 } });
    await (await avatars.logIn()).store(`${ANNA}.png`, png(50, 50), 226);
    const name = avatars.published[0]?.fileName;
    const raws = await Promise.all(Array.from({ length: 200 }, () => avatars.logIn("ben")));
    const sizes = await Promise.all(raws.map((raw) => raw.ask(`SIZE ${name}`, 213)));
    assert.equal(sizes.length, 200);
    const received = await Promise.all(raws.slice(0, 50).map((raw) => raw.receive(`RETR ${name}`)));
    assert.ok(received.every((bytes) => bytes.equals(png(50, 50))));
  });

  it("greets no more connections than it may, and others when some have gone", async () => {
    const avatars = await start({ limits: { connectionsCount: 2 } });
    const [first] = [await avatars.dial(), await avatars.dial()];
    await assert.rejects(avatars.dial(), /421 Too many connections/);
    first?.send("QUIT");
    await first?.reply(221);
    await first?.closed();
    await eventually("another one is greeted", () =>
      avatars.dial().then(
        () => true,
        (error: unknown) => {
          assert.match(String(error), /421 Too many connections/);
          return false;
        },
      ),
    );
  });

  it("runs no more transfers than it may", async () => {
    const avatars = await start({ limits: { transfersCount: 1 } });
    const [anna, ben] = [await avatars.logIn("anna"), await avatars.logIn("ben")];
    const data = await anna.data();
    await anna.ask(`STOR ${ANNA}.png`, 150);
    await ben.data();
    await ben.ask("LIST", 450);
    data.end(SAMPLES.gif);
    await anna.reply(226);
    await ben.receive("LIST");
  });

  it("leaves places for others: one user has some of the transfers, and who trickles loses them", async () => {
    const limits = { transfersCount: 4, transfersPerUserCount: 2 };
    const avatars = await start({ limits, timeouts: { progressMs: 3_000 } });
    const trickling = [await avatars.logIn("anna"), await avatars.logIn("anna")];
    const timers: NodeJS.Timeout[] = [];
    for (const raw of trickling) {
      const data = await raw.data();
      await raw.ask(`STOR ${ANNA}.png`, 150);
      timers.push(setInterval(() => data.writable && data.write("x"), 20));
    }
    const third = await avatars.logIn("anna");
    await third.data();
    await third.ask("LIST", 450);
    await (await avatars.logIn("ben")).receive("LIST");
    for (const raw of trickling) await raw.reply(426);
    for (const timer of timers) clearInterval(timer);
    await third.receive("LIST");
  });

  it("stops a user who uploads all the time", async () => {
    const avatars = await start({ limits: { uploadBurstCount: 2, uploadsPerSec: 0.001 } });
    const raw = await avatars.logIn();
    for (let time = 0; time < 2; time++) await raw.store(`${ANNA}.png`, png(1, 1, time), 226);
    await raw.data();
    assert.match(await raw.ask(`STOR ${ANNA}.png`, 450), /Too many uploads/);
    await (await avatars.logIn("ben")).store(`${BEN}.png`, png(1, 1), 226);
  });

  it("closes connections that do not log in", async () => {
    const silent = await (await start({ timeouts: { loginMs: 60 } })).dial();
    await silent.reply(421);
    await silent.closed();
  });

  it("closes connections that do nothing after the login", async () => {
    const idle = await (await start({ timeouts: { idleMs: 1_000 } })).logIn();
    await idle.reply(421);
    await idle.closed();
  });

  it("closes connections that send lines without end", async () => {
    const endless = await (await start()).dial();
    endless.socket.write("x".repeat(100_000));
    await endless.closed();
  });

  it("reads no further while a client does not wait for its answers", async () => {
    const raw = await (await start()).logIn();
    const floodBytes = 32 * 1024 * 1024;
    raw.socket.write("NOOP\r\n".repeat(floodBytes / 6));
    for (let time = 0; time < 50; time++) await raw.reply(200);
    assert.ok(raw.socket.writableLength > floodBytes / 2, `${raw.socket.writableLength} bytes wait here`);
  });
});
