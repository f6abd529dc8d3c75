// A real avatar server in a folder of its own, and a raw FTP control connection to it.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { AvatarStore } from "../../src/avatars/avatar-store.ts";
import { startAvatarServer, type AvatarServer, type AvatarServerOptions } from "../../src/avatars/ftp-server.ts";
import { AvatarTickets } from "../../src/avatars/tickets.ts";
import type { AvatarTicket } from "../../src/protocol/entities.ts";
import { plainAddress } from "../../src/util/address.ts";
import { monotonicClock } from "../../src/util/clock.ts";
import { MemoryLog } from "./memory-log.ts";
import { tempDirPerTest } from "./temp-dir.ts";

/** Users with the password `PASSWORD`: anna and ben. */
export const ANNA = "a".repeat(24);
export const BEN = "b".repeat(24);
/** What ftp-srv's own parser would spoil. */
export const PASSWORD = `pass "w"  -x ü`;

/** Lets everybody in. */
export const ANYBODY: AvatarServerOptions["access"] = {
  enter: (remoteAddress) => ({ id: 0, address: plainAddress(remoteAddress ?? ""), leave: () => {} }),
  greet: (_greeter, _address, begin) => begin(),
  mayBePlain: () => true,
};

export interface Published {
  readonly userId: string;
  readonly fileName: string;
}

export class TestAvatarServer {
  readonly folder: string;
  readonly store: AvatarStore;
  readonly server: AvatarServer;
  readonly tickets: AvatarTickets;
  readonly published: Published[];
  /** Users who have removed their picture. */
  readonly removed: string[];
  readonly log: MemoryLog;
  readonly #raw: RawFtp[] = [];

  private constructor(
    parts: Pick<TestAvatarServer, "folder" | "store" | "tickets" | "published" | "removed" | "log"> & {
      readonly server: AvatarServer;
    },
  ) {
    this.folder = parts.folder;
    this.store = parts.store;
    this.tickets = parts.tickets;
    this.published = parts.published;
    this.removed = parts.removed;
    this.server = parts.server;
    this.log = parts.log;
  }

  static async start(parent: string, options: Partial<AvatarServerOptions> = {}): Promise<TestAvatarServer> {
    const folder = join(parent, "avatars");
    const log = new MemoryLog();
    const store = await AvatarStore.open({ folder, log });
    const tickets = new AvatarTickets(monotonicClock);
    const published: Published[] = [];
    const removed: string[] = [];
    const server = await startAvatarServer({
      address: "127.0.0.1",
      port: 0,
      store,
      log,
      access: ANYBODY,
      authenticate: async (username, password) => {
        const holder = tickets.holderOf(username, password);
        if (holder !== undefined) return holder;
        if (username === "slow") return { busy: "Too many failed logins, try again in 60 seconds" };
        if (password !== PASSWORD) return undefined;
        return { anna: { userId: ANNA, username }, ben: { userId: BEN, username } }[username];
      },
      hiddenFrom: async () => new Set(),
      onPublished: async (userId, fileName) =>
        void (fileName === null ? removed.push(userId) : published.push({ userId, fileName })),
      ...options,
    });
    return new TestAvatarServer({ folder, store, tickets, published, removed, server, log });
  }

  ticket(userId: string): AvatarTicket {
    const { port, secure } = this.server;
    return { port, secure, path: `${userId}.png`, ...this.tickets.issue({ userId, username: userId }) };
  }

  /** A control connection that has read the greeting. */
  async dial(): Promise<RawFtp> {
    const raw = new RawFtp(connect(this.server.port, "127.0.0.1"));
    this.#raw.push(raw);
    await raw.reply(220);
    return raw;
  }

  /** A control connection that has logged in. */
  async logIn(username = "anna"): Promise<RawFtp> {
    const raw = await this.dial();
    await raw.ask(`USER ${username}`, 331);
    await raw.ask(`PASS ${PASSWORD}`, 230);
    return raw;
  }

  async close(): Promise<void> {
    for (const raw of this.#raw) raw.socket.destroy();
    await this.server.close(0);
    this.store.close();
  }
}

/** Sends lines, reads replies; nothing is hidden. */
export class RawFtp {
  readonly socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  send(line: string): void {
    this.socket.write(`${line}\r\n`);
  }

  /** The next whole reply, its lines joined; rejects when the connection ends. */
  async next(): Promise<{ readonly code: number; readonly text: string }> {
    const lines: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error("closed by the server");
      lines.push(value);
      const code = /^(\d{3})(?: |$)/.exec(value)?.[1];
      if (code !== undefined) return { code: Number(code), text: lines.join("\n").slice(4) };
    }
  }

  /** The text of the next reply; rejects when its code is another. */
  async reply(code: number): Promise<string> {
    const next = await this.next();
    if (next.code !== code) throw new Error(`not ${code}: ${next.code} ${next.text}`);
    return next.text;
  }

  async ask(line: string, code: number): Promise<string> {
    this.send(line);
    return this.reply(code);
  }

  async passivePort(): Promise<number> {
    return Number(/\|\|\|(\d+)\|/.exec(await this.ask("EPSV", 229))?.[1]);
  }

  /** Opens a passive data connection. */
  async data(): Promise<Socket> {
    const socket = connect(await this.passivePort(), this.socket.remoteAddress ?? "");
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }

  /** Sends a whole file; resolves with the text of the last reply, which must have the code. */
  async store(path: string, bytes: Buffer, code: number): Promise<string> {
    const data = await this.data();
    await this.ask(`STOR ${path}`, 150);
    data.end(bytes);
    return this.reply(code);
  }

  /** Receives what a command such as RETR or LIST sends. */
  async receive(command: string): Promise<Buffer> {
    const data = await this.data();
    await this.ask(command, 150);
    const chunks: Buffer[] = [];
    for await (const chunk of data as AsyncIterable<Buffer>) chunks.push(chunk);
    await this.reply(226);
    return Buffer.concat(chunks);
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    this.socket.resume();
    if (!this.socket.closed) await once(this.socket, "close");
  }
}

/** Starts avatar servers in a folder for one test, and closes the last one after it. */
export function useAvatarServer(): (options?: Partial<AvatarServerOptions>) => Promise<TestAvatarServer> {
  const tempFolder = tempDirPerTest();
  let running: TestAvatarServer | undefined;
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });
  return async (options = {}) => (running = await TestAvatarServer.start(tempFolder(), options));
}
