// Administration of accounts, and announcements in the server's name.
import { randomBytes } from "node:crypto";
import type { AccountInfo, AdminActions } from "../../protocol/admin.ts";
import { charCount } from "../../protocol/envelope.ts";
import { ProtocolError, badField } from "../../protocol/codes.ts";
import { COMMON_CHAT, directChatId, SERVER_USER_ID, type ChatId, type UserId } from "../../protocol/ids.ts";
import { MAX_MESSAGE_CHARS } from "../../protocol/limits.ts";
import { isReservedName } from "../../protocol/reserved-names.ts";
import { normalizeUsername, passwordProblem, usernameKey } from "../../protocol/text.ts";
import { newMessageId } from "../../util/message-id.ts";
import { deleteAccountWrite } from "../../domain/writes/delete-account.ts";
import { newUserId } from "../../actions/passwords.ts";
import type { Slice } from "../../store/slices.ts";
import type { Account } from "../../store/store.ts";
import type { FoundUser } from "../../threads/task.ts";
import type { Pools } from "../../threads/pools.ts";
import type { AccessControl } from "../connections/access-control.ts";
import type { EffectRunner } from "../effects.ts";
import type { PasswordGate } from "../login/password-gate.ts";
import type { Presence } from "../delivery/presence.ts";
import { groupId } from "./groups.ts";
import { readPage } from "./list-pages.ts";
import { findPerson } from "./find-user.ts";

/** Its name: the first name that is free when it is made. */
const ANNOUNCER_NAMES = ["Server", "Messenger.Server", `Server-${SERVER_USER_ID.slice(0, 8)}`];
/** 96 random bits: a password that is typed once and then changed. */
const ONE_TIME_PASSWORD_BYTES = 12;

type Data<A extends keyof AdminActions> = AdminActions[A]["data"];
type Result<A extends keyof AdminActions> = AdminActions[A]["result"];

export interface AccountParts {
  readonly pools: Pools;
  readonly effects: EffectRunner;
  readonly presence: Presence;
  readonly gate: PasswordGate;
  readonly access: AccessControl;
}

export class AdminAccounts {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  async list({ contains = "", after = "", limit }: Data<"users">, gone: AbortSignal): Promise<Result<"users">> {
    const { pools, presence, gate } = this.#parts;
    const wanted = usernameKey(contains);
    const read = (from: string, count: number): Promise<Slice<Account>> =>
      pools.accounts({ contains: wanted, after: from, limit: count });
    const { found, hasMore } = await readPage(usernameKey(after), limit, read, gone);
    const users = found.map((account): AccountInfo => ({
      user_id: account.userId,
      username: account.username,
      state: account.state,
      online: presence.isOnline(account.userId),
      created_ms: account.createdMs,
      last_login_ms: account.lastLoginMs ?? null,
      failed_logins: gate.failuresOf(account.usernameKey),
    }));
    return { users, has_more: hasMore };
  }

  async create({ username, password }: Data<"create_user">): Promise<Result<"create_user">> {
    const name = normalizeUsername(username);
    if (name === undefined) throw badField("username", "is not a valid username");
    if (isReservedName(name)) throw new ProtocolError("name_taken", "username: is reserved");
    const chosen = password ?? oneTimePassword();
    const problem = passwordProblem(chosen);
    if (problem !== undefined) throw badField("password", problem);
    const userId = newUserId();
    await this.#create(userId, name, await this.#hash(chosen), password === undefined);
    return { user_id: userId, password: password === undefined ? chosen : null };
  }

  async resetPassword({ username }: Data<"reset_password">): Promise<Result<"reset_password">> {
    const { userId } = await this.#found(username);
    const password = oneTimePassword();
    const passwordHash = await this.#hash(password);
    const write = { kind: "setPassword", userId, passwordHash, keepTokenHash: undefined } as const;
    await this.#parts.effects.commit({
      write: { ...write, mustChangePassword: true },
      effects: [{ kind: "endOtherSessions", userId, reason: "the administrator has reset your password" }],
    });
    return { password };
  }

  async setState(username: string, state: "active" | "disabled"): Promise<Record<string, never>> {
    const { userId } = await this.#found(username);
    const end = { kind: "endOtherSessions", userId, reason: "the account was disabled" } as const;
    await this.#parts.effects.commit({
      write: { kind: "setAccountState", userId, state },
      effects: state === "disabled" ? [end] : [],
    });
    return {};
  }

  async delete({ username }: Data<"delete_user">): Promise<Record<string, never>> {
    const { userId } = await this.#found(username);
    const reason = "the account was deleted";
    // Sessions first: what they still send would be under the old name. Afterwards those that began meanwhile.
    this.#parts.access.endSessions(userId, reason);
    await this.#parts.effects.commit({
      write: deleteAccountWrite(userId),
      effects: [
        { kind: "endOtherSessions", userId, reason },
        { kind: "accountDeleted", userId },
      ],
    });
    return {};
  }

  async endSessions({ username }: Data<"end_sessions">): Promise<Result<"end_sessions">> {
    const { userId } = await this.#found(username);
    return { ended: this.#parts.access.endSessions(userId, "ended by the administrator") };
  }

  async announce(data: Data<"announce">): Promise<Result<"announce">> {
    const { message } = data;
    const length = charCount(message);
    if (length < 1 || length > MAX_MESSAGE_CHARS) {
      throw badField("message", `must have 1 to ${MAX_MESSAGE_CHARS} characters`);
    }
    const chatId = await this.#announcedIn(data);
    const announcer = await this.#announcer();
    const author = { userId: SERVER_USER_ID, username: announcer };
    const { message: stored } = await this.#parts.effects.commit({
      write: { kind: "append", chatId, ...author, messageId: newMessageId(), text: message },
    });
    return { chat_id: chatId, seq: stored.seq };
  }

  /** The server speaks in every group, be it archived or not, without being in it. */
  async #announcedIn({ username, chat_id }: Data<"announce">): Promise<ChatId> {
    if (chat_id !== undefined && username !== undefined) throw badField("username", "not with chat_id");
    if (chat_id !== undefined) return groupId(chat_id);
    if (username === undefined) return COMMON_CHAT;
    return directChatId(SERVER_USER_ID, (await this.#found(username)).userId);
  }

  /** The announcer's name; the account is made when it is first needed. */
  async #announcer(): Promise<string> {
    for (const name of ANNOUNCER_NAMES) {
      const holder = await this.#parts.pools.findUser(name);
      if (holder?.userId === SERVER_USER_ID) {
        // Servers before this one let it be disabled.
        await this.#parts.effects.commit({
          write: { kind: "setAccountState", userId: SERVER_USER_ID, state: "active" },
        });
        return holder.username;
      }
      if (holder !== undefined) continue;
      await this.#create(SERVER_USER_ID, name, "");
      return name;
    }
    throw new ProtocolError("already", "no name is free for the announcer account");
  }

  async #create(userId: UserId, username: string, passwordHash: string, mustChangePassword = false): Promise<void> {
    const write = { kind: "createUser", userId, username, usernameKey: usernameKey(username), passwordHash } as const;
    await this.#parts.effects.commit({ write: { ...write, mustChangePassword } });
  }

  async #hash(password: string): Promise<string> {
    const { hash } = await this.#parts.pools.password({ hash: password });
    if (hash === undefined) throw new Error("the password thread made no hash");
    return hash;
  }

  #found(username: string): Promise<FoundUser> {
    return findPerson(this.#parts.pools, username);
  }
}

function oneTimePassword(): string {
  return randomBytes(ONE_TIME_PASSWORD_BYTES).toString("base64url");
}
