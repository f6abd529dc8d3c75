// Registering in the first window at a server that asks for an invitation code.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { user } from "../support/qt.ts";
import { PASSWORD, Stage } from "../support/stage.ts";
import { TestClient } from "../support/client.ts";

const CODE = "open sesame";

describe("welcome window at a server for the invited", () => {
  let stage: Stage;
  let client: TestClient;

  before(async () => {
    stage = await Stage.start([], { registration: "invite", invitationCode: CODE });
  });
  after(() => stage.remove());
  beforeEach(async () => {
    client = new TestClient(stage);
    await client.application.start();
  });
  afterEach(() => client.quit());

  /** Fills in the form to register and sends it; the server answers that it wants a code. */
  const askedForCode = async (name: string): Promise<void> => {
    const { parts } = client.welcome;
    user.click(parts.tabs[1]);
    assert.ok(parts.invitation.isHidden(), "most servers ask for none");
    user.type(parts.username, name);
    user.type(parts.password, PASSWORD);
    user.type(parts.repeat, PASSWORD);
    user.click(parts.submit);
    await eventually("the code is asked for", () => !parts.problems.invitation.isHidden());
    assert.equal(parts.problems.invitation.text(), "This server asks for an invitation code.");
    assert.ok(!parts.invitation.isHidden());
  };

  it("asks for the code when the server does, and registers with it", async () => {
    await askedForCode("invited");
    const { parts } = client.welcome;
    user.click(parts.submit);
    assert.equal(parts.problems.invitation.text(), "Enter the invitation code.");
    user.type(parts.invitation, "sesame");
    assert.ok(parts.problems.invitation.isHidden(), "typing takes the error away");
    user.click(parts.submit);
    await eventually("the code is refused", () => !parts.problems.invitation.isHidden());
    assert.equal(parts.problems.invitation.text(), "Wrong invitation code.");
    parts.invitation.setText("");
    user.type(parts.invitation, ` ${CODE} `);
    user.click(parts.submit);
    await client.chatOpens();
    assert.equal(client.session.messenger.username, "invited");
    assert.deepEqual(client.errors, []);
  });

  it("hides the code from logins and from other servers", async () => {
    await askedForCode("guest");
    const { parts } = client.welcome;
    user.type(parts.invitation, CODE);
    user.click(parts.tabs[0]);
    assert.ok(parts.invitation.isHidden());
    user.click(parts.tabs[1]);
    assert.equal(parts.invitation.text(), CODE);
    assert.ok(!parts.invitation.isHidden());
    parts.server.setCurrentText("other.example:40000");
    assert.ok(parts.invitation.isHidden());
    assert.equal(parts.invitation.text(), "");
    assert.ok(parts.problems.invitation.isHidden());
  });
});
