// Table of what an administrator may be shown of each action's traffic; whatever is not in it is masked.
import type { ActionName, DataOf, ResultOf } from "./actions.ts";
import type { ChatSummary, Message, Profile } from "./entities.ts";

/**
 * `plain` is shown, `text` (what people write to each other) only on request, `names` is a map of usernames to ids. Of a
 * list each member is shown so.
 */
export type Shown = "plain" | "text" | "names" | { readonly [field: string]: Shown | undefined };

type ShownOf<T> = T extends readonly (infer Member)[]
  ? ShownOf<Member>
  : T extends object
    ? "names" | { readonly [K in keyof T]?: ShownOf<NonNullable<T[K]>> }
    : "plain" | "text";

const message: ShownOf<Message> = {
  chat_id: "plain",
  seq: "plain",
  message_id: "plain",
  user_id: "plain",
  username: "plain",
  message: "text",
  time: "plain",
  rev: "plain",
  edited: "plain",
  deleted: "plain",
  reply_to: "plain",
  mentions: "plain",
  mentions_all: "plain",
  pinned: "plain",
};
const profile: ShownOf<Profile> = {
  user_id: "plain",
  username: "plain",
  first_name: "text",
  second_name: "text",
  bio: "text",
  file_name: "plain",
};
const chat: ShownOf<ChatSummary> = {
  chat_id: "plain",
  kind: "plain",
  title: "text",
  topic: "text",
  role: "plain",
  posting: "plain",
  history: "plain",
  archived: "plain",
  member_count: "plain",
  contact_user_id: "plain",
  contact_username: "plain",
  last_seq: "plain",
  rev: "plain",
  read_seq: "plain",
  unread: "plain",
  since_seq: "plain",
  last_message: message,
};
const page = { before: "plain", after: "plain", limit: "plain" } as const;
const history = { chat_id: "plain", length: "plain", rev: "plain", messages: message, has_more: "plain" } as const;
const contact = { contact: "plain", contact_id: "plain" } as const;
const user = { username: "plain", user_id: "plain" } as const;

const member = { ...user, role: "plain" } as const;

