// People found by a part of their names: in the server's directory, and among those that are known without it.
import assert from "node:assert/strict";
import type { Directory } from "../../src/client/models/directory.ts";
import { ClientPerson } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("the directory in the client", () => {
  const folder = tempDirPerTest();
  let server: TestServer;
  let ann: ClientPerson;

  const begin = async (directory: "everybody" | "contacts"): Promise<void> => {
    server = await TestServer.start({ directory, registrationsPerAddress: 1000 });
    ann = await ClientPerson.register(server.port, "Ann", folder());
  };
  afterEach(async () => {
    await ann.close();
    await server.remove();
  });
  const names = (found: Directory): string[] => found.users.map(({ username }) => username);

  it("finds people by parts of their names, contacts first, and goes on page by page", async () => {
    await begin("everybody");
    const robert = await server.newPerson("xrobert");
    for (const name of ["Bob", "bobby", "carl"]) await server.newPerson(name);
    await robert.ok("update_profile", { first_name: "Bob", second_name: "Miller" });
    await ann.messenger.addContact(robert.username);
    const found = ann.workspace.directory();
    found.find("b");
    found.find("BOB");
    assert.deepEqual([found.isLoading, found.isKnownOnly], [true, true]);
    await eventually("the server has answered", () => !found.isLoading);
    const [first, second = "", third = ""] = names(found);
    assert.equal(first, robert.username, "by the first name, and a contact");
    assert.match(`${second} ${third}`, /^Bob\.\d+ bobby\.\d+$/);
    const [contact] = found.users;
    assert.deepEqual([contact?.firstName, contact?.isContact, contact?.online], ["Bob", true, true]);
    assert.deepEqual([found.hasMore, found.isKnownOnly, found.problem], [false, false, undefined]);
    for (let count = 0; count < 60; count += 1) await server.newPerson("many");
    found.find("many");
    await eventually("the first page is there", () => !found.isLoading);
    assert.deepEqual([found.users.length, found.hasMore], [50, true]);
    await found.loadMore();
    assert.deepEqual([found.users.length, found.hasMore], [60, false]);
    const [many = ""] = names(found);
    found.find(many);
    assert.deepEqual(names(found)[0], many, "while more is typed they stay as far as they fit");
    found.find("ann");
    await eventually("the server has answered", () => !found.isLoading);
    assert.deepEqual(names(found), [], "never oneself");
    found.dispose();
  });

  it("knows contacts and people of chats without the server, and where the directory is closed", async () => {
    await begin("contacts");
    const [bob, bill, carl] = await server.newPeople("Bob", "bill", "Carl");
    await ann.messenger.addContact(bob.username);
    await bill.say(
      "hi",
      [ann.userId, bill.userId].toSorted().reduce((one, other) => `dm:${one}:${other}`),
    );
    await eventually("bill is in the list", () => ann.workspace.chats.rows().length === 3);
    const found = ann.workspace.directory();
    found.find("b");
    await eventually("the server has answered", () => !found.isLoading);
    assert.deepEqual(names(found), [bob.username, bill.username]);
    assert.deepEqual([found.isKnownOnly, found.problem], [true, undefined]);
    found.find("carl");
    await eventually("the server has answered", () => !found.isLoading);
    assert.deepEqual(names(found), [], `${carl.username} is not known`);
    found.dispose();
    const { username } = ann.messenger;
    await ann.close();
    const offline = await ClientPerson.start(server.port, username, folder());
    const kept = offline.workspace.directory();
    kept.find("b");
    await eventually("it has given up", () => !kept.isLoading);
    assert.deepEqual([names(kept), kept.isKnownOnly], [[bob.username, bill.username], true]);
    kept.dispose();
    await offline.close();
  });

  it("asks the server for nobody before somebody is looked for", async () => {
    await begin("everybody");
    const found = ann.workspace.directory();
    const { username } = await server.newPerson("bob");
    await ann.messenger.login("a long password");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.equal(found.isLoading, false);
    found.find("bob");
    await eventually("found", () => names(found).includes(username));
    await ann.messenger.login("a long password");
    await eventually("it is asked again", () => found.isLoading);
    await eventually("and has answered", () => !found.isLoading && !found.isKnownOnly);
    found.dispose();
  });
});
