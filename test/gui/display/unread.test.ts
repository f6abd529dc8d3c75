// The place where a chat with unread messages opens, and when they count as read; with a window that is really in use.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

(hasDisplay ? describe : describe.skip)("unread messages in a window in use (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const row = () => client.session.workspace.chats.row(withBoris());
  const shown = (): string[] =>
    client.chat.parts.messages.shownRows.map((one) => (one.kind === "message" ? one.item.text : one.kind));
  const readSeq = (): number => client.session.workspace.book.get(withBoris()).readSeq;

  async function borisWrites(count: number, first = 1): Promise<void> {
    const boris = stage.person("boris");
    for (let index = first; index < first + count; index += 1) void boris.say(`message ${index}`, withBoris());
    await boris.client.barrier();
    await eventually("they came", () => row()?.lastMessage?.message === `message ${first + count - 1}`);
  }

  for (const [count, before] of [
    [40, 5],
    [120, 5],
  ] as const)
    it(`opens at the line where ${count} are unread, and reads on as they come into view`, async () => {
      await borisWrites(before);
      await hands.click("boris, 5 unread");
      await eventually("the first ones are read", () => row()?.unread === 0);
      await hands.click("Common chat");
      await eventually("another chat is open", () => client.chat.chatId === "common");
      await borisWrites(count, before + 1);
      assert.equal(row()?.unread, count);
      await hands.click(`boris, ${count} unread`);
      await eventually("the line is in view", () => shown().includes("unread") && shown().includes("message 6"));
      await eventually("what is in view is read", () => readSeq() > before);
      const last = shown().findLast((text) => text.startsWith("message "));
      assert.ok(last !== `message ${before + count}`, "the newest is not in view");
      assert.equal(`message ${readSeq()}`, last, "and no more than what is in view");
      for (let page = 0; readSeq() < before + count; page += 1) {
        assert.ok(page < 40, "the end is reached");
        const seen = readSeq();
        await hands.press("Next");
        await eventually("more is read", () => readSeq() > seen);
      }
      assert.equal(row()?.unread, 0);
    });
});
