// The chats that a message can be forwarded to: those in which the user may write.
import assert from "node:assert/strict";
import { textsIn } from "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { openForward } = await import("../../../gui/chat/forward-dialog.ts");

describe("forwarding", () => {
  it("offers no group in which only moderators write, and nobody who is blocked", async () => {
    const stage = await Stage.start(["anna", "boris", "chiara"]);
    await stage.befriend("anna", "chiara");
    const boris = await stage.server.anotherSession(stage.person("boris"), {}, ["groups"]);
    await boris.ok("create_group", { title: "Garden", members: ["anna"] });
    const { chat } = await boris.ok("create_group", { title: "News", members: ["anna"] });
    await boris.ok("update_group", { chat_id: chat.chat_id, posting: "moderators" });
    const client = await TestClient.loggedIn(stage, "anna");
    await stage.person("boris").say("tell it to others");
    await eventually("it came", () => client.texts.includes("tell it to others"));
    await client.session.workspace.contacts.block(stage.person("chiara").userId, "chiara");
    const dialog = openForward({
      parent: client.chat.window,
      session: client.session,
      theme: client.application.theme,
      items: () => client.messages.map(({ item }) => item),
      onSent: () => {},
    });
    assert.ok(dialog);
    await eventually("the chats are listed", () => textsIn(dialog).includes("Garden"));
    assert.doesNotMatch(textsIn(dialog), /News|chiara/);
    dialog.close();
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });
});
