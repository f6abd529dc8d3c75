// The table of actions: what each takes and gives. Client and server are both typed from it.
import type { JSONSchemaType } from "ajv";
import type {
  AvatarTicket,
  ChatSummary,
  ContactMap,
  FoundUser,
  ListedUser,
  Message,
  OwnSession,
  Profile,
} from "./entities.ts";
import type { ChatId, UserId } from "./ids.ts";
import type { ServerInfo } from "./server-info.ts";
import { GROUP_ACTIONS, type GroupActions } from "./group-actions.ts";
import {
  MAX_BIO_CHARS,
  MAX_FEATURES,
  MAX_NAMES_PAGE,
  MAX_MESSAGE_CHARS,
  MAX_MESSAGE_ID_CHARS,
  MAX_NAME_CHARS,
  MAX_PAGE,
  MAX_SEARCH_CHARS,
  MAX_SEARCHED_CHATS,
} from "./limits.ts";

type Empty = Record<string, never>;

/** Which part of a chat's history is asked for; both cursors are exclusive sequence numbers. */
export interface Page {
  before?: number;
  after?: number;
  limit?: number;
}

export interface HistoryResult {
  chat_id: ChatId;
  length: number;
  /** Number of the chat's changes; servers of version 1 leave it out. */
  rev?: number;
  messages: Message[];
  has_more: boolean;
}

export interface LoginResult {
  username: string;
  user_id: UserId;
  contacts: ContactMap;
  online: string[];
  token: string;
  user_data: Profile;
  /** The first LOGIN_CHATS. */
  chats: ChatSummary[];
  /** True when there are more: ask `chats`. */
  more_chats?: true;
  /** Users whom this user has blocked; servers before this field leave it out. */
  blocked?: ContactMap;
  /** The password is a one-time one that the administrator has made: to be changed before anything else. */
  must_change_password?: true;
  /** True when `contacts`, `blocked` or `online` hold the first LOGIN_USERS by name only: ask `contacts`, `blocked`. */
  more_contacts?: true;
  /** Those of the features that were asked for and that the server has; these two are absent from servers of version 1. */
  features?: string[];
  server?: { name: string; version: string };
}

/** A part of a list of users: those after this name, by the code points of the folded name. */
export interface NamesAfter {
  after?: string;
  limit?: number;
}

type ContactName = { contact?: string; contact_id?: UserId };

