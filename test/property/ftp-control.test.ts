// The FTP server's control connection under any bytes: it answers or closes, and goes on serving others.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { generate } from "selfsigned";
import { eventually } from "../support/eventually.ts";
import { fuzzes } from "../support/fuzz.ts";
import { ANNA, TestAvatarServer, type RawFtp } from "../support/avatar-server.ts";
import { SAMPLES } from "../support/pictures.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const COMMANDS = (
  "USER PASS AUTH PBSZ PROT NOOP SYST TYPE MODE STRU OPTS PWD CWD CDUP SIZE MDTM REST ALLO FEAT STAT HELP SITE " +
  "PASV EPSV PORT EPRT ABOR LIST NLST RETR STOR APPE STOU DELE RMD MKD RNFR RNTO ACCT REIN SMNT MLSD MFMT XCWD XPWD"
).split(" ");
const ARGUMENTS = [`${ANNA}.png`, "TLS", "0", "-la", "127,0,0,1,1,1", "|1|127.0.0.1|1|", "../x", "/", "UTF8 ON", "A"];

const argument = fc.oneof(fc.constantFrom(...ARGUMENTS), fc.string({ unit: "binary" }), fc.string({ maxLength: 2000 }));
const command = fc.tuple(fc.constantFrom(...COMMANDS), fc.option(argument)).map((parts) => parts.join(" "));
const end = fc.constantFrom("\r\n", "\n", "\r\n\r\n", "\0\r\n", "");
const text = fc.tuple(command, end).map((parts) => Buffer.from(parts.join("")));
const bytes = fc.oneof({ weight: 4, arbitrary: text }, fc.uint8Array({ maxLength: 300 }).map(Buffer.from));
const script = fc.array(bytes, { maxLength: 15 });

describe("the avatar server's control connection", () => {
  const tempFolder = tempDirPerTest();
  let avatars: TestAvatarServer;
  const strays: unknown[] = [];
  const note = (error: unknown): void => void strays.push(error);

  beforeEach(async () => {
    strays.length = 0;
    process.on("unhandledRejection", note).on("uncaughtException", note);
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
    avatars = await TestAvatarServer.start(tempFolder(), { tls: { cert, key }, limits: { uploadBurstCount: 100_000 } });
  });

  afterEach(async () => {
    await avatars.close();
    process.off("unhandledRejection", note).off("uncaughtException", note);
  });

  /** Sends all at once, ends, and waits until the server has closed too. */
  async function play(raw: RawFtp, pieces: readonly Buffer[], cutOff: boolean): Promise<void> {
    for (const piece of pieces) raw.socket.write(piece);
    if (cutOff) raw.socket.resetAndDestroy();
    else raw.socket.end("\r\nQUIT\r\n");
    await raw.closed();
  }

  fuzzes(
    "survives any bytes and commands, logged in or not, cut off or not",
    (tally) =>
      fc.asyncProperty(script, fc.boolean(), fc.boolean(), async (pieces, isLoggedIn, cutOff) => {
        tally.inputs += pieces.length;
        await play(isLoggedIn ? await avatars.logIn() : await avatars.dial(), pieces, cutOff);
      }),
    { numRuns: 150, weight: 1.5, after: isWell },
  );

  const ending = fc.constantFrom("end", "reset", "leave");
  const dataCommand = fc.constantFrom(`STOR ${ANNA}.png`, "LIST", "RETR x", "NOOP");
  fuzzes(
    "survives any bytes on data connections, and stores none of them",
    () =>
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5_000 }),
        dataCommand,
        ending,
        fc.boolean(),
        async (bytes, line, how, first) => {
          const raw = await avatars.logIn();
          const data = await raw.data();
          if (first) data.write(bytes);
          raw.send(line);
          if (!first) data.write(bytes);
          if (how === "end") data.end();
          if (how === "reset") data.resetAndDestroy();
          await play(raw, [], how === "leave");
          data.destroy();
        },
      ),
    { numRuns: 100, weight: 1.5, after: isWell },
  );

  async function isWell(): Promise<void> {
    await eventually("no file is left", () => readdirSync(avatars.folder).length === 0);
    assert.deepEqual(avatars.published, []);
    await (await avatars.logIn()).store(`${ANNA}.png`, SAMPLES.gif, 226);
    assert.equal(avatars.published.length, 1);
    assert.deepEqual(strays, []);
  }
});
