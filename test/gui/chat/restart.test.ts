// The server goes away, or is killed, and comes back while both sides type: nothing is lost, doubled or out of order.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { memoryAccount } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { Workspace } from "../../../src/client/models/workspace.ts";
import { eventually } from "../../support/eventually.ts";
import { Person } from "../../support/person.ts";
import { ServerProcess } from "../../support/server-process.ts";
import { WireClient } from "../../support/wire-client.ts";
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

describe("a server that is killed", () => {
  const names = ["anna", "boris"] as const;
  let server: ServerProcess;
  const windows: TestClient[] = [];

  const arrive = async (name: string): Promise<Person> => {
    const client = await WireClient.connect(server.port);
    await client.request("register", { username: name, password: PASSWORD });
    return Person.login(client, name, PASSWORD);
  };

  beforeEach(async () => {
    server = await ServerProcess.start(["--registrations-per-address", "100"]);
  });
  afterEach(async () => {
    for (const window of windows.splice(0)) await window.quit();
    await server.remove();
  });

  it("leaves two windows with the same messages as its store, each once and in order", async () => {
    const [anna, boris] = [await arrive("anna"), await arrive("boris")];
    await anna.addContact(boris);
    await boris.addContact(anna);
    const chatId = anna.chatWith(boris);
    for (const name of names) windows.push(await TestClient.loggedIn({ server }, name));
    for (const { chat } of windows) chat.openChat(chatId);

    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, window] of windows.entries()) window.write(`${names[index]} ${round}`);
      // No warning, and no waiting for the windows to notice: what is under way is lost with the server.
      if (round === 8 || round === 22) await server.kill();
      if (round === 14 || round === 30) server = await server.again();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually(
      "everything is stored and in both windows",
      () => {
        for (const { session } of windows) if (session.messenger.state.kind === "offline") session.messenger.retryNow();
        return windows.every(({ messages }) => {
          return messages.length === ROUNDS * 2 && messages.every(({ item }) => item.seq !== undefined);
        });
      },
      20_000,
    );

    // Once more from the disk, so that nothing but what is stored counts.
    await server.kill();
    server = await server.again();
    const reader = await arrive("anna");
    const { messages } = await reader.ok("get_chat", { contact: "boris", limit: 200 });
    const stored = messages.map(({ message }) => message);
    for (const [index, window] of windows.entries())
      assert.deepEqual(window.texts, stored, `the window of ${names[index]}`);
    for (const name of names) {
      const said = stored.filter((text) => text.startsWith(name));
      assert.deepEqual(
        said,
        Array.from({ length: ROUNDS }, (_, round) => `${name} ${round}`),
      );
    }
    assert.deepEqual(
      windows.flatMap(({ errors }) => errors),
      [],
    );
  });
});