/** Data and result of every action, by its name on the wire. */
export interface Actions extends GroupActions {
  register: {
    data: { username: string; password: string; repeat_password?: string; invitation?: string };
    result: { username: string; user_id: UserId };
  };
  login: {
    data: { username?: string; password?: string; token?: string; features?: string[] };
    result: LoginResult;
  };
  server_info: { data: Empty; result: ServerInfo };
  /** `next` is the cursor of the next page; absent at the end. */
  chats: { data: { cursor?: string; limit?: number }; result: { chats: ChatSummary[]; next?: string } };
  history: { data: { chat_id: ChatId } & Page; result: HistoryResult };
  /** The directory; 403 where the server has none. */
  users: {
    data: { contains?: string; after?: string; limit?: number };
    result: { users: FoundUser[]; has_more: boolean };
  };
  contacts: { data: NamesAfter; result: { contacts: ListedUser[]; has_more: boolean } };
  blocked: { data: NamesAfter; result: { blocked: Omit<ListedUser, "online">[]; has_more: boolean } };
  logout: { data: Empty; result: { username: string; user_id: UserId } };
  add_contact: { data: { contact: string }; result: { new_contact: ContactMap } };
  delete_contact: { data: ContactName; result: { contact: string } };
  get_chat: {
    data: ContactName & Page;
    result: HistoryResult & { contact_user_id: UserId; contact_username: string };
  };
  common_chat: { data: Page; result: HistoryResult };
  add_message: {
    data: { chat_id: ChatId; message: string; message_id?: string; reply_to?: number };
    result: { chat_id: ChatId; seq: number; message_id: string; time: number };
  };
  /** Changes the text of an own message, within the server's edit window. `edited` is absent where it never changed. */
  edit_message: {
    data: { chat_id: ChatId; seq: number; message: string };
    result: { chat_id: ChatId; seq: number; rev: number; edited?: number };
  };
  /** Empties an own message, for everybody and for good. */
  delete_message: { data: { chat_id: ChatId; seq: number }; result: { chat_id: ChatId; seq: number; rev: number } };
  /** Adds the own reaction of this kind to a message, or takes it back. */
  react: {
    data: { chat_id: ChatId; seq: number; reaction: string; on: boolean };
    result: { chat_id: ChatId; seq: number; rev: number };
  };
  /** Users who have reacted to a message in this way, by username. */
  reactions: {
    data: { chat_id: ChatId; seq: number; reaction: string; after?: string; limit?: number };
    result: { users: Omit<ListedUser, "online">[]; has_more: boolean };
  };
  /** Pins a message of the chat for everybody in it, or unpins it. */
  pin_message: {
    data: { chat_id: ChatId; seq: number; on: boolean };
    result: { chat_id: ChatId; seq: number; rev: number };
  };
  /** The pinned messages, newest pin first; `next` is the cursor of the next page. */
  pins: { data: { chat_id: ChatId; cursor?: string }; result: { messages: Message[]; next?: string } };
  /** The changed messages of a chat in their present state, by their latest change. */
  changes: {
    data: { chat_id: ChatId; after_rev: number; limit?: number };
    result: { chat_id: ChatId; rev: number; messages: Message[]; has_more: boolean };
  };
  search_in_chat: {
    data: { chat_id: ChatId; word: string; before?: number; limit?: number };
    result: { messages: Message[]; has_more: boolean };
  };
  /** In all chats of the user, newest first; `next` is the cursor of the next page. Times are exclusive, Unix seconds. */
  search: {
    data: {
      word: string;
      chat_ids?: ChatId[];
      user_id?: UserId;
      after_time?: number;
      before_time?: number;
      has_files?: boolean;
      cursor?: string;
      limit?: number;
    };
    result: { messages: Message[]; next?: string };
  };
  profile: { data: { username?: string }; result: { user_data: Profile } };
  update_profile: {
    data: { first_name?: string; second_name?: string; bio?: string };
    result: { user_data: Profile };
  };
  mark_read: { data: { chat_id: ChatId; seq: number }; result: { chat_id: ChatId; read_seq: number } };
  typing: { data: { chat_id: ChatId }; result: Empty };
  avatar_ticket: { data: Empty; result: { ftp: AvatarTicket } };
  change_password: { data: { password: string; new_password: string }; result: Empty };
  /** The own sessions: this one first, then by when they were last active. */
  sessions: { data: Empty; result: { sessions: OwnSession[] } };
  /** Closes all other sessions of the user and makes all other tokens void. */
  end_sessions: { data: Empty; result: Empty };
  /** Neither of the two can write to the other or see the other's presence any more. */
  block_contact: { data: ContactName; result: { contact: string } };
  unblock_contact: { data: ContactName; result: { contact: string } };
  /** For good: the messages stay, without the name. */
  delete_account: { data: { password: string }; result: Empty };
  ping: { data: Empty; result: Empty };
}

export type ActionName = keyof Actions;
export type DataOf<A extends ActionName> = Actions[A]["data"];
export type ResultOf<A extends ActionName> = Actions[A]["result"];

interface ActionSpec<Data> {
  /** JSON Schema of `data`. Members that it does not name are ignored, and null stands for absent. */
  readonly schema: JSONSchemaType<Data>;
}

const messageId = { type: "string", pattern: `^[A-Za-z0-9_-]{1,${MAX_MESSAGE_ID_CHARS}}$`, nullable: true } as const;
const optionalText = { type: "string", nullable: true } as const;
const optionalName = { type: "string", maxLength: MAX_NAME_CHARS, nullable: true } as const;
const optionalSeq = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, nullable: true } as const;
const optionalLimit = { type: "integer", minimum: 1, maximum: MAX_PAGE, nullable: true } as const;
const page = { before: optionalSeq, after: optionalSeq, limit: optionalLimit } as const;
const contactName = { contact: optionalText, contact_id: optionalText } as const;
const chatId = { type: "string" } as const;
const seq = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const empty = { type: "object", required: [] } as unknown as JSONSchemaType<Empty>;

const messageText = { type: "string", minLength: 1, maxLength: MAX_MESSAGE_CHARS } as const;
const features = { type: "array", items: { type: "string" }, maxItems: MAX_FEATURES, nullable: true } as const;
const namesAfter = {
  after: { type: "string", minLength: 1, maxLength: MAX_NAME_CHARS, nullable: true },
  limit: { type: "integer", minimum: 1, maximum: MAX_NAMES_PAGE, nullable: true },
} as const;