/** An action without a row is masked as a whole. */
export const SHOWN_FIELDS: {
  readonly [A in ActionName]?: { readonly data: ShownOf<DataOf<A>>; readonly result: ShownOf<ResultOf<A>> };
} = {
  register: { data: { username: "plain" }, result: user },
  login: {
    data: { username: "plain", features: "plain" },
    result: {
      ...user,
      contacts: "names",
      online: "plain",
      user_data: profile,
      chats: chat,
      more_chats: "plain",
      blocked: "names",
      more_contacts: "plain",
      features: "plain",
      server: { name: "plain", version: "plain" },
      must_change_password: "plain",
    },
  },
  logout: { data: {}, result: user },
  add_contact: { data: { contact: "plain" }, result: { new_contact: "names" } },
  delete_contact: { data: contact, result: { contact: "plain" } },
  get_chat: {
    data: { ...contact, ...page },
    result: { ...history, contact_user_id: "plain", contact_username: "plain" },
  },
  server_info: {
    data: {},
    result: {
      server: { name: "plain", version: "plain" },
      features: "plain",
      registration: "plain",
      limits: {
        message_chars: "plain",
        frame_bytes: "plain",
        reaction_kinds: "plain",
        pins: "plain",
        group_members: "plain",
        user_groups: "plain",
        edit_window: "plain",
      },
      time: "plain",
    },
  },
  chats: { data: { cursor: "plain", limit: "plain" }, result: { chats: chat, next: "plain" } },
  history: { data: { chat_id: "plain", ...page }, result: history },
  users: {
    data: { contains: "text", after: "plain", limit: "plain" },
    result: {
      users: { ...user, first_name: "text", second_name: "text", file_name: "plain", online: "plain" },
      has_more: "plain",
    },
  },
  contacts: {
    data: { after: "plain", limit: "plain" },
    result: { contacts: { ...user, online: "plain" }, has_more: "plain" },
  },
  blocked: { data: { after: "plain", limit: "plain" }, result: { blocked: user, has_more: "plain" } },
  common_chat: { data: page, result: history },
  add_message: {
    data: { chat_id: "plain", message: "text", message_id: "plain", reply_to: "plain" },
    result: { chat_id: "plain", seq: "plain", message_id: "plain", time: "plain" },
  },
  edit_message: {
    data: { chat_id: "plain", seq: "plain", message: "text" },
    result: { chat_id: "plain", seq: "plain", rev: "plain", edited: "plain" },
  },
  delete_message: {
    data: { chat_id: "plain", seq: "plain" },
    result: { chat_id: "plain", seq: "plain", rev: "plain" },
  },
  react: {
    data: { chat_id: "plain", seq: "plain", reaction: "text", on: "plain" },
    result: { chat_id: "plain", seq: "plain", rev: "plain" },
  },
  reactions: {
    data: { chat_id: "plain", seq: "plain", reaction: "text", after: "plain", limit: "plain" },
    result: { users: user, has_more: "plain" },
  },
  pin_message: {
    data: { chat_id: "plain", seq: "plain", on: "plain" },
    result: { chat_id: "plain", seq: "plain", rev: "plain" },
  },
  pins: { data: { chat_id: "plain", cursor: "plain" }, result: { messages: message, next: "plain" } },
  changes: {
    data: { chat_id: "plain", after_rev: "plain", limit: "plain" },
    result: { chat_id: "plain", rev: "plain", messages: message, has_more: "plain" },
  },
  search_in_chat: {
    data: { chat_id: "plain", word: "text", before: "plain", limit: "plain" },
    result: { messages: message, has_more: "plain" },
  },
  search: {
    data: {
      word: "text",
      chat_ids: "plain",
      user_id: "plain",
      after_time: "plain",
      before_time: "plain",
      has_files: "plain",
      cursor: "plain",
      limit: "plain",
    },
    result: { messages: message, next: "plain" },
  },
  profile: { data: { username: "plain" }, result: { user_data: profile } },
  update_profile: {
    data: { first_name: "text", second_name: "text", bio: "text" },
    result: { user_data: profile },
  },
  mark_read: { data: { chat_id: "plain", seq: "plain" }, result: { chat_id: "plain", read_seq: "plain" } },
  typing: { data: { chat_id: "plain" }, result: {} },
  avatar_ticket: { data: {}, result: { ftp: { port: "plain", path: "plain", secure: "plain" } } },
  change_password: { data: {}, result: {} },
  sessions: {
    data: {},
    result: { sessions: { address: "plain", since: "plain", last_active: "plain", current: "plain" } },
  },
  end_sessions: { data: {}, result: {} },
  block_contact: { data: contact, result: { contact: "plain" } },
  unblock_contact: { data: contact, result: { contact: "plain" } },
  delete_account: { data: {}, result: {} },
  ping: { data: {}, result: {} },
  create_group: {
    data: { title: "text", topic: "text", members: "plain", group_id: "plain" },
    result: { chat },
  },
  group: { data: { chat_id: "plain" }, result: { chat } },
  update_group: {
    data: { chat_id: "plain", title: "text", topic: "text", posting: "plain", history: "plain" },
    result: { chat },
  },
  members: {
    data: { chat_id: "plain", after: "plain", limit: "plain" },
    result: { members: { ...member, online: "plain" }, has_more: "plain" },
  },
  add_member: { data: { chat_id: "plain", username: "plain", role: "plain" }, result: { member } },
  remove_member: { data: { chat_id: "plain", username: "plain" }, result: { chat_id: "plain", username: "plain" } },
  set_role: { data: { chat_id: "plain", username: "plain", role: "plain" }, result: { member } },
  marks: { data: { chat_id: "plain" }, result: { marks: "names" } },
  delete_group: { data: { chat_id: "plain" }, result: { chat_id: "plain" } },
};
