// Privacy of the server's folders, files and socket, whatever the umask.
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { AdminClient } from "../../src/client/admin-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("the data folder", function () {
  this.timeout(60_000);
  if (process.platform === "win32") return;
  const folder = tempDirPerTest();

  it("holds nothing that others may read, with a umask that lets them", async () => {
    const data = join(folder(), "new", "data");
    const words = ["--ftp", "--ftp-port", "0", "--tls", "self-signed"];
    const server = await ServerProcess.start(words, data, {}, ["sh", "-c", 'umask 0; exec "$@"', "sh"]);
    const admin = await AdminClient.open(data);
    await admin.request("backup", {});
    const names = ["", ...readdirSync(data, { recursive: true }).map(String)];
    for (const expected of [
      "logs",
      "avatars",
      "backups",
      "admin.sock",
      "messenger.db",
      join("tls", "self-signed.key"),
    ]) {
      assert.ok(names.includes(expected), `${expected} of ${names.join(", ")}`);
    }
    const open = names.filter((name) => (statSync(join(data, name)).mode & 0o077) !== 0);
    assert.deepEqual(open, []);
    admin.close();
    await server.remove();
  });
});
