// The account's own page under real keys: another password, other sessions, the end of the account.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { ReconnectingAdminClient } from "../../../src/client/models/reconnecting-admin-client.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { PASSWORD, Stage } from "../support/stage.ts";

const NEW = "another password of anna";

(hasDisplay ? describe : describe.skip)("the own account (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  let admin: ReconnectingAdminClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    admin = new ReconnectingAdminClient(stage.server.config.data);
    await admin.start();
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    admin.close();
    await stage.remove();
  });

  const isWelcome = (): boolean => client.application.windows.welcome !== undefined;
  const says = (text: string): Promise<void> => eventually(`it says “${text}”`, () => hands.texts.includes(text));
  const logsIn = async (password: string): Promise<number> => {
    const wire = await stage.server.connect();
    return (await wire.request("login", { username: "anna", password })).code;
  };

  async function open(entry: string, title: string): Promise<void> {
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
    await hands.press("ctrl+comma");
    await hands.inFront("Settings");
    await hands.click(entry);
    await hands.inFront(title);
  }

  it("changes the password, after saying what is wrong with what was typed", async () => {
    await open("Change the password…", "Change the password");
    await hands.type("a wrong password");
    await hands.press("Tab");
    await hands.type("short");
    await hands.press("Return");
    await says("The new password must have at least 8 characters.");
    await hands.press("ctrl+a");
    await hands.type(NEW);
    await hands.press("Return");
    await says("The two new passwords differ.");
    await hands.press("Tab");
    await hands.type(NEW);
    await hands.press("Return");
    await says("The present password is wrong.");
    await hands.tabTo("Present password");
    await hands.press("ctrl+a");
    await hands.type(PASSWORD);
    await hands.press("Return");
    await hands.inFront("Settings");
    assert.equal(await logsIn(PASSWORD), 401);
    assert.equal(await logsIn(NEW), 200);
    await eventually("the other session has ended", () => stage.person("anna").client.isClosed);
    assert.equal(client.session.messenger.state.kind, "online");
  });

  it("asks for another password after a one-time one, and not again", async () => {
    const { password } = await admin.request("reset_password", { username: "anna" });
    client = new TestClient(stage);
    await client.application.start();
    await hands.inFront("Messenger");
    await hands.click("Username");
    await hands.type("anna");
    await hands.press("Tab");
    await hands.type(password);
    await hands.press("Return");
    await hands.inFront("Choose a new password");
    await hands.type(NEW);
    await hands.press("Tab");
    await hands.type(NEW);
    await hands.press("Return");
    await client.inFront();
    client.chat.openChat("common");
    await hands.type("in at last");
    await hands.press("Return");
    await eventually("the window is in use", () => client.texts.includes("in at last"));
    assert.equal(await logsIn(NEW), 200);
  });

  it("logs out again who does not want to choose a password", async () => {
    const { password } = await admin.request("reset_password", { username: "anna" });
    client = new TestClient(stage);
    await client.application.start();
    await hands.inFront("Messenger");
    await hands.click("Username");
    await hands.type("anna");
    await hands.press("Tab");
    await hands.type(password);
    await hands.press("Return");
    await hands.inFront("Choose a new password");
    await hands.press("Escape");
    await eventually("the welcome window is back", () => isWelcome() && client.application.windows.chat === undefined);
  });

  it("lists the sessions and ends all others, after a question", async () => {
    await open("Sessions…", "Your sessions");
    await says("From 127.0.0.1");
    await hands.click("End all others…");
    await hands.inFront("End all other sessions?");
    await hands.press("Return");
    await hands.inFront("Your sessions");
    assert.match(hands.texts, /From 127/, "Enter means no");
    await hands.click("End all others…");
    await hands.inFront("End all other sessions?");
    await hands.click("End them");
    await hands.inFront("Your sessions");
    await eventually("they are gone from the list", () => !hands.texts.includes("From 127"));
    await eventually("the other session has ended", () => stage.person("anna").client.isClosed);
  });

  it("deletes the account when the password and the name are typed, and forgets it here", async () => {
    await open("Delete the account…", "Delete the account?");
    await hands.type(PASSWORD);
    await hands.press("Return");
    await says("Type your name, anna, to confirm.");
    await hands.press("Tab");
    await hands.type("anna");
    await hands.press("Return");
    await eventually("the welcome window is back", isWelcome);
    await says("The account is deleted.");
    assert.equal(await logsIn(PASSWORD), 401);
  });

  it("says that the account was disabled, then and at the next login", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
    await admin.request("disable_user", { username: "anna" });
    await eventually("the welcome window is back", isWelcome);
    await says("You were logged out: the account was disabled: the password is needed again.");
    await hands.type(PASSWORD);
    await hands.press("Return");
    await says("This account is disabled. Ask whoever runs the server.");
  });
});
