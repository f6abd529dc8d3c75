// Our FTP client against the real avatar server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { AvatarTransferError, fetchAvatar, fetchAvatars, uploadAvatar } from "../../../src/avatars/ftp-client.ts";
import type { AvatarTicket } from "../../../src/protocol/entities.ts";
import { ANNA, BEN, TestAvatarServer } from "../../support/avatar-server.ts";
import { png, SAMPLES } from "../../support/pictures.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("the avatar client", () => {
  const tempFolder = tempDirPerTest();
  let avatars: TestAvatarServer;

  beforeEach(async () => {
    avatars = await TestAvatarServer.start(tempFolder());
  });
  afterEach(() => avatars.close());

  const access = (ticket: AvatarTicket = avatars.ticket(ANNA)) => ({ host: "127.0.0.1", ticket });
  const isTransferError = (code: number | undefined, text: RegExp) => (error: unknown) =>
    error instanceof AvatarTransferError && error.code === code && text.test(error.message);

  it("uploads bytes and files, tells of the progress, and fetches what was stored", async () => {
    const bytes = png(200, 200, 7, 500_000);
    const progress: number[] = [];
    await uploadAvatar(access(), bytes, { onProgress: (sent, total) => progress.push(sent / total) });
    assert.ok(progress.length > 10);
    assert.deepEqual(
      progress,
      [...progress].sort((one, other) => one - other),
    );
    assert.equal(progress.at(-1), 1);
    const file = join(tempFolder(), "me.gif");
    await writeFile(file, SAMPLES.gif);
    await uploadAvatar(access(avatars.ticket(BEN)), file);
    const [anna = "", ben = ""] = avatars.published.map(({ fileName }) => fileName);
    assert.ok((await fetchAvatar(access(), ben)).equals(SAMPLES.gif));
    assert.ok((await fetchAvatar(access(avatars.ticket(BEN)), anna)).equals(bytes));
  });

  it("fetches many over one connection; one that is missing does not stop the rest", async () => {
    await uploadAvatar(access(), SAMPLES.gif);
    const [{ fileName } = { fileName: "" }] = avatars.published;
    const results: unknown[] = [];
    await fetchAvatars(access(), [fileName, "missing.png", fileName], (name, result) => results.push([name, result]));
    assert.equal(results.length, 3);
    assert.deepEqual(results[0], [fileName, SAMPLES.gif]);
    assert.deepEqual(results[2], [fileName, SAMPLES.gif]);
    await assert.rejects(fetchAvatar(access(), "missing.png"), isTransferError(550, /^No such file$/));
  });

  it("says why a picture was refused", async () => {
    await assert.rejects(
      uploadAvatar(access(), Buffer.from("no picture")),
      isTransferError(550, /^Refused: not a PNG/),
    );
    const foreign = { ...avatars.ticket(ANNA), path: `${BEN}.png` };
    await assert.rejects(uploadAvatar(access(foreign), SAMPLES.gif), isTransferError(553, /own picture only/));
    await assert.rejects(
      uploadAvatar(access(), Buffer.alloc(3_000_000)),
      isTransferError(undefined, /larger than 2048 KiB/),
    );
    assert.deepEqual(avatars.published, []);
  });

  it("gives up a file that is larger than wanted", async () => {
    await uploadAvatar(access(), png(50, 50, 0, 300_000));
    const name = avatars.published[0]?.fileName ?? "";
    await assert.rejects(
      fetchAvatar(access(), name, { maxBytes: 100_000 }),
      isTransferError(undefined, /larger than 97 KiB/),
    );
  });

  it("notices when another picture was stored or sent than its own", async () => {
    await uploadAvatar(access(), SAMPLES.gif);
    const name = avatars.published[0]?.fileName ?? "";
    const changed = Buffer.from(SAMPLES.gif);
    changed.writeUInt8(changed.readUInt8(20) ^ 1, 20);
    await writeFile(join(avatars.folder, name), changed);
    await assert.rejects(fetchAvatar(access(), name), isTransferError(undefined, /another picture was sent/));
    const publish = avatars.store.publish.bind(avatars.store);
    avatars.store.publish = async (...args) => {
      await publish(...args);
      return `${ANNA}-${"0".repeat(12)}.webp`; // what came from who shares the address
    };
    const upload = uploadAvatar(access(), SAMPLES.webp);
    await assert.rejects(upload, isTransferError(undefined, /another picture was stored/));
  });

  it("reports a ticket that is void, and a server that is not there", async () => {
    const ticket = avatars.ticket(ANNA);
    await assert.rejects(
      uploadAvatar(access({ ...ticket, password: "x" }), SAMPLES.gif),
      isTransferError(530, /Wrong/),
    );
    avatars.tickets.revoke(ANNA);
    await assert.rejects(uploadAvatar(access(ticket), SAMPLES.gif), isTransferError(530, /Wrong/));
    await assert.rejects(
      fetchAvatar(access({ ...ticket, port: 1 }), "x"),
      isTransferError(undefined, /cannot be reached/),
    );
  });

  it("stops when it is told to and when it takes too long, even if the server says nothing", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const ticket = { ...avatars.ticket(ANNA), port };
    const stop = new AbortController();
    const given = assert.rejects(uploadAvatar(access(ticket), SAMPLES.gif, { signal: stop.signal }), /given up/);
    await once(silent, "connection");
    stop.abort();
    await given;
    await assert.rejects(uploadAvatar(access(ticket), SAMPLES.gif, { signal: AbortSignal.abort() }), /given up/);
    await assert.rejects(fetchAvatar(access(ticket), "x", { deadlineMs: 50 }), /took too long/);
    silent.close();
  });
});
