// Every dialog of the chat window under real keys and a real mouse.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { describeDialogs, type Effect } from "../support/dialog-table.ts";
import { Stage } from "../support/stage.ts";

const TITLE = "Messenger";

(hasDisplay ? describe : describe.skip)("dialogs of the chat window (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  let group: string;
  before(async () => {
    stage = await Stage.start(["anna", "boris", "chiara"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
    group = await client.session.workspace.groups.create({ title: "Choir", members: ["boris"] });
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(() => client.chat.openChat(withBoris()));
  afterEach(() => assert.deepEqual(client.errors, []));

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const fromMenu = async (menu: string, entry: string): Promise<void> => {
    await hands.click(menu);
    await hands.inFront("popup");
    await hands.click(entry);
  };
  /** Opens the menu of the last message, an own one, by keys alone. */
  const onOwnMessage = async (entry: string): Promise<void> => {
    if (client.chat.chatId !== withBoris()) client.chat.openChat(withBoris());
    const last = client.messages.at(-1)?.item;
    if (last === undefined || last.deleted !== undefined || !last.isOwn) {
      client.session.workspace.conversation(withBoris()).send("mine");
      const isThere = (): boolean => {
        const item = client.messages.at(-1)?.item;
        return item?.text === "mine" && item.state === "stored";
      };
      await eventually("there is an own message", isThere);
    }
    await hands.tabTo("Messages");
    await hands.press("End", "Return");
    await hands.inFront("popup");
    await hands.click(entry);
  };
  const says = (text: string): Effect => ({ what: `says “${text}”`, isTrue: () => hands.texts.includes(text) });
  const opens = (title: string): Effect => ({ what: `opens “${title}”`, isTrue: () => hands.front === title });
  const fromSettings = async (entry: string): Promise<void> => {
    await hands.press("ctrl+comma");
    await hands.inFront("Settings");
    await hands.click(entry);
  };
  const aboutGroup = async (): Promise<void> => {
    if (client.chat.chatId !== group) client.chat.openChat(group);
    await fromMenu("More", "About the group");
    await hands.inFront("Choir");
  };
  const traces = (): string => {
    const { contacts } = client.session.workspace;
    const people = contacts.list().map(({ username }) => username);
    const blocked = contacts.blocked().map(({ username }) => username);
    const { window: _, ...choices } = client.application.preferences.get();
    return JSON.stringify([people, blocked, client.chat.chatId, choices, client.texts]);
  };

  describeDialogs(
    () => TITLE,
    [
      {
        title: "Add a contact",
        open: () => hands.press("ctrl+n"),
        stops: ["Name of the user", "Cancel", "Add"],
        enter: { "Name of the user": says("Enter a name."), Cancel: "closes", Add: says("Enter a name.") },
      },
      {
        title: "New group",
        open: () => hands.press("ctrl+g"),
        stops: [
          "Name of the group",
          "Add people",
          "Everybody in the group",
          "Everything, also what was written before",
          "Cancel",
          "Create",
        ],
        enter: {
          "Name of the group": says("Give the group a name."),
          "Add people": says("Give the group a name."),
          "Everybody in the group": says("Give the group a name."),
          "Everything, also what was written before": says("Give the group a name."),
          Cancel: "closes",
          Create: says("Give the group a name."),
        },
      },
      {
        title: "Choir",
        open: aboutGroup,
        stops: ["Close", "Add people…", "Edit…", "Members", "Leave…", "Delete…"],
        enter: {
          Close: "closes",
          "Add people…": opens("Add people to “Choir”"),
          "Edit…": opens("Edit the group"),
          Members: opens("popup"),
          "Leave…": opens("Leave “Choir”?"),
          "Delete…": opens("Delete “Choir”?"),
        },
      },
      {
        title: "Add people to “Choir”",
        open: async () => {
          await aboutGroup();
          await hands.click("Add people…");
        },
        stops: ["Add people", "Cancel", "Add"],
        enter: { "Add people": says("Choose somebody."), Cancel: "closes", Add: says("Choose somebody.") },
      },
      {
        title: "Edit the group",
        open: async () => {
          await aboutGroup();
          await hands.click("Edit…");
        },
        stops: [
          "Name of the group",
          "What it is about",
          "Everybody in the group",
          "Everything, also what was written before",
          "Cancel",
          "Save",
        ],
        enter: {
          "Name of the group": "closes",
          "What it is about": "closes",
          "Everybody in the group": "closes",
          "Everything, also what was written before": "closes",
          Cancel: "closes",
          Save: "closes",
        },
      },
      {
        title: "Delete “Choir”?",
        open: async () => {
          await aboutGroup();
          await hands.click("Delete…");
        },
        stops: ["Cancel", "Delete for everybody"],
        enter: {
          Cancel: "closes",
          "Delete for everybody": {
            what: "deletes it",
            isTrue: () => client.session.workspace.chats.row(group) === undefined,
            undo: async () => {
              group = await client.session.workspace.groups.create({ title: "Choir", members: ["boris"] });
            },
          },
        },
      },
      {
        title: "My profile",
        open: () => fromMenu("Menu", "Profile of anna"),
        stops: ["First name", "Second name", "About yourself", "Cancel", "Save", "Choose a picture…"],
        enter: {
          "First name": "closes",
          "Second name": "closes",
          Cancel: "closes",
          Save: "closes",
          "Choose a picture…": {
            what: "opens the file chooser",
            isTrue: () => hands.front === "Choose a picture",
            undo: () => hands.press("Escape"),
          },
        },
      },
      {
        title: "boris",
        open: () => fromMenu("More", "Profile"),
        stops: ["Write a message"],
        enter: { "Write a message": "closes" },
      },
      {
        title: "Settings",
        open: () => hands.press("ctrl+comma"),
        stops: [
          "Close",
          "Colours",
          "Text size",
          "Notify of new messages",
          "Show what was written",
          "Stay in the tray when the window is closed",
          "Change the password…",
          "Sessions…",
          "Delete the account…",
        ],
        enter: {
          Close: "closes",
          Colours: "closes",
          "Text size": "closes",
          "Notify of new messages": "closes",
          "Show what was written": "closes",
          "Stay in the tray when the window is closed": "closes",
          "Change the password…": opens("Change the password"),
          "Sessions…": opens("Your sessions"),
          "Delete the account…": opens("Delete the account?"),
        },
      },
      {
        title: "Change the password",
        open: () => fromSettings("Change the password…"),
        stops: ["Present password", "New password", "New password again", "Cancel", "Change"],
        enter: {
          "Present password": says("Enter your present password."),
          "New password": says("Enter your present password."),
          "New password again": says("Enter your present password."),
          Cancel: "closes",
          Change: says("Enter your present password."),
        },
      },
      {
        title: "Your sessions",
        open: async () => {
          await fromSettings("Sessions…");
          await eventually("they are listed", () => hands.texts.includes("This window"));
        },
        stops: ["Close", "List of your sessions", "End all others…"],
        enter: {
          Close: "closes",
          "List of your sessions": "closes",
          "End all others…": opens("End all other sessions?"),
        },
      },
      {
        title: "Delete the account?",
        open: () => fromSettings("Delete the account…"),
        stops: ["Password", "Your name", "Cancel", "Delete for ever"],
        enter: {
          Password: says("Enter your password."),
          "Your name": says("Enter your password."),
          Cancel: "closes",
          "Delete for ever": says("Enter your password."),
        },
      },
      {
        title: "Too long for one message",
        open: async () => {
          client.chat.parts.composer.edit.setPlainText(`${"word ".repeat(3000)}end`);
          await hands.press("Return");
        },
        stops: ["Send 2 messages", "Cancel"],
        enter: {
          Cancel: "closes",
          "Send 2 messages": {
            what: "sends them",
            isTrue: () => client.texts.length === 2 && client.texts.every((text) => text.length <= 8192),
            undo: () => assert.equal(client.chat.parts.composer.edit.toPlainText(), ""),
          },
        },
      },
      {
        title: "Delete this message?",
        open: () => onOwnMessage("Delete…"),
        stops: ["Cancel", "Delete"],
        enter: {
          Cancel: "closes",
          Delete: { what: "deletes it", isTrue: () => client.messages.at(-1)?.item.deleted === "author" },
        },
      },
      {
        title: "Forward a message",
        open: () => onOwnMessage("Forward…"),
        stops: ["Find a chat", "Cancel", "Forward"],
        enter: {
          "Find a chat": { what: "sends it on", isTrue: () => client.chat.chatId === "common" },
          Cancel: "closes",
          Forward: { what: "sends it on", isTrue: () => client.chat.chatId === "common" },
        },
      },
      {
        title: "Delete this contact?",
        open: () => fromMenu("More", "Delete contact…"),
        stops: ["Cancel", "Delete"],
        enter: {
          Cancel: "closes",
          Delete: {
            what: "deletes the contact",
            isTrue: () => client.session.workspace.contacts.list().length === 0,
            undo: () => client.session.workspace.contacts.add("boris"),
          },
        },
      },
      {
        title: "Block boris?",
        open: () => fromMenu("More", "Block…"),
        stops: ["Cancel", "Block"],
        enter: {
          Cancel: "closes",
          Block: {
            what: "blocks",
            isTrue: () => client.session.workspace.contacts.blocked().length === 1,
            undo: () => client.session.workspace.contacts.unblock(stage.person("boris").userId),
          },
        },
      },
    ],
    traces,
  );

  for (const [how, submit] of [
    ["a click", () => hands.click("Add")],
    ["Enter", () => hands.press("Return")],
  ] as const)
    it(`adds a contact by ${how}, and what is typed next goes to nobody else`, async () => {
      client.chat.openChat("common");
      const chiara = stage.person("chiara");
      const chatId = stage.person("anna").chatWith(chiara);
      await chiara.client.barrier();
      chiara.client.takeAllEvents();
      await hands.press("ctrl+n");
      await hands.inFront("Add a contact");
      await hands.type("chiara");
      await submit();
      await hands.inFront(TITLE);
      await eventually("the chat is open", () => client.chat.chatId === chatId);
      assert.match(hands.texts, /^chiara$/m, "the header names her");
      await hands.type(`for you by ${how}`);
      await hands.press("Return");
      const message = await chiara.client.nextEvent("message");
      assert.equal(message.message, `for you by ${how}`);
      assert.equal(message.chat_id, chatId);
      await client.session.workspace.contacts.delete(chiara.userId);
    });

  it("says in the dialog that somebody is a contact already, and lets the name be typed over", async () => {
    await hands.press("ctrl+n");
    await hands.inFront("Add a contact");
    await hands.type("boris");
    await hands.press("Return");
    await eventually("it is said", () => hands.texts.includes("boris is among your contacts already."));
    assert.equal(hands.front, "Add a contact");
    await hands.type("nobody.here");
    assert.doesNotMatch(hands.texts, /already/);
    await hands.press("Return");
    await eventually("it is said", () => hands.texts.includes("There is no user named nobody.here on this server."));
    await hands.press("Escape");
    await hands.inFront(TITLE);
  });

  it("writes to somebody who is no contact, from the profile", async () => {
    client.chat.openChat("common");
    const david = await stage.join("david");
    await david.say("I am new here");
    await eventually("it came", () => client.texts.includes("I am new here"));
    await david.events("message"); // his own
    await hands.click("Profile of david");
    await hands.inFront("david");
    await hands.click("Write a message");
    await hands.inFront(TITLE);
    assert.match(hands.texts, /^david$/m, "the header names him");
    await hands.type("welcome");
    await hands.press("Return");
    const message = await david.client.nextEvent("message");
    assert.equal(message.chat_id, stage.person("anna").chatWith(david));
  });
});
