// Rounds in which a server is killed while people send, as a crash of the machine would do it, and their messages counted.
import { COMMON_CHAT, directChatId, type ChatId } from "../../src/protocol/ids.ts";
import { ServerProcess } from "./server-process.ts";
import { WireClient } from "./wire-client.ts";
import { range } from "./lists.ts";

const SENDER_COUNT = 4;
/** Messages that one sender has under way at a time. */
const WINDOW = 50;
const PASSWORD = "kill and rise";

/** What was found when all rounds were over. */
export interface KillReport {
  rounds: number;
  acknowledged: number;
  /** Acknowledged and not there, or there as another text or under another seq. */
  lost: number;
  /** Message ids that are there twice. */
  doubled: number;
  /** Sequence numbers below the last that no message has. */
  holes: number;
  /** Messages that a listener was told of and that are not stored. */
  phantoms: number;
  /** From each kill to the first acknowledgement after it, in milliseconds. */
  serviceGapsMs: number[];
}

interface StoredMessage {
  readonly seq: number;
  readonly message_id: string;
  readonly message: string;
}

/** One who sends message after message, and resends under the same id what was not acknowledged. */
class Sender {
  readonly acknowledged = new Map<string, number>();
  readonly told = new Map<string, number>();
  readonly chatId: ChatId;
  readonly #username: string;
  #unacknowledged: string[] = [];
  #lastMessage = 0;

  constructor(username: string, chatId: ChatId) {
    this.#username = username;
    this.chatId = chatId;
  }

  async login(port: number): Promise<WireClient> {
    const client = await WireClient.connect(port);
    await client.ok("login", { username: this.#username, password: PASSWORD });
    return client;
  }

  /** Sends until the server is gone. `onAcknowledged` is told of each answer. */
  async sendUntilGone(client: WireClient, onAcknowledged: () => void): Promise<void> {
    const waiting = new Map<number, string>();
    const send = (messageId: string): void => {
      const data = { chat_id: this.chatId, message: `text of ${messageId}`, message_id: messageId };
      waiting.set(client.send("add_message", data), messageId);
    };
    for (const messageId of this.#unacknowledged) send(messageId);
    try {
      for (;;) {
        while (waiting.size < WINDOW) send(`${this.#username}-${(this.#lastMessage += 1)}`);
        const { id, code, seq } = await client.replies.next();
        const messageId = waiting.get(Number(id));
        if (code !== 200 || messageId === undefined) throw new Error(`${code} for ${id}`);
        waiting.delete(Number(id));
        this.acknowledged.set(messageId, Number(seq));
        onAcknowledged();
      }
    } catch (error) {
      if (!client.isClosed) throw error;
    } finally {
      this.#unacknowledged = [...waiting.values()];
      for (const { chat_id, message_id, seq } of client.takeEvents("message")) {
        if (chat_id === this.chatId) this.told.set(message_id, seq);
      }
    }
  }
}

/** Runs so many rounds. A round ends with a kill after `messagesPerRound` acknowledgements. */
export async function runKillRounds(rounds: number, messagesPerRound = 400): Promise<KillReport> {
  let server = await ServerProcess.start(["--request-rate", "0", "--byte-rate", "0", "--workers", "1"]);
  const report: KillReport = { rounds, acknowledged: 0, lost: 0, doubled: 0, holes: 0, phantoms: 0, serviceGapsMs: [] };
  try {
    const [chats, senders] = await makeSenders(server.port);
    let killedMs: number | undefined;
    for (let round = 0; round < rounds; round += 1) {
      let count = 0;
      const onAcknowledged = (): void => {
        if (killedMs !== undefined) report.serviceGapsMs.push(Math.round(performance.now() - killedMs));
        killedMs = undefined;
        count += 1;
        if (count === messagesPerRound) server.signal("SIGKILL");
      };
      const sessions = await Promise.all(
        senders.map(async (sender) => [sender, await sender.login(server.port)] as const),
      );
      await Promise.all(sessions.map(([sender, client]) => sender.sendUntilGone(client, onAcknowledged)));
      killedMs = performance.now();
      await server.exit();
      server = await server.again(["--request-rate", "0", "--byte-rate", "0", "--workers", "1"]);
    }
    for (const chatId of chats) await check(server.port, chatId, senders, report);
  } finally {
    await server.remove();
  }
  return report;
}

/** Half of the senders use the common chat, each of the others one of its own. */
async function makeSenders(port: number): Promise<[ChatId[], Sender[]]> {
  const client = await WireClient.connect(port);
  const chats: ChatId[] = [COMMON_CHAT];
  const senders: Sender[] = [];
  const { user_id: reader } = await client.ok("register", { username: "reader", password: PASSWORD });
  for (const index of range(1, SENDER_COUNT)) {
    const username = `sender${index}`;
    const { user_id } = await client.ok("register", { username, password: PASSWORD });
    const chatId = index % 2 === 0 ? COMMON_CHAT : directChatId(reader, user_id);
    if (chatId !== COMMON_CHAT) chats.push(chatId);
    senders.push(new Sender(username, chatId));
  }
  client.destroy();
  return [chats, senders];
}

/** Reads a whole chat and adds to the report what is wrong with it. */
async function check(port: number, chatId: ChatId, senders: readonly Sender[], report: KillReport): Promise<void> {
  const stored = await readAll(port, chatId);
  const byId = new Map<string, StoredMessage>();
  for (const message of stored) {
    if (byId.has(message.message_id)) report.doubled += 1;
    byId.set(message.message_id, message);
  }
  report.holes += (stored.at(-1)?.seq ?? 0) - new Set(stored.map(({ seq }) => seq)).size;
  for (const sender of senders.filter((one) => one.chatId === chatId)) {
    for (const [messageId, seq] of sender.acknowledged) {
      const found = byId.get(messageId);
      report.acknowledged += 1;
      if (found?.seq !== seq || found.message !== `text of ${messageId}`) report.lost += 1;
    }
    for (const [messageId, seq] of sender.told) if (byId.get(messageId)?.seq !== seq) report.phantoms += 1;
  }
}

async function readAll(port: number, chatId: ChatId): Promise<StoredMessage[]> {
  const client = await WireClient.connect(port);
  await client.ok("login", { username: "reader", password: PASSWORD });
  const { user_id: reader } = (await client.ok("profile", {})).user_data;
  const contact_id = chatId.split(":").find((id) => id !== "dm" && id !== reader) ?? "";
  const all: StoredMessage[] = [];
  for (let hasMore = true; hasMore;) {
    const page = { after: all.at(-1)?.seq ?? 0, limit: 200 };
    const inCommon = chatId === COMMON_CHAT;
    const reply = await (inCommon ? client.ok("common_chat", page) : client.ok("get_chat", { ...page, contact_id }));
    all.push(...reply.messages);
    hasMore = reply.has_more;
  }
  client.destroy();
  return all;
}
