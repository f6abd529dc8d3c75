// The actions about groups: what each takes and gives, and the form of its data.
import { HISTORY_RULES, POSTINGS, ROLES } from "./entities.ts";
import type { ChatSummary, HistoryRule, ListedUser, Posting, Role } from "./entities.ts";
import type { ChatId, UserId } from "./ids.ts";
import { MAX_NAME_CHARS, MAX_NEW_MEMBERS, MAX_PAGE, MAX_TITLE_CHARS, MAX_TOPIC_CHARS } from "./limits.ts";

/** A member of a group. */
export interface MemberRole {
  user_id: UserId;
  username: string;
  role: Role;
}

interface MemberName {
  chat_id: ChatId;
  username: string;
}

/** Data and result of each, by its name on the wire. */
export interface GroupActions {
  create_group: {
    data: { title: string; topic?: string; members?: string[]; group_id?: string };
    result: { chat: ChatSummary };
  };
  group: { data: { chat_id: ChatId }; result: { chat: ChatSummary } };
  update_group: {
    data: { chat_id: ChatId; title?: string; topic?: string; posting?: Posting; history?: HistoryRule };
    result: { chat: ChatSummary };
  };
  members: {
    data: { chat_id: ChatId; after?: string; limit?: number };
    result: { members: (ListedUser & MemberRole)[]; has_more: boolean };
  };
  add_member: { data: MemberName & { role?: Role }; result: { member: MemberRole } };
  /** By moderators, and of oneself by everybody. */
  remove_member: { data: MemberName; result: { chat_id: ChatId; username: string } };
  set_role: { data: MemberName & { role: Role }; result: { member: MemberRole } };
  /** How far everybody has read; of one-to-one chats and of groups that are not too big. */
  marks: { data: { chat_id: ChatId }; result: { marks: Record<UserId, number> } };
  /** For good: nobody sees anything of it any more, and its id is never used again. */
  delete_group: { data: { chat_id: ChatId }; result: { chat_id: ChatId } };
}

const chatId = { type: "string" } as const;
const name = { type: "string" } as const;
/** Not only white space, and no control characters. */
const title = { type: "string", minLength: 1, maxLength: MAX_TITLE_CHARS, pattern: "^(?=[^]*\\S)\\P{Cc}*$" } as const;
const topic = { type: "string", maxLength: MAX_TOPIC_CHARS, nullable: true } as const;
const role = { type: "string", enum: ROLES } as const;
const ofChat = { type: "object", required: ["chat_id"], properties: { chat_id: chatId } } as const;

/** Rows of the table of actions. */
export const GROUP_ACTIONS = {
  create_group: {
    schema: {
      type: "object",
      required: ["title"],
      properties: {
        title,
        topic,
        members: { type: "array", items: name, maxItems: MAX_NEW_MEMBERS, nullable: true },
        group_id: { type: "string", pattern: "^[0-9a-fA-F]{24}$", nullable: true },
      },
    },
  },
  group: { schema: ofChat },
  update_group: {
    schema: {
      type: "object",
      required: ["chat_id"],
      properties: {
        chat_id: chatId,
        title: { ...title, nullable: true },
        topic,
        posting: { type: "string", enum: POSTINGS, nullable: true },
        history: { type: "string", enum: HISTORY_RULES, nullable: true },
      },
    },
  },
  members: {
    schema: {
      type: "object",
      required: ["chat_id"],
      properties: {
        chat_id: chatId,
        after: { type: "string", minLength: 1, maxLength: MAX_NAME_CHARS, nullable: true },
        limit: { type: "integer", minimum: 1, maximum: MAX_PAGE, nullable: true },
      },
    },
  },
  add_member: {
    schema: {
      type: "object",
      required: ["chat_id", "username"],
      properties: { chat_id: chatId, username: name, role: { ...role, nullable: true } },
    },
  },
  remove_member: {
    schema: { type: "object", required: ["chat_id", "username"], properties: { chat_id: chatId, username: name } },
  },
  set_role: {
    schema: {
      type: "object",
      required: ["chat_id", "username", "role"],
      properties: { chat_id: chatId, username: name, role },
    },
  },
  marks: { schema: ofChat },
  delete_group: { schema: ofChat },
} as const;
