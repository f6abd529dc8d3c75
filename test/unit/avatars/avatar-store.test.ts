// The avatars' folder: publishing, replacing, cleaning up, and what is never left behind.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AvatarStore } from "../../../src/avatars/avatar-store.ts";
import { PictureError } from "../../../src/avatars/picture.ts";
import { eventually } from "../../support/eventually.ts";
import { MemoryLog } from "../../support/memory-log.ts";
import { png, SAMPLES } from "../../support/pictures.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const ANNA = "a".repeat(24);
const BEN = "b".repeat(24);
const accept = async (): Promise<void> => {};

describe("AvatarStore", () => {
  const tempFolder = tempDirPerTest();
  let folder = "";
  let store: AvatarStore;

  async function reopen(keepOldMs?: number): Promise<void> {
    store?.close();
    store = await AvatarStore.open({ folder, log: new MemoryLog(), ...(keepOldMs === undefined ? {} : { keepOldMs }) });
  }

  async function publish(
    userId: string,
    bytes: Buffer,
    commit: (name: string) => Promise<void> = accept,
  ): Promise<string> {
    const upload = await store.createUpload();
    await upload.handle.write(bytes);
    return store.publish(userId, upload, commit);
  }

  const names = (): string[] => [...store.list()].map(({ fileName }) => fileName).sort();

  beforeEach(async () => {
    folder = join(tempFolder(), "avatars");
    await reopen();
  });

  afterEach(() => store.close());

  it("publishes under a name that carries the user, a version and the real format", async () => {
    const fileName = await publish(ANNA, SAMPLES.webp);
    assert.match(fileName, /^a{24}-[0-9a-f]{12}\.webp$/);
    assert.deepEqual(await readdir(folder), [fileName]);
    assert.deepEqual(await readFile(join(folder, fileName)), SAMPLES.webp);
    assert.equal(store.find(fileName)?.sizeBytes, SAMPLES.webp.length);
    assert.equal(await publish(ANNA, SAMPLES.webp), fileName);
    assert.notEqual(await publish(ANNA, SAMPLES.webpLossless), fileName);
  });

  it("reads back what was published", async () => {
    const handle = await store.openFile(await publish(ANNA, SAMPLES.gif));
    assert.deepEqual(await handle?.readFile(), SAMPLES.gif);
    await handle?.close();
  });

  it("leaves nothing of what is no picture, and keeps the old one", async () => {
    const old = await publish(ANNA, SAMPLES.gif);
    await assert.rejects(publish(ANNA, Buffer.from("no picture at all")), PictureError);
    await assert.rejects(publish(ANNA, png(5000, 1)), PictureError);
    assert.deepEqual(await readdir(folder), [old]);
  });

  it("takes a picture back when its name could not be stored, but not one that was there before", async () => {
    const fail = (): Promise<void> => Promise.reject(new Error("store down"));
    const old = await publish(ANNA, SAMPLES.gif);
    await assert.rejects(publish(ANNA, SAMPLES.jpg, fail), /store down/);
    await assert.rejects(publish(ANNA, SAMPLES.gif, fail), /store down/);
    assert.deepEqual(await readdir(folder), [old]);
    assert.deepEqual(names(), [old]);
  });

  it("removes older versions after a while, of that user only", async () => {
    await reopen(20);
    const ben = await publish(BEN, SAMPLES.gif);
    const [first, second] = [await publish(ANNA, SAMPLES.gif), await publish(ANNA, SAMPLES.jpg)];
    assert.deepEqual(names(), [ben, first, second].sort());
    await eventually("the old version leaves", () => names().length === 2);
    assert.deepEqual(names(), [ben, second].sort());
    await eventually("its file too", () => readdirSync(folder).length === 2);
  });

  it("keeps an old version that became the current one again", async () => {
    await reopen(30);
    const first = await publish(ANNA, SAMPLES.gif);
    await publish(ANNA, SAMPLES.jpg);
    assert.equal(await publish(ANNA, SAMPLES.gif), first);
    await eventually("the old version leaves", () => names().length === 1);
    assert.deepEqual(names(), [first]);
    await eventually("its file too", () => readdirSync(folder).length === 1);
  });

  it("lets publications of one user follow each other, also when one fails", async () => {
    const order: string[] = [];
    const slow = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      if (name === "one") throw new Error("refused");
    };
    const both = [publish(ANNA, SAMPLES.gif, slow("one")), publish(ANNA, SAMPLES.jpg, slow("two"))];
    await Promise.allSettled(both);
    assert.equal(order.length, 4);
    assert.equal(order[0]?.split(" ")[0], order[1]?.split(" ")[0]);
  });

  it("cleans up after a crash: temporary files and versions that no profile names", async () => {
    const [old, current] = [await publish(ANNA, SAMPLES.gif), await publish(ANNA, SAMPLES.jpg)];
    const orphan = await publish(BEN, SAMPLES.gif);
    await writeFile(join(folder, `.upload-${"0".repeat(32)}.tmp`), "half a pic");
    await reopen(0);
    assert.deepEqual((await readdir(folder)).sort(), [old, current, orphan].sort());
    await store.removeUnused(async (userId) => (userId === ANNA ? current : null));
    await eventually("only the current one is left", () => readdirSync(folder).length === 1);
    assert.deepEqual(readdirSync(folder), [current]);
  });

  it("removes nothing of a user who is unknown or whose picture is missing, or when the store does not answer", async () => {
    await publish(ANNA, SAMPLES.gif);
    await publish(ANNA, SAMPLES.jpg);
    await reopen(0);
    for (const current of [undefined, `${ANNA}-000000000000.png`]) await store.removeUnused(async () => current);
    await assert.rejects(
      store.removeUnused(() => Promise.reject(new Error("down"))),
      /down/,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await readdir(folder)).length, 2);
  });

  it("removes all pictures of a user at once, and none of others", async () => {
    await publish(ANNA, SAMPLES.gif);
    await publish(ANNA, SAMPLES.jpg);
    const other = await publish(BEN, SAMPLES.gif);
    await store.removeAll(ANNA);
    await store.removeAll("c".repeat(24));
    assert.deepEqual(readdirSync(folder), [other]);
    assert.deepEqual(names(), [other]);
  });

  it("never follows a link, lists no other files, and has no way out of the folder", async () => {
    const secret = join(folder, "..", "secret.png");
    await writeFile(secret, SAMPLES.gif);
    const link = `${ANNA}-0123456789ab.gif`;
    await symlink(secret, join(folder, link));
    await mkdir(join(folder, `${BEN}-0123456789ab.gif`));
    await writeFile(join(folder, "notes.txt"), "mine");
    await reopen();
    assert.deepEqual(names(), []);
    for (const name of [link, "../secret.png", secret, "notes.txt", "", ".", "..", `${BEN}-0123456789ab.gif`]) {
      assert.equal(await store.openFile(name), undefined, name);
    }
  });

  it("does not follow a link that took a picture's place while it runs", async () => {
    const fileName = await publish(ANNA, SAMPLES.gif);
    await rm(join(folder, fileName));
    await symlink("/etc/passwd", join(folder, fileName));
    assert.equal(await store.openFile(fileName), undefined);
    assert.equal(await publish(ANNA, SAMPLES.gif), fileName);
    assert.deepEqual(await readFile(join(folder, fileName)), SAMPLES.gif);
  });

  it("refuses to open where it cannot write", async () => {
    const file = join(folder, "..", "file");
    await writeFile(file, "");
    await assert.rejects(AvatarStore.open({ folder: join(file, "avatars"), log: new MemoryLog() }));
  });
});
