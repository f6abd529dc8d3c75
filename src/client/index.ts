// The public client, `messenger/client`: connects, logs in, sends each message once, receives all in order. It needs no
// package beside Node; an account that survives the process is in `messenger/client/folder`, which needs SQLite.
export { makeAccount, memoryAccount } from "./account.ts";
export type { Account, SavedSession, TokenStore } from "./account.ts";
export type { CachePage, CacheQuery, HistoryCache } from "./cache.ts";
export type { AcceptCertificate, DialOptions, ServerAddress } from "./dial.ts";
export { DisconnectedError, RequestError, UntrustedServerError } from "./errors.ts";
export type { SessionState } from "./reconnecting-session.ts";
export { newGroupId } from "./groups.ts";
export type { GroupChanges, Groups, NewGroup } from "./groups.ts";
export type { GoneGroup } from "./memberships.ts";
export { MemoryCache } from "./memory-cache.ts";
export { Messenger } from "./messenger.ts";
export type { MessengerEvents, MessengerOptions } from "./messenger.ts";
export { OutgoingQueue } from "./outgoing.ts";
export type { Change, Outgoing, OutgoingChange, OutgoingMessage } from "./outgoing-entry.ts";
export { changePassword, deleteAccount, registerUser } from "./own-account.ts";
export type { LoginSnapshot } from "./login-snapshot.ts";
export type { ActionName, DataOf, ResultOf } from "../protocol/actions.ts";
export type { ChatSummary, HistoryRule, Message, Posting, Profile, Role } from "../protocol/entities.ts";
export type { Events } from "../protocol/events.ts";
export { COMMON_CHAT, directChatId } from "../protocol/ids.ts";
export type { ChatId, UserId } from "../protocol/ids.ts";
