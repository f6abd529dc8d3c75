// The rest of an account on the machine: none after "Log out and forget", nor where nothing is to be kept.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Key, user } from "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { png } from "../../support/pictures.ts";
import { TestClient } from "../support/client.ts";
import { PASSWORD, Stage } from "../support/stage.ts";

describe("an account that is forgotten", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    await stage.picture("boris", png(40, 40));
    client = await TestClient.loggedIn(stage, "anna");
    client.chat.openChat(stage.person("anna").chatWith(stage.person("boris")));
  });
  afterEach(async () => {
    await client.quit();
    await stage.remove();
  });

  /** Files of the client by their path, with what is in them. */
  const files = (folder = client.folder): Map<string, string> => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map((entry) => join(entry.parentPath, entry.name));
    return new Map(paths.map((path) => [path, readFileSync(path, "latin1")]));
  };
  const welcomes = (): Promise<void> =>
    eventually("the welcome window is open", () => client.application.windows.welcome !== undefined);

  it("leaves its settings and nothing else: no draft, no unsent message, no picture, no name", async () => {
    await eventually("the picture is here", () => [...files().keys()].some((path) => path.endsWith(".png")));
    await stage.server.stop();
    await eventually("offline", () => client.session.messenger.state.kind !== "online");
    client.write("never sent");
    user.type(client.chat.parts.composer.edit, "half a sentence");
    await eventually("it is on the disk", () => [...files().values()].some((bytes) => bytes.includes("never sent")));
    client.chat.events.emit("logout", { forgets: true });
    await welcomes();
    assert.deepEqual([...files().keys()], [join(client.folder, "settings.json")]);
    for (const [path, bytes] of files()) {
      for (const word of ["half a", "never", "anna", "boris", "dm:"])
        assert.ok(!bytes.includes(word), `${word} in ${path}`);
    }
    assert.deepEqual(client.errors, []);
  });

  it("that is not to be kept leaves no picture either, once the client has ended", async () => {
    await client.quit();
    const folder = mkdtempSync(join(tmpdir(), "messenger-unkept-"));
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = folder; // where the client has what it needs while it runs
    try {
      client = new TestClient(stage);
      await client.application.start();
      const { parts } = client.welcome;
      parts.keeps.setChecked(false);
      user.type(parts.username, "anna");
      user.type(parts.password, PASSWORD);
      user.press(parts.password, Key.Return);
      await client.chatOpens();
      client.chat.openChat(stage.person("anna").chatWith(stage.person("boris")));
      await eventually("the picture is here", () => [...files(folder).keys()].some((path) => path.endsWith(".png")));
      await client.quit(true);
      assert.deepEqual([...files(folder).keys()], [join(client.folder, "settings.json")]);
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
