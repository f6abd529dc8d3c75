// Leaving an account whose end fails: the window to log in opens all the same.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

describe("leaving an account", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna"]);
    client = await TestClient.loggedIn(stage, "anna");
  });
  afterEach(async () => {
    await client.quit();
    await stage.remove();
  });

  const failsToClose = (): void => {
    const { session } = client;
    const close = session.close.bind(session);
    session.close = async () => {
      await close();
      throw new Error("the folder cannot be written");
    };
  };
  const welcomed = (): Promise<void> =>
    eventually("the window to log in is open", () => client.application.windows.welcome?.window.isVisible() === true);

  it("opens the window to log in although closing failed, and reports why", async () => {
    failsToClose();
    client.chat.events.emit("logout", { forgets: false });
    await welcomed();
    await eventually("it is reported", () => client.errors.length === 1);
    assert.match(client.errors.join(), /the folder cannot be written/);
  });

  it("does so after the server has ended the session, too", async () => {
    failsToClose();
    const anna = await stage.server.anotherSession(stage.person("anna"));
    await anna.ok("end_sessions", {});
    await welcomed();
  });

  it("does so when logging out itself failed", async () => {
    client.session.messenger.logout = () => Promise.reject(new Error("the cache cannot be cleared"));
    client.chat.events.emit("logout", { forgets: true });
    await welcomed();
    await eventually("it is reported", () => client.errors.length === 1);
    assert.equal(client.application.preferences.get().account, undefined);
  });

  it("ends the program although closing failed", async () => {
    failsToClose();
    await assert.rejects(client.application.quit(), /the folder cannot be written/);
    assert.deepEqual(client.quitCodes, [0]);
  });
});
