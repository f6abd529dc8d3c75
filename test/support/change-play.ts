// Clients of two people over faulty connections, and sessions that do not ask for changes: what they do, and what holds.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryAccount, openAccount, type Account } from "../../src/client/account-folder.ts";
import { Messenger } from "../../src/client/messenger.ts";
import type { Conversation } from "../../src/client/models/conversation.ts";
import { Workspace } from "../../src/client/models/workspace.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, directChatId, type ChatId } from "../../src/protocol/ids.ts";
import { CLIENTS, type PlayStep } from "./change-steps.ts";
import { eventually } from "./eventually.ts";
import { range } from "./lists.ts";
import { RawSessions } from "./raw-sessions.ts";
import type { Person } from "./person.ts";
import { TestServer } from "./server.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const OUTBOX_BYTES = 64 * 1024;
/** Sessions that do not read for a while stay, however slow the machine is. */
const DRAIN_TIMEOUT_MS = 600_000;
const SETTLE_MS = 120_000;
const WAIT_MS = 2000;

/** What was asked for of one message, by its text at first, which is unique. */
interface Asked {
  readonly texts: string[];
  readonly editors: Set<number>;
  isDeleted: boolean;
}

/** One client and its connection. */
interface Seat {
  readonly person: Person;
  readonly proxy: TcpProxy;
  readonly folder: string | undefined;
  messenger: Messenger;
  workspace: Workspace;
  views: readonly Conversation[];
}

export class ChangePlay {
  readonly counts = { messages: 0, changes: 0, changedEvents: 0, gaps: 0, gapsOfChanges: 0, logins: 0 };
  readonly #server: TestServer;
  readonly #folder = mkdtempSync(join(tmpdir(), "messenger-changes-"));
  readonly #asked = new Map<string, Asked>();
  readonly #seats: Seat[] = [];
  readonly #held = new Set<number>();
  #chats: readonly ChatId[] = [];
  #raw: RawSessions | undefined;
  #lastText = 0;

  private constructor(server: TestServer) {
    this.#server = server;
  }

  static async begin(): Promise<ChangePlay> {
    const play = new ChangePlay(
      await TestServer.start({
        ...{ outboxBytes: OUTBOX_BYTES, drainTimeoutMs: DRAIN_TIMEOUT_MS },
        ...{ requestRatePerSec: 0, byteRatePerSec: 0 },
      }),
    );
    await play.#begin();
    return play;
  }

  async step(step: PlayStep): Promise<void> {
    switch (step.kind) {
      case "send":
        return this.#send(step);
      case "edit":
      case "delete":
      case "react":
      case "unreact":
        return this.#change(step);
      case "wait":
        return this.#wait();
      case "flood":
        return this.#raw?.flood(range(1, 40).map(() => this.#newText()));
      case "stuff":
        return this.#raw?.stuff(() => this.#newText());
      case "flood-changes":
        return this.#raw?.changeAll(() => this.#newText());
      case "restart":
        return this.#restart();
      case "reopen":
        return this.#reopen(this.#seat(step.at));
      default:
        this.#seat(step.at).proxy[step.kind]();
        if (step.kind === "hold") this.#held.add(step.at);
        else if (step.kind === "release") this.#held.delete(step.at);
    }
  }

