// Listing and fetching of avatars over FTP, and everything else that a client may not do in their folder.
import assert from "node:assert/strict";
import { ANNA, BEN, useAvatarServer } from "../../support/avatar-server.ts";
import { openFilesIn, tellsOpenFiles } from "../../support/open-files.ts";
import { png, SAMPLES } from "../../support/pictures.ts";

describe("fetching avatars over FTP", () => {
  const start = useAvatarServer();

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

  it("refuses every other way of changing the folder", async () => {
    const avatars = await start();
    const raw = await avatars.logIn();
    await raw.store(`${ANNA}.gif`, SAMPLES.gif, 226);
    const [{ fileName } = { fileName: "" }] = avatars.published;
    const names = [fileName, `${ANNA}.png`];
    for (const command of ["RNFR", "RNTO", "MKD", "RMD", "XMKD", "XRMD", "APPE", "STOU", "SITE CHMOD 777"]) {
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
});
