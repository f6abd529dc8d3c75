// The own account in `messenger chat`: its password, its sessions, its end, as a script and on a terminal.
import assert from "node:assert/strict";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { AdminClient } from "../../src/client/admin-client.ts";
import { runChat } from "../../src/client/terminal/run-chat.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const OLD = "the old password";
const NEW = "a new password";

/** A client in this process, on streams; `isTTY` makes it one for a person. */
class Client {
  readonly #input: PassThrough & { isTTY: boolean };
  readonly #ended: Promise<number>;
  #output = "";
  #seenLength = 0;

  constructor(port: number, folder: string, { isTTY = false, username, password }: Options) {
    this.#input = Object.assign(new PassThrough(), { isTTY });
    const output = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 50 });
    output.on("data", (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#ended = runChat(
      { host: "127.0.0.1", port, tls: false, fingerprint: undefined, username, password, folder, drainTimeoutMs: 5000 },
      this.#input,
      output,
    );
  }

  type(...lines: readonly string[]): void {
    for (const line of lines) this.#input.write(`${line}\n`);
  }

  /** Waits for a text that is printed after what was seen before. */
  async sees(text: string): Promise<void> {
    await eventually(`${text} in ${this.#output}`, () => this.#output.includes(text, this.#seenLength));
    this.#seenLength = this.#output.indexOf(text, this.#seenLength) + text.length;
  }

  /** Answers questions of the client when they are asked. */
  async answers(...answers: readonly (readonly [question: string, answer: string])[]): Promise<void> {
    for (const [question, answer] of answers) {
      await this.sees(question);
      this.type(answer);
    }
  }

  get output(): string {
    return this.#output;
  }

  end(): Promise<number> {
    this.#input.end();
    return this.#ended;
  }
}

interface Options {
  readonly isTTY?: boolean;
  readonly username?: string;
  readonly password?: string;
}

describe("the own account in messenger chat", () => {
  const folder = tempDirPerTest();
  const clients: Client[] = [];
  let server: TestServer;
  const open = (options: Options): Client => {
    const client = new Client(server.port, join(folder(), `client-${clients.length}`), options);
    clients.push(client);
    return client;
  };
  const logsIn = async (username: string, password: string): Promise<boolean> => {
    const client = await server.connect();
    client.send("login", { username, password });
    const { code } = await client.replies.next();
    client.destroy();
    return code === 200;
  };

  beforeEach(async () => {
    server = await TestServer.start();
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await server.remove();
  });

  it("changes the password for a script, which goes on with the new one and prints neither", async () => {
    const script = open({ password: OLD });
    script.type("/register Ann", "/passwd", NEW, "/login Ann", "still here", "/sessions");
    assert.equal(await script.end(), 0, script.output);
    assert.match(script.output, /\* the password is changed/);
    assert.match(script.output, /\* this session, from 127\.0\.0\.1 since /);
    assert.ok(!script.output.includes(OLD) && !script.output.includes(NEW), script.output);
    assert.deepEqual([await logsIn("Ann", OLD), await logsIn("Ann", NEW)], [false, true]);
    assert.ok(!server.log.text.includes(NEW));
  });

  it("stops a script whose present password is another one, and changes nothing", async () => {
    const registered = open({ password: OLD });
    registered.type("/register Ann", "/passwd", OLD);
    assert.equal(await registered.end(), 1);
    assert.match(registered.output, /\* the new password is the present one; nothing is changed/);
    const script = open({});
    script.type("/login Ann", OLD, "/passwd", "no such password", NEW, "never sent");
    assert.equal(await script.end(), 1);
    assert.match(script.output, /\* the present password is another one\n\* stopped at line 5/);
    assert.equal(await logsIn("Ann", OLD), true);
  });

  it("asks a person for the passwords, the new one twice, and shows none of them", async () => {
    const ann = open({ isTTY: true });
    ann.type("/register Ann");
    await ann.answers(["password for the new user Ann: ", OLD], ["the same again: ", OLD]);
    await ann.sees("common> ");
    ann.type("/passwd");
    await ann.answers(["present password: ", OLD], ["new password: ", NEW], ["the same again: ", "something else"]);
    await ann.sees("* these are two different passwords");
    ann.type("/passwd");
    await ann.answers(["present password: ", OLD], ["new password: ", NEW], ["the same again: ", NEW]);
    await ann.sees("* the password is changed");
    assert.ok(!ann.output.includes(OLD) && !ann.output.includes(NEW), ann.output);
  });

  it("asks for another password where this one is the administrator's, with the one just typed", async () => {
    const admin = await AdminClient.open(server.config.data);
    const { password: once } = await admin.request("create_user", { username: "Ben" });
    admin.close();
    const person = open({ isTTY: true });
    person.type("/login Ben");
    await person.answers(["password of Ben: ", once ?? ""], ["new password: ", NEW], ["the same again: ", NEW]);
    await person.sees("* the password is changed");
    await person.end();
    const script = open({ username: "Ben", password: NEW });
    assert.equal(await script.end(), 0);
    assert.ok(!script.output.includes("one-time"));
  });

  it("lists the sessions, and ends the others", async () => {
    const script = open({ password: OLD });
    script.type("/register Ann");
    await script.sees("logged in");
    const other = await server.connect();
    await other.ok("login", { username: "Ann", password: OLD });
    script.type("/sessions", "/sessions end");
    await script.sees("* all other sessions are ended");
    await other.closed();
    assert.match(script.output, /this session, .*\n\* from 127\.0\.0\.1 since .*, last active /);
    script.type("/sessions none");
    assert.equal(await script.end(), 1);
    assert.match(script.output, /usage: \/sessions, or \/sessions end/);
  });

  it("deletes the account of who types its name, and asks before", async () => {
    const script = open({ password: OLD });
    script.type("/register Ann", "my last words", "/delete-account", "Anna");
    assert.equal(await script.end(), 1);
    assert.match(script.output, /go for ever.*\n\* nothing is deleted/);
    const person = open({ isTTY: true, username: "Ann" });
    await person.answers(["password of Ann: ", OLD]);
    await person.sees("common> ");
    person.type("/delete-account");
    await person.answers(["type Ann to delete the account: ", "Ann"], ["password: ", "no such password"]);
    await person.sees("* the present password is another one");
    person.type("/delete-account");
    await person.answers(["type Ann to delete the account: ", "ann"], ["password: ", OLD]);
    await person.sees("* the account is deleted");
    assert.ok(!person.output.includes(OLD));
    assert.equal(await logsIn("Ann", OLD), false);
    person.type("hello?");
    await person.sees("* not logged in");
    const last = open({ password: OLD });
    last.type("/register Bob", "/delete-account", "Bob", "/register Bob", "again");
    assert.equal(await last.end(), 0, last.output);
  });
});