  /** Everybody is let come to rest, and compared with what the server has. */
  async compare(): Promise<void> {
    for (const { proxy } of this.#seats) proxy.release();
    const fresh = new Map<ChatId, { messages: Message[]; rev: number }>();
    await eventually(
      "all is sent",
      () => this.#seats.every(({ messenger }) => messenger.outgoing.waitingCount === 0),
      SETTLE_MS,
    );
    for (const chatId of this.#chats) fresh.set(chatId, await this.#fetch(chatId));
    for (const seat of this.#seats) {
      for (const [index, chatId] of this.#chats.entries()) {
        const { messages = [], rev = 0 } = fresh.get(chatId) ?? {};
        const end = messages.at(-1)?.seq ?? 0;
        const { messenger } = seat;
        const isThere = (): boolean =>
          messenger.isCaughtUp && messenger.liveSeq(chatId) === end && messenger.cache.rev(chatId) === rev;
        const where = (): string => `${messenger.liveSeq(chatId)}/${end} ${messenger.cache.rev(chatId)}/${rev}`;
        await eventually(`the client is up to date in ${chatId}`, isThere, SETTLE_MS).catch((error: unknown) => {
          throw new Error(where(), { cause: error });
        });
        await this.#compareClient(seat, chatId, seat.views[index], messages);
      }
    }
    for (const { messages } of fresh.values()) this.#compareAsked(messages);
    const common = fresh.get(COMMON_CHAT);
    const gaps = await this.#raw?.compare(common?.messages.length ?? 0, common?.rev ?? 0);
    this.counts.gaps += gaps?.messages ?? 0;
    this.counts.gapsOfChanges += gaps?.changes ?? 0;
    assert.deepEqual(this.#server.log.errors, []);
  }

  async end(): Promise<void> {
    for (const seat of this.#seats) {
      seat.workspace.dispose();
      await seat.messenger.close();
      await seat.proxy.close();
    }
    await this.#server.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const [ann, ben, cid] = await this.#server.newPeople("ann", "ben", "cid");
    this.#raw = await RawSessions.open(this.#server, cid);
    this.#chats = [COMMON_CHAT, directChatId(ann.userId, ben.userId)];
    for (const index of range(0, CLIENTS - 1)) {
      const proxy = await TcpProxy.start(this.#server.port);
      const folder = index === CLIENTS - 1 ? this.#folder : undefined;
      const person = folder === undefined ? ann : ben;
      this.#seats.push({ person, proxy, folder, ...(await this.#open(person, proxy, folder)) });
    }
  }

  async #open(
    { username, password }: Person,
    proxy: TcpProxy,
    folder: string | undefined,
  ): Promise<Pick<Seat, "messenger" | "workspace" | "views">> {
    const address = { host: "127.0.0.1", port: proxy.port, tls: false };
    const account: Account = await (folder === undefined
      ? memoryAccount(address, username)
      : openAccount(folder, address, username));
    const messenger = new Messenger({ account, backoff: { baseMs: 5, capMs: 50 } });
    const workspace = new Workspace(messenger);
    messenger.events.on("login", () => (this.counts.logins += 1));
    messenger.events.on("changed", ({ messages }) => (this.counts.changedEvents += messages.length));
    if (!(await messenger.resume())) await messenger.login(password);
    const views = this.#chats.map((chatId) => workspace.conversation(chatId));
    for (const view of views) await view.open();
    return { messenger, workspace, views };
  }

  #seat(at: number): Seat {
    const seat = this.#seats[at];
    if (seat === undefined) throw new Error(`no client ${at}`);
    return seat;
  }

  #send({ at, common, count }: Extract<PlayStep, { kind: "send" }>): void {
    const { messenger } = this.#seat(at);
    for (const _ of range(1, count)) {
      const text = this.#newText();
      this.#asked.set(text, { texts: [text], editors: new Set(), isDeleted: false });
      messenger.send(this.#chats[common ? 0 : 1] ?? COMMON_CHAT, text);
      this.counts.messages += 1;
    }
  }

  #newText(): string {
    return `text ${(this.#lastText += 1)} ${"and more ".repeat(20)}`;
  }

  /** Until what was written has arrived, where the connections let it. */
  async #wait(): Promise<void> {
    const free = this.#seats.filter((_, at) => !this.#held.has(at));
    await Promise.all(free.map(({ messenger }) => messenger.whenSent(WAIT_MS)));
  }

  #change({ kind, at, common, back }: Extract<PlayStep, { back: number }>): void {
    const view = this.#seat(at).views[common ? 0 : 1];
    const own = view?.items.filter((item) => item.isOwn && item.seq !== undefined && item.deleted === undefined);
    const item = own?.at(-1 - (back % own.length));
    const asked = item && [...this.#asked.values()].find(({ texts }) => texts.includes(item.text));
    if (!view || !item || !asked) return;
    this.counts.changes += 1;
    if (kind === "react" || kind === "unreact") {
      return view.change(item, { kind: "react", reaction: "👍", on: kind === "react" });
    }
    if (kind === "delete") {
      asked.isDeleted = true;
      return view.change(item, { kind });
    }
    const text = this.#newText();
    asked.texts.push(text);
    asked.editors.add(at);
    view.change(item, { kind, text });
  }

