// The first window: errors stand at their fields, and a good entry opens the chats.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { Key, user } from "../support/qt.ts";
import { PASSWORD, Stage } from "../support/stage.ts";
import { TestClient } from "../support/client.ts";

describe("welcome window", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna"]);
  });
  after(() => stage.remove());
  beforeEach(async () => {
    client = new TestClient(stage);
    await client.application.start();
  });
  afterEach(() => client.quit());

  it("says at the field what is missing", () => {
    const { parts } = client.welcome;
    user.click(parts.submit);
    assert.match(parts.problems.username.text(), /name/);
    assert.ok(!parts.problems.username.isHidden());
    user.type(parts.username, "anna");
    assert.ok(parts.problems.username.isHidden(), "typing takes the error away");
    user.click(parts.submit);
    assert.match(parts.problems.password.text(), /password/);
  });

  it("shows a wrong password as the server tells it, under the field", async () => {
    const { parts } = client.welcome;
    user.type(parts.username, "anna");
    user.type(parts.password, "not her password");
    user.press(parts.password, Key.Return);
    await eventually("an error is shown", () => !parts.problems.password.isHidden());
    assert.equal(parts.problems.password.text(), "Wrong username or password.");
    assert.deepEqual(client.errors, []);
  });

  it("tells of a server that cannot be reached", async () => {
    const { parts } = client.welcome;
    parts.server.setCurrentText("127.0.0.1:1");
    user.type(parts.username, "anna");
    user.type(parts.password, PASSWORD);
    user.click(parts.submit);
    await eventually("an error is shown", () => !parts.problems.server.isHidden());
    assert.match(parts.problems.server.text(), /cannot be reached/);
  });

  it("registers a new user, who is logged in at the next start without a password", async () => {
    const { parts } = client.welcome;
    user.click(parts.tabs[1]);
    user.type(parts.username, "newcomer");
    user.type(parts.password, "a good password");
    user.type(parts.repeat, "another one");
    user.click(parts.submit);
    assert.match(parts.problems.repeat.text(), /differ/);
    parts.repeat.setText("a good password");
    user.click(parts.submit);
    await client.chatOpens();
    assert.equal(client.session.messenger.username, "newcomer");

    await client.quit(true);
    const again = new TestClient(stage, client.folder);
    await again.application.start();
    await again.chatOpens();
    await eventually("the session is resumed", () => again.session.messenger.state.kind === "online");
    client = again;
  });

  it("refuses a name that is taken", async () => {
    const { parts } = client.welcome;
    user.click(parts.tabs[1]);
    user.type(parts.username, "ANNA");
    user.type(parts.password, PASSWORD);
    parts.repeat.setText(PASSWORD);
    user.click(parts.submit);
    await eventually("an error is shown", () => !parts.problems.username.isHidden());
    assert.equal(parts.problems.username.text(), "This name is taken.");
  });
});
