// Acts on one's own account whose answer is lost: asked again by the client, and done once.
import assert from "node:assert/strict";
import { RequestError } from "../../src/client/errors.ts";
import { changePassword, deleteAccount, registerUser } from "../../src/client/own-account.ts";
import { ClientPerson } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const PASSWORD = "a long password";

describe("an answer about one's own account that is lost", () => {
  const server = useServer({ failedLoginsPerAddress: 0 });
  let proxy: TcpProxy;
  const people: ClientPerson[] = [];

  beforeEach(async () => {
    proxy = await TcpProxy.start(server().port);
  });
  afterEach(async () => {
    for (const person of people.splice(0)) await person.close();
    await proxy.close();
  });

  /** Loses the answer to the next request that holds this text. */
  const lose = (text: string): void => {
    void proxy.loseAnswers((request) => request.includes(text)).then(() => proxy.heal());
  };
  const register = async (name: string): Promise<ClientPerson> => {
    const person = await ClientPerson.register(proxy.port, name);
    people.push(person);
    return person;
  };
  const code = (expected: number) => (error: unknown) => error instanceof RequestError && error.code === expected;

  it("registers once, and does not give out a name that another has", async () => {
    const dial = { host: "127.0.0.1", port: proxy.port };
    lose('"register"');
    await registerUser(dial, "anna", PASSWORD);
    const client = await server().connect();
    await client.ok("login", { username: "anna", password: PASSWORD });
    lose('"register"');
    await assert.rejects(registerUser(dial, "anna", "another password"), code(409));
  });

  it("changes the password, whether the first try was stored or not; a wrong one stays wrong", async () => {
    const bert = await register("bert");
    lose('"change_password"');
    await changePassword(bert.messenger, PASSWORD, "second password");
    const client = await server().connect();
    await client.ok("login", { username: "bert", password: "second password" });
    await eventually("bert is back", () => bert.messenger.isCaughtUp);
    lose('"change_password"');
    await assert.rejects(changePassword(bert.messenger, "wrong password", "third password"), code(401));
    await client.ok("login", { username: "bert", password: "second password" });
  });

  it("deletes the account", async () => {
    const cara = await register("cara");
    lose('"delete_account"');
    await deleteAccount(cara.messenger, PASSWORD);
    assert.equal(cara.messenger.state.kind, "signed-out");
    const client = await server().connect();
    await client.fails("login", { username: "cara", password: PASSWORD }, 401);
  });
});
