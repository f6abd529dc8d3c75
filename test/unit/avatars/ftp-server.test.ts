// The avatar server on real sockets: logins, listing, fetching, limits and closing.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { AvatarServerOptions } from "../../../src/avatars/ftp-server.ts";
import { ANNA, BEN, PASSWORD, TestAvatarServer } from "../../support/avatar-server.ts";
import { openFilesIn, tellsOpenFiles } from "../../support/open-files.ts";
import { eventually } from "../../support/eventually.ts";
import { png, SAMPLES } from "../../support/pictures.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

/** Below those that systems hand out by themselves, so that nobody takes them in between. */
async function twoFreePorts(): Promise<{ min: number; max: number }> {
  for (;;) {
    const min = 20_000 + 2 * Math.floor(Math.random() * 5_000);
    const servers = [min, min + 1].map((port) => createServer().listen(port, "127.0.0.1"));
    const listening = await Promise.allSettled(servers.map((server) => once(server, "listening")));
    for (const server of servers) server.close();
    if (listening.every(({ status }) => status === "fulfilled")) return { min, max: min + 1 };
  }
}

describe("the avatar server", () => {
  const tempFolder = tempDirPerTest();
  let running: TestAvatarServer | undefined;

  async function start(options: Partial<AvatarServerOptions> = {}): Promise<TestAvatarServer> {
    running = await TestAvatarServer.start(tempFolder(), options);
    return running;
  }

  afterEach(async () => {
    await running?.close();
    running = undefined;
  });

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

  describe("fetching", () => {
    it("lists and sends every picture to everyone", async () => {
      const avatars = await start();
      await (await avatars.logIn("anna")).store(`${ANNA}.png`, SAMPLES.gif, 226);
      const [fileName = ""] = avatars.published.map((item) => item.fileName);
      const ben = await avatars.logIn("ben");
      const line = (await ben.receive("LIST")).toString();
      assert.match(
        line,
        new RegExp(`^-r--r--r-- 1 \\S+ \\S+ +${SAMPLES.gif.length} \\w{3} \\d\\d \\d\\d:\\d\\d ${fileName}\r\n$`),
      );
      assert.equal((await ben.receive("NLST")).toString(), `${fileName}\r\n`);
      assert.equal((await ben.receive("LIST -la /")).toString(), line);
      assert.deepEqual(await ben.receive(`RETR ${fileName}`), SAMPLES.gif);
      assert.deepEqual(await ben.receive(`RETR /${fileName}`), SAMPLES.gif);
      assert.equal(await ben.ask(`SIZE ${fileName}`, 213), String(SAMPLES.gif.length));
      assert.match(await ben.ask(`MDTM ${fileName}`, 213), /^\d{14}/);
      await ben.ask("REST 10", 350);
      assert.deepEqual(await ben.receive(`RETR ${fileName}`), SAMPLES.gif.subarray(10));
    });

    it("takes no beginning that is none, and leaves no picture open, whatever the client asks", async function () {
      const avatars = await start();
      const raw = await avatars.logIn();
      await raw.store(`${ANNA}.gif`, SAMPLES.gif, 226);
      const name = avatars.published[0]?.fileName ?? "";
      const end = SAMPLES.gif.length;
      for (const arg of ["99999999999999999999", "9007199254740992", "Infinity", "-1", "1.5", "0x1", "1e3", "1 2"]) {
        await raw.ask(`REST ${arg}`, 501);
        assert.deepEqual(await raw.receive(`RETR ${name}`), SAMPLES.gif);
      }
      for (const start of [end + 1, Number.MAX_SAFE_INTEGER]) {
        await raw.ask(`REST ${start}`, 350);
        await raw.data();
        await raw.ask(`RETR ${name}`, 554);
      }
      await raw.ask(`REST ${end}`, 350);
      assert.equal((await raw.receive(`RETR ${name}`)).length, 0);
      assert.deepEqual(await raw.receive(`RETR ${name}`), SAMPLES.gif); // REST counts once
      const broken = await raw.data();
      raw.send(`RETR ${name}`);
      broken.resetAndDestroy();
      await raw.reply(150);
      await raw.next();
      if (!tellsOpenFiles) this.skip();
      assert.deepEqual(openFilesIn(avatars.folder), []);
    });

    it("lists what fits a pattern, as mget asks for it, quickly whatever the pattern", async () => {
      const avatars = await start();
      await (await avatars.logIn("anna")).store(`${ANNA}.gif`, SAMPLES.gif, 226);
      await (await avatars.logIn("ben")).store(`${BEN}.png`, png(1, 1), 226);
      const raw = await avatars.logIn();
      const [anna = "", ben = ""] = avatars.published.map(({ fileName }) => fileName);
      const names = async (pattern: string): Promise<string[]> =>
        (await raw.receive(`NLST ${pattern}`))
          .toString()
          .split("\r\n")
          .filter((name) => name !== "")
          .toSorted();
      assert.deepEqual(await names("*"), [anna, ben]);
      assert.deepEqual(await names("*.png"), [ben]);
      assert.deepEqual(await names(`/${ANNA}*`), [anna]);
      assert.deepEqual(await names(`-l ${ANNA}-????????????.g?f`), [anna]);
      for (const none of ["*.webp", "*.*.*", "?", `${"*a".repeat(25)}*z`]) assert.deepEqual(await names(none), []);
      assert.match((await raw.receive("LIST *.gif")).toString(), new RegExp(`^-r.* ${anna}\r\n$`));
      for (const path of ["../*", "a/*", `*${"a".repeat(100)}`]) {
        await raw.data();
        await raw.ask(`NLST ${path}`, 550);
      }
    });

    it("sends an empty listing for an empty folder", async () => {
      assert.equal((await (await (await start()).logIn()).receive("LIST")).length, 0);
    });

    it("finds nothing outside of the one folder", async () => {
      const raw = await (await start()).logIn();
      for (const path of ["../secret", "/etc/passwd", "..\\secret", "a/b", "%2e%2e/secret", "", "x\0y"]) {
        await raw.data();
        await raw.ask(`RETR ${path}`, 550);
        if (path !== "") await raw.ask(`SIZE ${path}`, 550);
      }
      for (const path of ["sub", "/etc", "../x"]) await raw.ask(`CWD ${path}`, 550);
      for (const path of ["/", ".", "..", "../.."]) await raw.ask(`CWD ${path}`, 250);
      await raw.ask("CDUP", 250);
      assert.match(await raw.ask("PWD", 257), /"\/"/);
    });
  });

  describe("refuses", () => {
    it("every other way of changing the folder", async () => {
      const avatars = await start();
      const raw = await avatars.logIn();
      await raw.store(`${ANNA}.gif`, SAMPLES.gif, 226);
      const [{ fileName } = { fileName: "" }] = avatars.published;
      const names = [fileName, `${ANNA}.png`];
      for (const command of ["DELE", "RNFR", "RNTO", "MKD", "RMD", "XMKD", "XRMD", "APPE", "STOU", "SITE CHMOD 777"]) {
        for (const name of names) await raw.ask(`${command} ${name}`, 550);
      }
      await raw.ask(`MFMT 20200101000000 ${fileName}`, 502);
      await raw.ask("REST 5", 350);
      await raw.data();
      await raw.ask(`STOR ${ANNA}.png`, 554);
      assert.deepEqual(
        [...avatars.store.list()].map((file) => file.fileName),
        [fileName],
      );
    });

    it("data connections to another address and to low ports", async () => {
      const raw = await (await start()).logIn();
      assert.match(await raw.ask("PORT 192,0,2,1,100,100", 501), /own address/);
      assert.match(await raw.ask("EPRT |1|192.0.2.1|50000|", 501), /own address/);
      assert.match(await raw.ask("EPRT |2|::1|50000|", 501), /own address/);
      assert.match(await raw.ask("PORT 127,0,0,1,0,25", 501), /1024/);
      for (const arg of ["", "1,2,3", "127,0,0,1,300,1", "a,b,c,d,e,f", "127,0,0,1,1,1,1"])
        await raw.ask(`PORT ${arg}`, 501);
      for (const arg of ["", "|3|127.0.0.1|50000|", "|1|127.0.0.1|99999|", "|1||5|", "|2|127.0.0.1|5000|"]) {
        await raw.ask(`EPRT ${arg}`, 501);
      }
      await raw.ask("LIST", 425);
    });

    it("whoever else finds a passive port", async () => {
      const raw = await (await start()).logIn();
      const port = await raw.passivePort();
      const stranger = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
      await once(stranger, "close");
      const own = connect(port, "127.0.0.1");
      await raw.ask("LIST", 150);
      await once(own.resume(), "end");
      await raw.reply(226);
    });
  });

  describe("data connections", () => {
    it("of two that come from the client's address are both refused, whenever the second comes", async () => {
      const avatars = await start();
      const raw = await avatars.logIn();
      for (const isLate of [false, true]) {
        const port = await raw.passivePort();
        const thief = connect(port, "127.0.0.1").on("error", () => {});
        await once(thief, "connect");
        if (isLate) await raw.ask(`STOR ${ANNA}.png`, 150);
        const own = connect(port, "127.0.0.1").on("error", () => {});
        await once(own, "connect");
        if (isLate) await once(own.resume(), "close");
        else await raw.ask(`STOR ${ANNA}.png`, 150);
        thief.end(SAMPLES.webp);
        own.end(SAMPLES.gif);
        const { code, text } = await raw.next();
        assert.ok(code === 425 || code === 426, `${code} ${text}`);
      }
      assert.deepEqual(avatars.published, []);
      await raw.store(`${ANNA}.png`, SAMPLES.gif, 226);
    });

    it("go to the client's own port too", async () => {
      const raw = await (await start()).logIn();
      await raw.store(`${ANNA}.gif`, SAMPLES.gif, 226);
      for (const command of ["PORT", "EPRT"]) {
        const listener = createServer().listen(0, "127.0.0.1");
        await once(listener, "listening");
        const { port } = listener.address() as AddressInfo;
        const arg = command === "PORT" ? `127,0,0,1,${port >> 8},${port & 255}` : `|1|127.0.0.1|${port}|`;
        await raw.ask(`${command} ${arg}`, 200);
        const connected = once(listener, "connection");
        await raw.ask("NLST", 150);
        const [socket] = await connected;
        await once(socket.resume(), "end");
        await raw.reply(226);
        listener.close();
      }
      await raw.ask("PORT 127,0,0,1,255,254", 200);
      await raw.ask("LIST", 425);
    });

    it("use the configured ports only, and say so when none is left", async () => {
      const passivePorts = await twoFreePorts();
      const avatars = await start({ passivePorts });
      const [first, second, third] = [await avatars.logIn(), await avatars.logIn(), await avatars.logIn()];
      const ports = new Set([await first.passivePort(), await second.passivePort()]);
      assert.deepEqual(ports, new Set([passivePorts.min, passivePorts.max]));
      await third.ask("PASV", 425);
      first.socket.destroy();
      let code = 425;
      for (let time = 0; time < 40 && code === 425; time++) {
        third.send("PASV");
        ({ code } = await third.next());
      }
      assert.equal(code, 227);
    });

    it("name the address that is reached from outside, but not to this machine", async () => {
      const raw = await (await start({ passiveAddress: "203.0.113.7" })).logIn();
      assert.match(await raw.ask("PASV", 227), /\(127,0,0,1,\d+,\d+\)/);
    });

    it("leave no port open when the client asks again or goes away", async () => {
      const avatars = await start();
      const raw = await avatars.logIn();
      const ports: number[] = [];
      for (let time = 0; time < 5; time++) ports.push(await raw.passivePort());
      raw.socket.destroy();
      for (const port of ports) {
        let isOpen = true;
        const probe = (): void => {
          const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
          socket.on("connect", () => socket.destroy()).on("error", () => (isOpen = false));
        };
        await eventually("the port is closed", () => {
          if (isOpen) probe();
          return !isOpen;
        });
      }
    });
  });

  describe("limits", () => {
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
      let isIn = false;
      for (let time = 0; time < 100 && !isIn; time++)
        isIn = await avatars.dial().then(
          () => true,
          () => false,
        );
      assert.ok(isIn);
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
      const avatars = await start({ limits, timeouts: { progressMs: 300 } });
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

    it("closes connections that do not log in, that do nothing, and that send lines without end", async () => {
      const avatars = await start({ timeouts: { loginMs: 60, idleMs: 200 } });
      const silent = await avatars.dial();
      await silent.reply(421);
      await silent.closed();
      const idle = await avatars.logIn();
      await idle.reply(421);
      await idle.closed();
      const endless = await avatars.dial();
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
    const second = TestAvatarServer.start(join(tempFolder(), "second"), { port: avatars.server.port });
    await assert.rejects(second, /EADDRINUSE/);
  });
});
