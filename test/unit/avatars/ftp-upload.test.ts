// Storing and removing an avatar over FTP: who may, what is taken, what is refused.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AvatarServerOptions } from "../../../src/avatars/ftp-server.ts";
import { MAX_AVATAR_BYTES } from "../../../src/protocol/limits.ts";
import { ANNA, BEN, TestAvatarServer } from "../../support/avatar-server.ts";
import { eventually } from "../../support/eventually.ts";
import { png, SAMPLES } from "../../support/pictures.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("storing an avatar over FTP", () => {
  const tempFolder = tempDirPerTest();
  let avatars: TestAvatarServer;

  async function start(options: Partial<AvatarServerOptions> = {}): Promise<void> {
    await avatars?.close();
    avatars = await TestAvatarServer.start(tempFolder(), options);
  }

  const names = (): string[] => readdirSync(avatars.folder).sort();

  beforeEach(() => start());
  afterEach(() => avatars.close());

  it("confirms when the profile has the new name, which the reply tells", async () => {
    const raw = await avatars.logIn();
    const text = await raw.store(`${ANNA}.png`, SAMPLES.webp, 226);
    const [{ userId, fileName } = { userId: "", fileName: "" }] = avatars.published;
    assert.equal(userId, ANNA);
    assert.match(fileName, /^a{24}-[0-9a-f]{12}\.webp$/);
    assert.ok(text.includes(fileName));
    assert.deepEqual(await readFile(join(avatars.folder, fileName)), SAMPLES.webp);
  });

  it("takes the user's own name with every ending, in any case", async () => {
    const raw = await avatars.logIn();
    for (const path of ["a.png", "a.jpg", "a.jpeg", "/a.gif", "./a.webp", "a.JPG"]) {
      await raw.store(path.replace("a", ANNA), SAMPLES.jpg, 226);
    }
    await raw.store(`${ANNA.toUpperCase()}.Png`, SAMPLES.jpg, 226);
  });

  it("refuses every other name", async () => {
    const raw = await avatars.logIn();
    const paths = [`${BEN}.png`, `${ANNA}.svg`, ANNA, `${ANNA}.png.php`, `x/${ANNA}.png`, `../${ANNA}.png`, "anna.png"];
    for (const path of [...paths, `${ANNA}-0123456789ab.png`, `${ANNA}.png\0`, ".png", `//${ANNA}.png`]) {
      const data = await raw.data();
      await raw.ask(`STOR ${path}`, 553);
      data.destroy();
    }
    await raw.data();
    await raw.ask("STOR", 553);
    assert.deepEqual(names(), []);
  });

  it("refuses what is no picture, is damaged, or has too many pixels, and leaves nothing of it", async () => {
    const raw = await avatars.logIn();
    await raw.store(`${ANNA}.png`, SAMPLES.gif, 226);
    const before = names();
    assert.match(await raw.store(`${ANNA}.png`, Buffer.from("<svg/>"), 550), /not a PNG/);
    assert.match(await raw.store(`${ANNA}.png`, Buffer.alloc(0), 550), /not a PNG/);
    assert.match(await raw.store(`${ANNA}.png`, png(5000, 2), 550), /4096/);
    assert.match(await raw.store(`${ANNA}.png`, png(9, 9).subarray(0, -1), 550), /cut off/);
    assert.deepEqual(names(), before);
    assert.equal(avatars.published.length, 1);
  });

  it("takes exactly the largest size", async () => {
    const bytes = png(9, 9, 0, MAX_AVATAR_BYTES - png(9, 9, 0, 1).length + 1);
    assert.equal(bytes.length, MAX_AVATAR_BYTES);
    await (await avatars.logIn()).store(`${ANNA}.png`, bytes, 226);
  });

  it("stops reading a byte beyond the largest size, however much would come", async () => {
    const raw = await avatars.logIn();
    const data = await raw.data();
    await raw.ask(`STOR ${ANNA}.png`, 150);
    const piece = Buffer.alloc(64 * 1024);
    const pump = (): void => {
      while (!data.destroyed && data.write(piece));
      data.once("drain", pump);
    };
    pump();
    assert.match(await raw.reply(552), /2097152/);
    await eventually("the data connection is closed", () => data.closed);
    assert.deepEqual(names(), []);
    await raw.store(`${ANNA}.png`, SAMPLES.gif, 226);
  });

  it("leaves nothing when the client goes away in the middle, at any point", async () => {
    const bytes = png(300, 300);
    for (const how of ["data", "control", "both", "abort"]) {
      const raw = await avatars.logIn();
      const data = await raw.data();
      await raw.ask(`STOR ${ANNA}.png`, 150);
      data.write(bytes.subarray(0, 100));
      await eventually("the file is there", () => names().length === 1);
      if (how !== "control" && how !== "abort") data.resetAndDestroy();
      if (how === "control" || how === "both") raw.socket.destroy();
      if (how === "abort") {
        raw.send("ABOR");
        await raw.reply(426);
        await raw.reply(226);
      }
      await eventually(`nothing is left (${how})`, () => names().length === 0);
      data.destroy();
    }
    assert.deepEqual(avatars.published, []);
  });

  it("does not publish what ends early without an error", async () => {
    const raw = await avatars.logIn();
    await raw.store(`${ANNA}.png`, SAMPLES.jpg.subarray(0, 200), 550);
    assert.deepEqual(names(), []);
  });

  it("takes the picture back when the profile cannot be written", async () => {
    await start({ onPublished: () => Promise.reject(new Error("the database at /secret is down")) });
    const text = await (await avatars.logIn()).store(`${ANNA}.png`, SAMPLES.gif, 451);
    assert.doesNotMatch(text, /secret/);
    assert.deepEqual(names(), []);
  });

  it("lets two uploads of one user at once both arrive whole; the last to end counts", async () => {
    const raws = [await avatars.logIn(), await avatars.logIn()];
    const pictures = [png(500, 500, 1), png(500, 500, 2)];
    const replies = raws.map((raw, index) => raw.store(`${ANNA}.png`, pictures[index] ?? Buffer.alloc(0), 226));
    await Promise.all(replies);
    assert.equal(avatars.published.length, 2);
    assert.deepEqual(names(), avatars.published.map(({ fileName }) => fileName).sort());
    for (const { fileName } of avatars.published) {
      const stored = await readFile(join(avatars.folder, fileName));
      assert.ok(pictures.some((picture) => picture.equals(stored)));
    }
  });

  it("does not write through a link", async () => {
    const victim = join(tempFolder(), "victim");
    await writeFile(victim, "mine");
    await symlink(victim, join(avatars.folder, `${ANNA}.png`));
    await (await avatars.logIn()).store(`${ANNA}.png`, SAMPLES.gif, 226);
    assert.equal(await readFile(victim, "utf8"), "mine");
    const fileName = avatars.published[0]?.fileName ?? "";
    await avatars.store.openFile(fileName).then((handle) => handle?.close());
    assert.ok((await readdir(avatars.folder)).includes(fileName));
  });

  it("gives back connection and file when the data connection never comes", async () => {
    const raw = await avatars.logIn();
    await raw.passivePort();
    raw.send(`STOR ${ANNA}.png`);
    raw.socket.destroy();
    await eventually("nothing is left", () => names().length === 0);
  });

  it("removes the user's own picture at once, and no other one, as often as it may be stored", async () => {
    await start({ limits: { uploadBurstCount: 4 } });
    const [anna, ben] = [await avatars.logIn(), await avatars.logIn("ben")];
    await ben.store(`${BEN}.gif`, SAMPLES.gif, 226);
    const others = names();
    await anna.ask("DELE", 501);
    for (const path of [...others, `${BEN}.gif`, `../${ANNA}.png`, "*", "/", ANNA, `x/${ANNA}.png`])
      await anna.ask(`DELE ${path}`, 550);
    assert.match(await anna.ask(`DELE ${ANNA}.png`, 550), /no picture/);
    await anna.store(`${ANNA}.gif`, SAMPLES.gif, 226);
    assert.deepEqual(avatars.removed, []);
    await anna.ask(`DELE ${avatars.published.at(-1)?.fileName}`, 250);
    assert.deepEqual(names(), others);
    await anna.ask(`DELE ${ANNA}.png`, 550);
    await anna.ask(`DELE ${ANNA}.png`, 450);
    assert.deepEqual(avatars.removed, [ANNA]);
  });

  it("keeps the picture when the profile cannot be written at its removal", async () => {
    let isDown = false;
    await start({
      onPublished: () => (isDown ? Promise.reject(new Error("the database is down")) : Promise.resolve()),
    });
    const raw = await avatars.logIn();
    await raw.store(`${ANNA}.png`, SAMPLES.gif, 226);
    isDown = true;
    const stored = names();
    await raw.ask(`DELE ${ANNA}.png`, 451);
    assert.deepEqual(names(), stored);
    await raw.receive(`RETR ${stored[0]}`);
  });
});
