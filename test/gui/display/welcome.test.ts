// The first window under real keys: Enter in the address, and why somebody is there again.
import assert from "node:assert/strict";
import type { QLineEdit } from "@nodegui/nodegui";
import { hands, hasDisplay } from "../support/display.ts";
import { AdminClient } from "../../../src/client/admin-client.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { textsIn } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

(hasDisplay ? describe : describe.skip)("the first window (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna"]);
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const shows = (field: QLineEdit, text: string): Promise<void> =>
    eventually(`it shows ${text}`, () => field.property("displayText").toString() === text);

  it("takes Enter in the address as everywhere else", async () => {
    client = new TestClient(stage);
    await client.application.start();
    const { parts } = client.welcome;
    await eventually("the window is in front", () => hands.front === "Messenger");
    await hands.clickAt(parts.server, 60, Math.floor(parts.server.height() / 2));
    await hands.press("Return");
    await eventually("the name is missing", () => !parts.problems.username.isHidden());
    assert.equal(hands.focus, "Username");
  });

  it("begins to register at the first field, and shows the passwords where that is wished", async () => {
    client = new TestClient(stage);
    await client.application.start();
    await eventually("the window is in front", () => hands.front === "Messenger");
    const { parts } = client.welcome;
    parts.password.setFocus();
    await hands.click("Register");
    assert.equal(hands.focus, "Username");
    await hands.type("bea");
    await hands.press("Tab");
    await hands.type("a secret word");
    await shows(parts.password, "●".repeat(13));
    await hands.click("Show the password");
    await shows(parts.password, "a secret word");
    assert.equal(hands.focus, "Password", "the mouse leaves the keyboard where it is");
    await hands.press("Tab", "Tab");
    await hands.type("a secret");
    await shows(parts.repeat, "a secret");
    await hands.click("Hide the password");
    await shows(parts.repeat, "●".repeat(8));
  });

  it("says that the account was disabled", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    const admin = await AdminClient.open(stage.server.config.data);
    await admin.request("disable_user", { username: "anna" });
    admin.close("done");
    await eventually("the first window is back", () => client.application.windows.welcome !== undefined);
    await eventually("it says why", () => /disabled/.test(textsIn(client.welcome.window)));
  });
});
