// Every dialog of the control panel under real keys and a real mouse.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import type { SessionInfo } from "../../../src/protocol/admin.ts";
import { eventually } from "../../support/eventually.ts";
import { describeDialogs, type Effect } from "../support/dialog-table.ts";
import { TestPanel } from "../support/panel.ts";
import { Stage } from "../support/stage.ts";

const TITLE = "Messenger control panel";

(hasDisplay ? describe : describe.skip)("dialogs of the control panel (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let panel: TestPanel;
  before(async () => {
    stage = await Stage.start(["anna"]);
    const founder = await stage.server.anotherSession(stage.person("anna"), {}, ["groups"]);
    await founder.ok("create_group", { title: "Tea" });
    await founder.say("hello");
    founder.client.destroy();
    panel = await TestPanel.open(stage.server.config.data, true);
    await hands.inFront(TITLE);
  });
  after(async () => {
    panel.close();
    await stage.remove();
  });
  afterEach(() => assert.deepEqual(panel.errors, []));

  /** All that a dialog may change. */
  const traces = (): string => {
    const { users, sessions, groups, messages } = panel.pages;
    const { listener } = panel.window;
    const accounts = users.table.values.map(({ username, state }) => [username, state]);
    const ways = [users, sessions, groups, messages, listener]
      .map(({ outcome }) => outcome)
      .map(({ widget }) => widget.text());
    return JSON.stringify([accounts, ways, listener.state.text(), panel.exitCodes]);
  };
  const chosenUser = async (name = "anna"): Promise<void> => {
    const { users } = panel.pages;
    panel.window.show(users);
    await eventually(`${name} is listed`, () => users.table.values.some(({ username }) => username === name));
    const account = users.table.values.find(({ username }) => username === name);
    if (account) users.table.select(account);
  };
  const chosenSession = async (): Promise<void> => {
    const { sessions } = panel.pages;
    panel.window.show(sessions);
    const { sessions: present } = await panel.window.connection.request("sessions", {});
    const newest = present.at(-1)?.connection;
    const row = (): SessionInfo | undefined => sessions.table.values.find(({ connection }) => connection === newest);
    await eventually("the newest session is listed", () => row() !== undefined);
    const session = row();
    if (session) sessions.table.select(session);
  };
  const chosenGroup = async (): Promise<void> => {
    const { groups } = panel.pages;
    panel.window.show(groups);
    await eventually("the group is listed", () => groups.table.values.length === 1);
    const [group] = groups.table.values;
    if (group) groups.table.select(group);
    await eventually("its member is listed", () => groups.members.values.length === 1);
    const [member] = groups.members.values;
    if (member) groups.members.select(member);
  };
  const chosenMessage = async (): Promise<void> => {
    const { messages } = panel.pages;
    panel.window.show(messages);
    await hands.click("Find");
    await eventually("the message is found", () => messages.table.values.length === 1);
    const [message] = messages.table.values;
    if (message) messages.table.select(message);
  };
  /** A question at which Enter means Cancel, unless another button is chosen; what yes does has a test of its own. */
  const asks = (title: string, yes: string, open: () => Promise<void>) => ({
    title,
    open,
    stops: ["Cancel", yes],
  });

  describeDialogs(
    () => TITLE,
    [
      {
        title: "New user",
        open: async () => {
          await chosenUser();
          await hands.click("New user…");
        },
        stops: ["Username", "Password", "Cancel", "Create"],
        enter: { Username: says("username"), Password: says("username"), Cancel: "closes", Create: says("username") },
      },
      {
        title: "Banned addresses",
        open: async () => {
          await chosenSession();
          await hands.click("Banned addresses…");
        },
        stops: ["Close", "Banned addresses"],
        enter: { Close: "closes", "Banned addresses": "closes" },
      },
      {
        title: "Add somebody to Tea",
        open: async () => {
          await chosenGroup();
          await hands.click("Add member…");
        },
        stops: ["Username", "Cancel", "Add"],
        enter: { Username: says("Enter a username."), Cancel: "closes", Add: says("Enter a username.") },
      },
    ],
    traces,
  );

  function says(text: string): Effect {
    return { what: `says “${text}”`, isTrue: () => hands.texts.includes(text) };
  }

  const questions = [
    asks("Ban 127.0.0.1 for 1 hour?", "Ban", async () => {
      await chosenSession();
      await hands.click("Ban this address…");
    }),
    asks("Reset the password of anna?", "Reset", async () => {
      await chosenUser();
      await hands.click("Reset password…");
    }),
    asks("Disable anna?", "Disable", async () => {
      await chosenUser();
      await hands.click("Disable…");
    }),
    asks("End the sessions of anna?", "End sessions", async () => {
      await chosenUser();
      await hands.click("End sessions…");
    }),
    asks("Delete anna?", "Delete", async () => {
      await chosenUser();
      await hands.click("Delete…");
    }),
    asks("Delete Tea?", "Delete", async () => {
      await chosenGroup();
      await hands.click("Delete…");
    }),
    asks("Remove anna from the group?", "Remove", async () => {
      await chosenGroup();
      await hands.click("Remove member…");
    }),
    asks("Remove message 1?", "Remove", async () => {
      await chosenMessage();
      await hands.click("Remove…");
    }),
    asks("Stop listening?", "Stop", () => hands.click("Stop…")),
    asks("Restart listening?", "Restart", () => hands.click("Restart…")),
  ];

  for (const { title, open, stops } of questions) {
    it(`“${title}” does nothing at Enter and at Escape, wherever Tab leads`, async () => {
      await open();
      await hands.inFront(title);
      const before = traces();
      assert.equal(hands.focus, "Cancel");
      assert.deepEqual(await hands.tabOrder(), stops);
      await hands.press("Return");
      await hands.inFront(TITLE);
      await open();
      await hands.inFront(title);
      await hands.press("Escape");
      await hands.inFront(TITLE);
      assert.equal(traces(), before);
      await stage.person("anna").ok("ping", {});
    });
  }

  it("shows the one-time password of a user who was made with Enter", async () => {
    await chosenUser();
    await hands.click("New user…");
    await hands.inFront("New user");
    await hands.type("chiara");
    await hands.press("Return");
    await hands.inFront("One-time password");
    assert.match(hands.texts, /Password of chiara/);
    assert.equal(hands.focus, "Close");
    assert.deepEqual(await hands.tabOrder(), ["Close", "One-time password", "Copy"]);
    await hands.click("Copy");
    assert.equal(hands.front, "One-time password");
    await hands.press("shift+Tab", "Return");
    await hands.inFront(TITLE);
    await eventually("she is listed", () => traces().includes("chiara"));
  });

  it("resets a password by the mouse, and shows the new one", async () => {
    await chosenUser("chiara");
    await hands.click("Reset password…");
    await hands.inFront("Reset the password of chiara?");
    await hands.click("Reset");
    await hands.inFront("One-time password");
    await hands.press("Escape");
    await hands.inFront(TITLE);
    assert.match(panel.pages.users.outcome.widget.text(), /chiara has a new password/);
  });

  it("chooses rows by the arrow keys", async () => {
    const { users } = panel.pages;
    await chosenUser();
    await hands.tabTo("Table of users");
    const names = users.table.values.map(({ username }) => username);
    assert.deepEqual(names, ["anna", "chiara"]);
    await hands.press("Down");
    assert.equal(users.table.selected?.username, "chiara");
    await hands.press("Down");
    assert.equal(users.table.selected?.username, "chiara");
    await hands.press("Up");
    assert.equal(users.table.selected?.username, "anna");
  });

  it("leaves the focus at Run after Stop, and at Restart after Run", async () => {
    const { listener } = panel.window;
    await hands.click("Stop…");
    await hands.inFront("Stop listening?");
    await hands.click("Stop");
    await hands.inFront(TITLE);
    await eventually("it is stopped", () => listener.state.text() === "Stopped");
    await eventually("Run has the focus", () => hands.focus === "Run");
    await hands.press("Return");
    await eventually("it runs", () => listener.state.text().startsWith("Running"));
    await eventually("Restart has the focus", () => hands.focus === "Restart…");
  });

  it("takes Enter in the fields of address and port for Restart, or for Run where the server is stopped", async () => {
    const { listener } = panel.window;
    for (const name of ["Port", "Address"]) {
      await hands.tabTo(name, 60);
      await hands.press("Return");
      await hands.inFront("Restart listening?");
      await hands.press("Escape");
      await hands.inFront(TITLE);
    }
    await hands.click("Stop…");
    await hands.inFront("Stop listening?");
    await hands.click("Stop");
    await hands.inFront(TITLE);
    await eventually("it is stopped", () => listener.state.text() === "Stopped");
    await hands.tabTo("Port", 60);
    await hands.press("Return");
    await eventually("it runs", () => listener.state.text().startsWith("Running"));
  });

  it("leaves the focus at the filter when nothing is chosen any more", async () => {
    const { sessions } = panel.pages;
    await stage.server.anotherSession(stage.person("anna"));
    await chosenSession();
    await hands.click("Disconnect");
    await eventually("it is told", () => /disconnected/.test(sessions.outcome.widget.text()));
    await eventually("the filter has the focus", () => hands.focus === "Filter by user or address");
  });

  it("asks when it is closed, and stays at Escape", async () => {
    panel.window.window.close();
    await hands.inFront("Close the control panel");
    assert.equal(hands.focus, "Keep it running");
    assert.deepEqual(await hands.tabOrder(), ["Keep it running", "Cancel", "Stop the server"]);
    await hands.press("Escape");
    await hands.inFront(TITLE);
    assert.deepEqual(panel.exitCodes, []);
  });
});
