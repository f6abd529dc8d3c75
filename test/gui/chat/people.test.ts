// People in the window: their names without a server, and whether somebody new is online.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { AdminClient } from "../../../src/client/admin-client.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { textsIn } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

describe("people in the chat window", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris", "bor"]);
    client = await TestClient.loggedIn(stage, "anna");
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const row = () => client.session.workspace.chats.row(withBoris());

  it("are named after a start without the server, also those who are no contacts", async () => {
    await stage.person("boris").say("we have not met", withBoris());
    await eventually("it came", () => row()?.lastMessage?.message === "we have not met");
    client.chat.openChat(withBoris());
    client.write("who are you?");
    await eventually("the last message is an own one", () => row()?.lastMessage?.message === "who are you?");
    await client.quit(true);
    const { port } = stage.server;
    await stage.server.stop();
    client = new TestClient({ server: { port } }, client.folder);
    await client.application.start();
    await client.chatOpens();
    assert.equal(row()?.title, "boris");
    client.chat.openChat(withBoris());
    assert.match(textsIn(client.chat.window), /^boris$/m);
  });

  it("are told from the server itself, whose messages carry a mark that no name can", async () => {
    const admin = await AdminClient.open(stage.server.config.data);
    await admin.request("announce", { message: "Tea is ready" });
    await admin.request("announce", { message: "Only for you", username: "anna" });
    admin.close("done");
    await eventually("it came", () => client.texts.includes("Tea is ready"));
    assert.match(
      textsIn(client.chat.window),
      /Server<\/span>&nbsp; <span style="[^"]*background[^"]*">&nbsp;the server&nbsp;</,
    );
    await stage.person("boris").say("I am no server");
    await eventually("it came", () => client.texts.includes("I am no server"));
    assert.equal(textsIn(client.chat.window).match(/the server&nbsp;/g)?.length, 1);
    const chat = client.session.workspace.chats
      .rows()
      .find(({ lastMessage }) => lastMessage?.message === "Only for you");
    client.chat.openChat(chat?.chatId ?? "");
    assert.match(textsIn(client.chat.window), /^the server$/m, "the header says so");
  });

  for (const [name, isOnline] of [
    ["boris", true],
    ["bor", true],
    ["boris", false],
  ] as const)
    it(`are shown as ${isOnline ? "online" : "offline"} as soon as they are contacts (${name})`, async () => {
      const { userId, client: wire } = stage.person(name);
      if (!isOnline) await wire.ok("logout", {});
      const { contacts } = client.session.workspace;
      await contacts.add(name);
      await eventually("it is known", () => contacts.get(userId)?.online === isOnline);
      client.chat.openChat(stage.person("anna").chatWith(stage.person(name)));
      await eventually("the header says so", () =>
        new RegExp(`^${isOnline ? "online" : "offline"}$`, "m").test(textsIn(client.chat.window)),
      );
    });
});
