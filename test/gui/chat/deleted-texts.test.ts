// Texts of messages that are changed or deleted while something else shows them: the line of the answer, a notification,
// a message that is to be forwarded.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { textsIn, user } from "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import type { ConversationItem } from "../../../src/client/models/conversation-item.ts";
import { COMMON_CHAT, type ChatId } from "../../../src/protocol/ids.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { openForward } = await import("../../../gui/chat/forward-dialog.ts");

describe("texts that are deleted", () => {
  let stage: Stage;
  let client: TestClient;
  let chatId: ChatId;
  let folder: string;
  const { PATH } = process.env;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "messenger-deleted-"));
    // Stands for the desktop's: notes its arguments, tells an id, and waits for a click that does not come.
    writeFileSync(join(folder, "notify-send"), `#!/bin/sh\necho "$*" >> ${folder}/calls\necho 7\nexec sleep 60\n`);
    chmodSync(join(folder, "notify-send"), 0o755);
    process.env["PATH"] = `${folder}:${PATH}`;
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    chatId = stage.person("anna").chatWith(stage.person("boris"));
    client = await TestClient.loggedIn(stage, "anna");
    client.chat.openChat(chatId);
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
    process.env["PATH"] = PATH;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Boris says something, which is then in view. */
  const said = async (text: string): Promise<ConversationItem> => {
    await stage.person("boris").say(text, chatId);
    await eventually("it is in view", () => client.texts.includes(text));
    return client.messages.find(({ item }) => item.text === text)?.item ?? assert.fail();
  };
  const change = (action: "edit_message" | "delete_message", seq = 0, message = ""): Promise<unknown> =>
    stage.person("boris").ok(action, { chat_id: chatId, seq, message });
  const composerTexts = (): string => textsIn(client.chat.parts.composer.widget);

  it("leave the line of the answer, and what was typed stays", async () => {
    const { composer } = client.chat.parts;
    composer.startAnswer(await said("a secret"));
    user.type(composer.edit, "an answer");
    assert.match(composerTexts(), /Answer to boris[^]*a secret/);
    await change("edit_message", client.messages.at(-1)?.item.seq, "no secret");
    await eventually("the line follows", () => composerTexts().includes("no secret"));
    await change("delete_message", client.messages.at(-1)?.item.seq);
    await eventually("it is said", () => composerTexts().includes("The message was deleted."));
    assert.doesNotMatch(composerTexts(), /secret|Answer to/);
    assert.equal(composer.edit.toPlainText(), "an answer");
    client.write("");
    await eventually("it is sent", () => client.texts.includes("an answer"));
    assert.equal(client.messages.at(-1)?.item.replyTo, undefined);
  });

  it("leave the message field when they were being edited elsewhere, and what stood there comes back", async () => {
    const { composer } = client.chat.parts;
    client.write("a secret of mine");
    await eventually("it is stored", () => client.messages.at(-1)?.item.seq !== undefined);
    user.type(composer.edit, "half a sentence");
    const mine = client.messages.at(-1)?.item ?? assert.fail();
    composer.startEdit(mine);
    assert.equal(composer.edit.toPlainText(), "a secret of mine");
    await stage.person("anna").ok("delete_message", { chat_id: chatId, seq: mine.seq ?? 0 });
    await eventually("it is said", () => composerTexts().includes("The message was deleted."));
    assert.equal(composer.edit.toPlainText(), "half a sentence");
  });

  it("leave the notification that shows them", async () => {
    client.application.preferences.set({ notifies: true });
    client.chat.openChat(COMMON_CHAT);
    const calls = (): string[] =>
      existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n") : [];
    const { seq } = await stage.person("boris").say("a secret", chatId);
    await eventually("it is told", () => calls().length === 1);
    assert.match(calls()[0] ?? "", /boris a secret$/);
    await change("edit_message", seq, "no secret");
    await eventually("it follows", () => calls().length === 2);
    assert.match(calls()[1] ?? "", /--replace-id=7 .*boris no secret$/);
    await change("delete_message", seq);
    await eventually("it follows again", () => calls().length === 3);
    assert.match(calls()[2] ?? "", /--replace-id=7 .*boris Message deleted$/);
  });

  it("are not sent on by a dialog that was open meanwhile", async () => {
    const [secret, rest] = [await said("a secret"), await said("the rest")];
    const conversation = client.session.workspace.conversation(chatId);
    let sentTo: ChatId | undefined;
    const dialog = openForward({
      parent: client.chat.window,
      session: client.session,
      theme: client.application.theme,
      items: () => [secret, rest].map((item) => conversation.now(item)),
      onSent: (to) => (sentTo = to),
    });
    assert.ok(dialog);
    await change("delete_message", secret.seq);
    await eventually("it is deleted", () => !client.texts.includes("a secret"));
    user.pressButton(dialog, "Forward");
    await eventually("it is sent", () => sentTo !== undefined);
    client.chat.openChat(sentTo ?? assert.fail());
    const own = (): ConversationItem[] => client.messages.map(({ item }) => item).filter(({ isOwn }) => isOwn);
    await eventually("it is in view", () => own().length > 0);
    assert.deepEqual(
      own().map(({ text }) => text),
      ["the rest"],
    );
  });
});
