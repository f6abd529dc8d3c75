// A headless client of a named person on a real server, with its models.
import { memoryAccount, openAccount } from "../../src/client/account-folder.ts";
import { Messenger } from "../../src/client/messenger.ts";
import { registerUser } from "../../src/client/own-account.ts";
import { Conversation } from "../../src/client/models/conversation.ts";
import { Workspace } from "../../src/client/models/workspace.ts";
import { directChatId, type ChatId } from "../../src/protocol/ids.ts";
import { eventually } from "./eventually.ts";

const PASSWORD = "a long password";

export class ClientPerson {
  readonly messenger: Messenger;
  readonly workspace: Workspace;

  private constructor(messenger: Messenger) {
    this.messenger = messenger;
    this.workspace = new Workspace(messenger);
  }

  static async register(port: number, username: string, folder?: string): Promise<ClientPerson> {
    await registerUser({ host: "127.0.0.1", port }, username, PASSWORD);
    return ClientPerson.login(port, username, folder);
  }

  /** A client of a user who is registered. With a folder, things are kept there. */
  static async login(port: number, username: string, folder?: string): Promise<ClientPerson> {
    const person = await ClientPerson.start(port, username, folder);
    await person.messenger.login(PASSWORD);
    await eventually(`${username} is up to date`, () => person.messenger.isCaughtUp);
    return person;
  }

  /** A client that is not connected yet. */
  static async start(port: number, username: string, folder?: string): Promise<ClientPerson> {
    const address = { host: "127.0.0.1", port, tls: false };
    const account = await (folder === undefined
      ? memoryAccount(address, username)
      : openAccount(folder, address, username));
    return new ClientPerson(new Messenger({ account, backoff: { baseMs: 10, capMs: 100 } }));
  }

  get userId(): string {
    return this.messenger.userId ?? "";
  }

  chatWith(other: ClientPerson): ChatId {
    return directChatId(this.userId, other.userId);
  }

  /** The conversation of a chat, opened. */
  async opened(chatId: ChatId): Promise<Conversation> {
    const conversation = this.workspace.conversation(chatId);
    await conversation.open();
    return conversation;
  }

  async close(): Promise<void> {
    this.workspace.dispose();
    await this.messenger.close();
  }
}

/** The texts that a conversation shows, in order. */
export function texts(conversation: Conversation): string[] {
  return conversation.items.map((item) => item.text);
}

/** The states of the items, in order. */
export function states(conversation: Conversation): string[] {
  return conversation.items.map((item) => item.state);
}
