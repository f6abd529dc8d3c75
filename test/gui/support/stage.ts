// A real server and people on it who talk, for windows to show.
import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "../../../src/config/config.ts";
import { TestServer } from "../../support/server.ts";
import { Person } from "../../support/person.ts";
import { uploadAvatar } from "../../../src/avatars/ftp-client.ts";

/** A port of its own, so that a server that is started again is found where it was. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

export const PASSWORD = "a password for the stage";

export class Stage {
  readonly server: TestServer;
  readonly #people = new Map<string, Person>();

  private constructor(server: TestServer) {
    this.server = server;
  }

  static async start(names: readonly string[], overrides: Partial<Config> = {}): Promise<Stage> {
    const stage = new Stage(
      await TestServer.start({ ftp: true, registrationsPerAddress: 1000, port: await freePort(), ...overrides }),
    );
    for (const name of names) await stage.join(name);
    return stage;
  }

  /** Somebody new registers and logs in. */
  async join(name: string): Promise<Person> {
    const client = await this.server.connect();
    await client.ok("register", { username: name, password: PASSWORD });
    const person = await Person.login(client, name, PASSWORD);
    this.#people.set(name, person);
    return person;
  }

  person(name: string): Person {
    const person = this.#people.get(name);
    if (!person) throw new Error(`nobody on the stage is called ${name}`);
    return person;
  }

  async befriend(one: string, ...others: string[]): Promise<void> {
    for (const other of others) await this.person(one).addContact(this.person(other));
  }

  async picture(name: string, png: Buffer): Promise<void> {
    const { ftp: ticket } = await this.person(name).ok("avatar_ticket", {});
    await uploadAvatar({ host: "127.0.0.1", ticket }, png);
  }

  remove(): Promise<void> {
    return this.server.remove();
  }
}
