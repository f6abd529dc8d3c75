// A message that was refused with 503 and is stored all the same: others are told of it although nobody writes any more.
import assert from "node:assert/strict";
import { describeMongodb } from "../../support/mongodb.ts";
import { Person } from "../../support/person.ts";
import { useProxiedServer } from "../../support/proxied-server.ts";
import { WireClient } from "../../support/wire-client.ts";

const PASSWORD = "better late";
/** Both the text and the id, so that whoever asks what became of it gets no answer either. */
const LATE = "stored-but-unanswered";

describeMongodb("a message whose answer was lost", (database) => {
  const { proxy, server } = useProxiedServer(database);

  async function login(username: string): Promise<Person> {
    const client = await WireClient.connect(server().port);
    await client.ok("register", { username, password: PASSWORD });
    return Person.login(client, username, PASSWORD);
  }

  it("is told without anybody writing, once, and before what is written later", async function () {
    this.timeout(60_000);
    const ann = await login("Ann");
    const ben = await login("Ben");
    void proxy().loseAnswers((request) => request.includes(LATE));
    await ann.fails("add_message", { chat_id: "common", message: LATE, message_id: LATE }, 503);
    ann.client.destroy();
    proxy().heal();
    const event = await ben.client.nextEvent("message");
    assert.deepEqual([event.seq, event.message, event.username], [1, LATE, "Ann"]);
    await ben.say("after");
    assert.deepEqual(
      (await ben.events("message")).map(({ seq, message }) => [seq, message]),
      [[2, "after"]],
    );
  });
});
