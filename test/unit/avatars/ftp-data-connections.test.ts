// Data connections of the avatar server: by either side, from and to the client's own address, on the configured ports.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { ANNA, useAvatarServer } from "../../support/avatar-server.ts";
import { eventually } from "../../support/eventually.ts";
import { SAMPLES } from "../../support/pictures.ts";

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

describe("data connections of the avatar server", () => {
  const start = useAvatarServer();

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
    await eventually("a port is free again", async () => {
      third.send("PASV");
      const { code, text } = await third.next();
      assert.ok(code === 227 || code === 425, `${code} ${text}`);
      return code === 227;
    });
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

  it("are refused to another address and to low ports", async () => {
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

  it("are refused to a stranger who finds a passive port", async () => {
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
