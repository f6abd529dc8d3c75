// The avatar server on real sockets: logins, lines, and closing.
import assert from "node:assert/strict";
import { ANNA, PASSWORD, TestAvatarServer, useAvatarServer } from "../../support/avatar-server.ts";
import { SAMPLES } from "../../support/pictures.ts";

describe("the avatar server", () => {
  const start = useAvatarServer();

  describe("login", () => {
    it("takes a name with its password, whatever is in it, and tickets, as often as they come", async () => {
      const avatars = await start();
      await avatars.logIn("anna");
      const ticket = avatars.ticket(ANNA);
      for (let time = 0; time < 3; time++) {
        const raw = await avatars.dial();
        await raw.ask(`USER ${ticket.username}`, 331);
        await raw.ask(`PASS ${ticket.password}`, 230);
      }
    });

    it("lets nobody do anything before it", async () => {
      const raw = await (await start()).dial();
      for (const line of [
        "LIST",
        "PASV",
        "EPSV",
        "PWD",
        "STOR x",
        "RETR x",
        "SIZE x",
        "PORT 127,0,0,1,9,9",
        "DELE x",
      ]) {
        await raw.ask(line, 530);
      }
      await raw.ask("USER anonymous", 331);
      await raw.ask("PASS guest@example.org", 530);
    });

    it("closes after three wrong passwords and says when there were too many", async () => {
      const avatars = await start();
      const slow = await avatars.dial();
      await slow.ask("USER slow", 331);
      assert.match(await slow.ask(`PASS ${PASSWORD}`, 421), /Too many failed logins/);
      await slow.closed();
      const raw = await avatars.dial();
      await raw.ask("USER anna", 331);
      for (let time = 0; time < 3; time++) await raw.ask("PASS wrong", 530);
      await raw.reply(421);
      await raw.closed();
    });

    it("writes no password and no ticket into the log, right or wrong", async () => {
      const avatars = await start();
      const ticket = avatars.ticket(ANNA);
      const raw = await avatars.dial();
      await raw.ask(`USER ${ticket.username}`, 331);
      await raw.ask("PASS wrong-secret", 530);
      raw.send(`PASS ${ticket.password}`);
      await raw.reply(230);
      await raw.ask(`PASS ${PASSWORD}`, 202);
      await raw.ask(`XPASS ${PASSWORD}`, 502);
      await avatars.logIn();
      assert.match(avatars.log.text, /Wrong name or password/);
      for (const secret of [ticket.password, "wrong-secret", PASSWORD]) assert.ok(!avatars.log.text.includes(secret));
    });

    it("answers when the check itself fails, without its reason", async () => {
      const avatars = await start({ authenticate: () => Promise.reject(new Error("secret internals")) });
      const raw = await avatars.dial();
      await raw.ask("USER anna", 331);
      assert.doesNotMatch(await raw.ask("PASS x", 421), /secret/);
    });
  });

  describe("lines", () => {
    it("are put together however they arrive, and answered in order", async () => {
      const raw = await (await start()).logIn();
      for (const byte of "NOOP\r\npwd\r\n") {
        raw.socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await raw.reply(200);
      await raw.reply(257);
      raw.socket.write("NOOP\nSYST\r\nTYPE I\r\n\r\nPWD\r\n");
      for (const code of [200, 215, 200, 257]) await raw.reply(code);
      raw.socket.write(Buffer.concat([Buffer.from([0xff, 0xf4, 0xff, 0xf2]), Buffer.from("ABOR\r\n")]));
      await raw.reply(226);
    });

    it("that ftp-srv itself would fall over do no harm", async () => {
      const raw = await (await start()).logIn();
      for (const line of [
        "OPTS",
        "SIZE",
        "MDTM",
        "TYPE",
        "REST",
        "REST x",
        "SITE",
        "HELP",
        "OPTS X",
        "__proto__",
        "CWD \0",
      ]) {
        raw.send(line);
        raw.send("NOOP");
        await assert.rejects(raw.reply(200), /^Error: not 200: 5/);
        await raw.reply(200);
      }
      await raw.ask("STAT", 211);
      assert.match(await raw.ask("FEAT", 211), /EPSV/);
    });
  });

  it("ends the sessions of a user when told to, and every session in the end", async () => {
    const avatars = await start({ timeouts: { sessionMs: 100 } });
    const [anna, ben] = [await avatars.logIn("anna"), await avatars.logIn("ben")];
    avatars.server.closeSessions(({ userId }) => userId === ANNA, "The password was changed");
    assert.match(await anna.reply(421), /password was changed/);
    await anna.closed();
    assert.match(await ben.reply(421), /Log in again/);
    await ben.closed();
  });

  it("lets a transfer end when it closes, then closes everything, and its port", async () => {
    const avatars = await start();
    const raw = await avatars.logIn();
    const idle = await avatars.logIn("ben");
    const data = await raw.data();
    await raw.ask(`STOR ${ANNA}.png`, 150);
    const closing = avatars.server.close(5_000);
    data.end(SAMPLES.gif);
    await raw.reply(226);
    await idle.reply(421);
    await closing;
    await avatars.server.close();
    assert.equal(avatars.published.length, 1);
    await assert.rejects(avatars.dial());
  });

  it("reports a port that is taken, and adds no handlers of signals", async () => {
    const before = process.listenerCount("SIGTERM");
    const avatars = await start();
    assert.equal(process.listenerCount("SIGTERM"), before);
    const second = TestAvatarServer.start(`${avatars.folder}-second`, { port: avatars.server.port });
    await assert.rejects(second, /EADDRINUSE/);
  });
});