  async #restart(): Promise<void> {
    await this.#server.stop();
    this.#server.cutClients();
    await this.#server.start();
    for (const { proxy } of this.#seats) proxy.targetPort = this.#server.port;
    await this.#raw?.reopen();
  }

  /** The client ends, and begins again with what it keeps; of one that keeps nothing, unsent things would be lost. */
  async #reopen(seat: Seat): Promise<void> {
    if (seat.folder === undefined) return seat.proxy.cut();
    seat.workspace.dispose();
    await seat.messenger.close();
    const { person, proxy, folder } = seat;
    const account = await openAccount(folder, { host: "127.0.0.1", port: proxy.port, tls: false }, person.username);
    seat.messenger = new Messenger({ account, backoff: { baseMs: 5, capMs: 50 } });
    seat.workspace = new Workspace(seat.messenger);
    seat.messenger.events.on("login", () => (this.counts.logins += 1));
    seat.messenger.events.on("changed", ({ messages }) => (this.counts.changedEvents += messages.length));
    await seat.messenger.resume();
    seat.views = this.#chats.map((chatId) => seat.workspace.conversation(chatId));
    for (const view of seat.views) void view.open();
  }

  async #fetch(chatId: ChatId): Promise<{ messages: Message[]; rev: number }> {
    const { username, password } = this.#seat(0).person;
    const client = await this.#server.connect();
    await client.ok("login", { username, password });
    const messages: Message[] = [];
    for (;;) {
      const page = await client.ok("history", { chat_id: chatId, after: messages.at(-1)?.seq ?? 0, limit: 200 });
      messages.push(...page.messages);
      if (!page.has_more) return { messages, rev: page.rev ?? 0 };
    }
  }

  async #compareClient(
    { messenger, workspace }: Seat,
    chatId: ChatId,
    view: Conversation | undefined,
    messages: readonly Message[],
  ): Promise<void> {
    const kept = messenger.cache.before(chatId, undefined, messages.length + 1);
    assert.deepEqual(kept, messages.slice(messages.length - kept.length), "the cache");
    assert.ok(kept.length > 0 || messages.length === 0);
    assert.deepEqual(workspace.chats.row(chatId)?.lastMessage?.message, messages.at(-1)?.message, "the list");
    assert.ok(view);
    await view.open();
    const hasItsChanges = (): boolean =>
      view.items.every((item) => item.changes.every(({ failure }) => failure !== undefined));
    await eventually("no change is on its way", hasItsChanges, SETTLE_MS);
    const shown = view.items.map(({ seq, text, rev, deleted }) => ({ seq, text, rev, deleted }));
    const end = messages.slice(messages.length - shown.length);
    assert.deepEqual(
      shown,
      end.map(({ seq, message, rev = 0, deleted }) => ({ seq, text: message, rev, deleted })),
      "the conversation",
    );
  }

  /** Texts of edits that were refused: another client had edited the message, or this one did not know of its own edit. */
  get #refusedTexts(): Set<string> {
    const changes = this.#seats.flatMap(({ messenger }) =>
      this.#chats.flatMap((chatId) => messenger.outgoing.changes(chatId)),
    );
    return new Set(changes.flatMap(({ change }) => (change.kind === "edit" ? [change.text] : [])));
  }

  /** What was asked for is there, once. */
  #compareAsked(messages: readonly Message[]): void {
    const refused = this.#refusedTexts;
    const ids = new Set(messages.map((message) => message.message_id));
    assert.equal(ids.size, messages.length);
    for (const { message, deleted } of messages) {
      if (deleted !== undefined) continue;
      const asked = [...this.#asked.values()].find(({ texts }) => texts.includes(message));
      if (this.#raw?.written.has(message)) continue;
      assert.ok(asked && !asked.isDeleted, `not deleted, or from nowhere: ${message}`);
      if (asked.editors.size > 1) continue;
      const wanted = asked.texts.findLast((text) => !refused.has(text));
      assert.equal(message, wanted, "the last of what one client wrote");
    }
  }
}