/** The actions by name; what is not here is unknown. */
export const ACTIONS: { readonly [A in ActionName]: ActionSpec<DataOf<A>> } = {
  register: {
    schema: {
      type: "object",
      required: ["username", "password"],
      properties: {
        username: { type: "string" },
        password: { type: "string" },
        repeat_password: optionalText,
        invitation: optionalText,
      },
    },
  },
  login: {
    schema: {
      type: "object",
      required: [],
      properties: { username: optionalText, password: optionalText, token: optionalText, features },
    },
  },
  logout: { schema: empty },
  add_contact: {
    schema: { type: "object", required: ["contact"], properties: { contact: { type: "string" } } },
  },
  delete_contact: { schema: { type: "object", required: [], properties: contactName } },
  get_chat: { schema: { type: "object", required: [], properties: { ...contactName, ...page } } },
  server_info: { schema: empty },
  chats: {
    schema: { type: "object", required: [], properties: { cursor: optionalText, limit: optionalLimit } },
  },
  history: {
    schema: { type: "object", required: ["chat_id"], properties: { chat_id: chatId, ...page } },
  },
  users: {
    schema: {
      type: "object",
      required: [],
      properties: {
        contains: { type: "string", minLength: 1, maxLength: MAX_NAME_CHARS, nullable: true },
        after: namesAfter.after,
        limit: optionalLimit,
      },
    },
  },
  contacts: { schema: { type: "object", required: [], properties: namesAfter } },
  blocked: { schema: { type: "object", required: [], properties: namesAfter } },
  common_chat: { schema: { type: "object", required: [], properties: page } },
  add_message: {
    schema: {
      type: "object",
      required: ["chat_id", "message"],
      properties: {
        chat_id: chatId,
        message: messageText,
        message_id: messageId,
        reply_to: optionalSeq,
      },
    },
  },
  edit_message: {
    schema: {
      type: "object",
      required: ["chat_id", "seq", "message"],
      properties: { chat_id: chatId, seq, message: messageText },
    },
  },
  delete_message: {
    schema: { type: "object", required: ["chat_id", "seq"], properties: { chat_id: chatId, seq } },
  },
  react: {
    schema: {
      type: "object",
      required: ["chat_id", "seq", "reaction", "on"],
      properties: { chat_id: chatId, seq, reaction: { type: "string" }, on: { type: "boolean" } },
    },
  },
  reactions: {
    schema: {
      type: "object",
      required: ["chat_id", "seq", "reaction"],
      properties: {
        chat_id: chatId,
        seq,
        reaction: { type: "string" },
        after: namesAfter.after,
        limit: optionalLimit,
      },
    },
  },
  pin_message: {
    schema: {
      type: "object",
      required: ["chat_id", "seq", "on"],
      properties: { chat_id: chatId, seq, on: { type: "boolean" } },
    },
  },
  pins: {
    schema: { type: "object", required: ["chat_id"], properties: { chat_id: chatId, cursor: optionalText } },
  },
  changes: {
    schema: {
      type: "object",
      required: ["chat_id", "after_rev"],
      properties: { chat_id: chatId, after_rev: seq, limit: optionalLimit },
    },
  },
  search: {
    schema: {
      type: "object",
      required: ["word"],
      properties: {
        word: { type: "string", minLength: 1, maxLength: MAX_SEARCH_CHARS },
        chat_ids: { type: "array", items: chatId, maxItems: MAX_SEARCHED_CHATS, nullable: true },
        user_id: optionalText,
        after_time: { type: "number", nullable: true },
        before_time: { type: "number", nullable: true },
        has_files: { type: "boolean", nullable: true },
        cursor: optionalText,
        limit: optionalLimit,
      },
    },
  },
  search_in_chat: {
    schema: {
      type: "object",
      required: ["chat_id", "word"],
      properties: {
        chat_id: chatId,
        word: { type: "string", minLength: 1, maxLength: MAX_SEARCH_CHARS },
        before: optionalSeq,
        limit: optionalLimit,
      },
    },
  },
  profile: { schema: { type: "object", required: [], properties: { username: optionalText } } },
  update_profile: {
    schema: {
      type: "object",
      required: [],
      properties: {
        first_name: optionalName,
        second_name: optionalName,
        bio: { type: "string", maxLength: MAX_BIO_CHARS, nullable: true },
      },
    },
  },
  mark_read: {
    schema: {
      type: "object",
      required: ["chat_id", "seq"],
      properties: { chat_id: chatId, seq },
    },
  },
  typing: {
    schema: { type: "object", required: ["chat_id"], properties: { chat_id: chatId } },
  },
  avatar_ticket: { schema: empty },
  change_password: {
    schema: {
      type: "object",
      required: ["password", "new_password"],
      properties: { password: { type: "string" }, new_password: { type: "string" } },
    },
  },
  sessions: { schema: empty },
  end_sessions: { schema: empty },
  block_contact: { schema: { type: "object", required: [], properties: contactName } },
  unblock_contact: { schema: { type: "object", required: [], properties: contactName } },
  delete_account: {
    schema: { type: "object", required: ["password"], properties: { password: { type: "string" } } },
  },
  ping: { schema: empty },
  ...GROUP_ACTIONS,
};

/** True for the name of an action; safe for any text ("constructor" is none). */
export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
