// A running server under conversations of people who are there: every action, mostly right, one after the other and all
// at once. Each request is answered once and in order, never with 500, and everything goes on.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Code } from "../../src/protocol/codes.ts";
import { fuzzes, type Tally } from "../support/fuzz.ts";
import { fuzzRequest, PEOPLE, textOf, type FuzzPerson, type FuzzRequest } from "../support/fuzz-requests.ts";
import { range } from "../support/lists.ts";
import { useServer } from "../support/server.ts";
import { frameOf, type WireClient } from "../support/wire-client.ts";

const CODES: ReadonlySet<number> = new Set(Object.values(Code));
/** Connections of a conversation; the first ones are logged in as the people. */
const PLACES = PEOPLE + 2;
const ENDS_OTHERS: ReadonlySet<unknown> = new Set(["change_password", "delete_account", "end_sessions"]);

const burst = fc.record({
  place: fc.nat(PLACES - 1),
  requests: fc.array(fuzzRequest, { minLength: 1, maxLength: 8 }),
});
const conversation = fc.record({
  bursts: fc.array(burst, { minLength: 1, maxLength: 12 }),
  isAllAtOnce: fc.boolean(),
});

describe("a running server under conversations that are nearly right", () => {
  const server = useServer({
    ftp: true,
    registrationsPerAddress: 0,
    failedLoginsPerName: 0,
    failedLoginsPerAddress: 0,
    requestRatePerSec: 0,
  });

  fuzzes(
    "answers every request of every session once and in order, never with 500",
    (tally) =>
      fc.asyncProperty(conversation, async ({ bursts, isAllAtOnce }) => {
        const cast = await Cast.make(
          () => server().connect(),
          () => server().newPerson("fuzz"),
          tally,
        );
        if (isAllAtOnce) await Promise.all(range(0, PLACES - 1).map((place) => cast.playPlace(place, bursts)));
        else for (const { place, requests } of bursts) await cast.play(place, requests);
        cast.leave();
      }),
    {
      numRuns: 60,
      weight: 6,
      after: async ({ inputs, codes }) => {
        assert.ok(
          inputs > 500 && [200, 400, 401, 403, 404, 409].every((code) => codes.has(code)),
          [...codes].join(" "),
        );
        await (await server().newPerson("well")).say("all is well");
        assert.deepEqual(server().log.errors, []);
      },
    },
  );
});

type Person = Awaited<ReturnType<ReturnType<ReturnType<typeof useServer>>["newPerson"]>>;

/** Some people and their connections. */
class Cast {
  readonly #people: FuzzPerson[];
  readonly #clients: WireClient[];
  readonly #connect: () => Promise<WireClient>;
  readonly #tally: Tally;
  #lastId = 0;
  /** Whether somebody has done what closes the other sessions of a user. */
  #mayClose = false;

  private constructor(people: Person[], clients: WireClient[], connect: () => Promise<WireClient>, tally: Tally) {
    this.#people = people.map(({ username, userId, password, loggedIn: { token } }) => ({
      username,
      userId,
      password,
      token,
    }));
    this.#clients = clients;
    this.#connect = connect;
    this.#tally = tally;
  }

  static async make(connect: () => Promise<WireClient>, newPerson: () => Promise<Person>, tally: Tally): Promise<Cast> {
    const people = await Promise.all(range(1, PEOPLE).map(newPerson));
    const others = await Promise.all(range(PEOPLE + 1, PLACES).map(connect));
    return new Cast(people, [...people.map(({ client }) => client), ...others], connect, tally);
  }

  /** Plays the bursts of one place, one after the other. */
  async playPlace(place: number, bursts: readonly { place: number; requests: FuzzRequest[] }[]): Promise<void> {
    for (const one of bursts) if (one.place === place) await this.play(place, one.requests);
  }

  /** Sends all requests at once, and takes an answer for each. */
  async play(place: number, requests: readonly FuzzRequest[]): Promise<void> {
    const client = await this.#client(place);
    const sent = requests.map((request) => {
      this.#lastId += 1;
      return textOf(request, this.#lastId, this.#people);
    });
    client.raw(Buffer.concat(sent.map((json) => frameOf(json, client.framing))));
    for (const json of sent) {
      const reply = await client.replies.next().catch((error: unknown) => {
        if (!this.#mayClose) throw error;
        return undefined;
      });
      if (reply === undefined) return;
      this.#tally.inputs += 1;
      this.#tally.answered(reply.code);
      assert.ok(CODES.has(reply.code) && reply.code !== Code.Internal, `${reply.code} ${reply.info} for ${json}`);
      if ("id" in reply) assert.deepEqual(reply.id, idIn(json), json);
      if (reply.code !== Code.Ok) continue;
      if (ENDS_OTHERS.has(reply.action)) this.#mayClose = true;
      const who = this.#people.find(({ userId }) => userId === reply["user_id"]);
      if (who !== undefined && reply.action === "login") who.token = String(reply["token"]);
    }
  }

  async #client(place: number): Promise<WireClient> {
    const client = this.#clients[place];
    if (client !== undefined && !client.isClosed) return client;
    assert.ok(this.#mayClose, "a connection was closed, and nobody knows why");
    return (this.#clients[place] = await this.#connect());
  }

  leave(): void {
    for (const client of this.#clients) client.destroy();
  }
}

/** The id of a request that may be spoiled. */
function idIn(json: string): unknown {
  return (JSON.parse(json) as { id?: unknown }).id;
}
