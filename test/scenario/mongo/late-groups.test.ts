// A change of a group that was refused with 503 and is stored all the same: nobody is taken for a member who is none.
import assert from "node:assert/strict";
import { describeMongodb } from "../../support/mongodb.ts";
import { eventually } from "../../support/eventually.ts";
import { texts } from "../../support/lists.ts";
import { Person } from "../../support/person.ts";
import { useProxiedServer } from "../../support/proxied-server.ts";
import { WireClient } from "../../support/wire-client.ts";

const PASSWORD = "better late";
const FEATURES = ["groups"];

describeMongodb("a change of a group whose answer was lost", (database) => {
  const { proxy, server } = useProxiedServer(database);

  async function login(username: string): Promise<Person> {
    return Person.login(await WireClient.connect(server().port), username, PASSWORD, FEATURES);
  }

  /** Lets a change of a group be claimed, and loses that answer and all that is asked about the group from then on. */
  function loseChanges(chatId: string): void {
    let isClaimed = false;
    void proxy().loseAnswers((request) => {
      isClaimed ||= request.includes("pending");
      return isClaimed && request.includes(chatId);
    });
  }

  it("ends the sessions of its members, who find it when they are back, and those of whoever is none any more", async function () {
    this.timeout(60_000);
    const names = ["Ann", "Ben", "Cid"];
    for (const username of names) {
      const client = await WireClient.connect(server().port);
      await client.ok("register", { username, password: PASSWORD });
      client.destroy();
    }
    const [ann, ben, cid] = [await login("Ann"), await login("Ben"), await login("Cid")];
    const { chat } = await ann.ok("create_group", { title: "Plans", members: ["Ben"] });
    const { chat_id } = chat;
    await ann.say("before", chat_id);
    await ben.client.nextEvent("message");
    loseChanges(chat_id);
    await ann.fails("remove_member", { chat_id, username: "Ben" }, 503);
    proxy().heal();
    for (const { client } of [ann, ben]) await client.closed();
    const annAgain = await login("Ann");
    const benAgain = await login("Ben");
    await annAgain.say("after", chat_id);
    assert.deepEqual(texts(await annAgain.events("message")), ["after"]);
    await benAgain.fails("history", { chat_id }, 404);
    await benAgain.heardNothing();
    assert.deepEqual(
      ben.client.takeAllEvents().filter(({ event }) => event === "message"),
      [],
    );
    await cid.heardNothing();
    loseChanges(chat_id);
    await annAgain.fails("add_member", { chat_id, username: "Cid" }, 503);
    proxy().heal();
    await cid.client.closed();
    const cidAgain = await login("Cid");
    await eventually("Ann is out", () => annAgain.client.isClosed);
    await (await login("Ann")).say("to Cid", chat_id);
    assert.deepEqual(texts(await cidAgain.events("message")), ["to Cid"]);
  });
});
