// Notifications of messages: their title in each kind of chat, and silence in muted chats but for mentions.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

describe("notifications", () => {
  let stage: Stage;
  let client: TestClient;
  let folder: string;
  const { PATH } = process.env;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "messenger-notices-"));
    // Stands for the desktop's: notes its arguments, and waits for a click that does not come.
    writeFileSync(join(folder, "notify-send"), `#!/bin/sh\necho "$*" >> ${folder}/calls\necho 7\nexec sleep 60\n`);
    chmodSync(join(folder, "notify-send"), 0o755);
    process.env["PATH"] = `${folder}:${PATH}`;
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
    client.application.preferences.set({ notifies: true });
    // Messages of the chat in view are seen anyway.
    client.chat.openChat(stage.person("anna").chatWith(stage.person("boris")));
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
    process.env["PATH"] = PATH;
    rmSync(folder, { recursive: true, force: true });
  });

  const told = (): string => (existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "");

  it("name who wrote, and the group or the common chat", async () => {
    const boris = await stage.server.anotherSession(stage.person("boris"), {}, ["groups"]);
    const { chat } = await boris.ok("create_group", { title: "Garden", members: ["anna"] });
    await boris.say("to the group", chat.chat_id);
    await eventually("the group is told of", () => told().includes("boris in Garden to the group"));
    await boris.say("to everybody");
    await eventually("the common chat is told of", () => told().includes("boris (common chat) to everybody"));
  });

  it("are silent in a muted chat, but for messages that name the user", async () => {
    const boris = stage.person("boris");
    client.session.workspace.book.mute("common", true);
    await boris.say("just chatting");
    await eventually("it came", () => client.session.workspace.chats.row("common")?.unread === 1);
    await boris.say("@anna, come here");
    await eventually("it is told", () => told().includes("@anna, come here"));
    client.session.workspace.book.mute("common", false);
    await boris.say("heard again");
    await eventually("it is told again", () => told().includes("heard again"));
    assert.doesNotMatch(told(), /just chatting/);
  });

  it("say that the user is in a group no more, in place of what was written there", async () => {
    const boris = await stage.server.anotherSession(stage.person("boris"), {}, ["groups"]);
    const { chat } = await boris.ok("create_group", { title: "Garden", members: ["anna"] });
    await boris.say("to the group", chat.chat_id);
    await eventually("the group is told of", () => told().includes("boris in Garden to the group"));
    await boris.ok("remove_member", { chat_id: chat.chat_id, username: "anna" });
    await eventually("it is said", () => /--replace-id=7 .* Garden You were taken out of “Garden”\./.test(told()));
  });
});
