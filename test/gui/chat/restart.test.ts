// The server goes away and comes back while both sides type: nothing is lost, doubled or out of order in either view.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { memoryAccount } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { Workspace } from "../../../src/client/models/workspace.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { PASSWORD, Stage } from "../support/stage.ts";

const ROUNDS = 40;

describe("a server that restarts", () => {
  let stage: Stage;
  let client: TestClient;
  let boris: Messenger;
  let workspace: Workspace;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
    const account = await memoryAccount({ host: "127.0.0.1", port: stage.server.port }, "boris");
    boris = new Messenger({ account, backoff: { baseMs: 50, capMs: 200 } });
    workspace = new Workspace(boris);
    await boris.login(PASSWORD);
  });
  afterEach(async () => {
    workspace.dispose();
    await boris.close();
    await client.quit();
    await stage.remove();
  });

  it("loses, doubles and disorders nothing", async () => {
    const chatId = stage.person("anna").chatWith(stage.person("boris"));
    client.chat.openChat(chatId);
    const theirs = workspace.conversation(chatId);
    await theirs.open();
    for (let round = 0; round < ROUNDS; round += 1) {
      client.write(`anna ${round}`);
      theirs.send(`boris ${round}`);
      if (round === 10 || round === 25) {
        await stage.server.stop();
        await eventually("the window is offline", () => client.session.messenger.state.kind !== "online");
      }
      if (round === 14 || round === 31) {
        await stage.server.start();
        client.session.messenger.retryNow();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    client.session.messenger.retryNow();
    await eventually(
      "everything has arrived on both sides",
      () => {
        const isDone = (count: number, states: readonly string[]): boolean =>
          count === ROUNDS * 2 && !states.includes("waiting");
        const mine = client.messages.map(({ item }) => item.state);
        return (
          isDone(mine.length, mine) &&
          isDone(
            theirs.items.length,
            theirs.items.map(({ state }) => state),
          )
        );
      },
      30_000,
    );
    assert.deepEqual(
      client.texts,
      theirs.items.map(({ text }) => text),
      "both sides show the same",
    );
    for (const name of ["anna", "boris"]) {
      const said = client.texts.filter((text) => text.startsWith(name));
      assert.deepEqual(
        said,
        Array.from({ length: ROUNDS }, (_, round) => `${name} ${round}`),
      );
    }
    assert.deepEqual(client.errors, []);
  });
});
