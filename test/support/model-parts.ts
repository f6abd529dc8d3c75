// The parts of the model of the chat: people, their sessions, messages.
import type { Message } from "../../src/protocol/entities.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";

export interface ModelUser {
  readonly userId: UserId;
  username: string;
  password: string;
  readonly profile: { first_name: string; second_name: string; bio: string };
  readonly contacts: Set<UserId>;
  readonly blocked: Set<UserId>;
  readonly marks: Map<ChatId, number>;
  readonly tokens: Set<string>;
  isDeleted: boolean;
}

/** A message as the model has it; its writer's name is looked up when it is shown. */
export interface ModelMessage {
  readonly userId: UserId;
  readonly messageId: string;
  text: string;
  /** Number of its latest change; 0 before the first. */
  rev: number;
  isEdited: boolean;
  deletedBy: "author" | "moderator" | undefined;
  /** Who has reacted, in order, by the reaction. */
  readonly reactions: Map<string, UserId[]>;
}

/** A logged-in connection. */
export interface ModelSession {
  readonly user: ModelUser;
  readonly token: string;
  /** Whose presence and profile it is told of. */
  readonly watched: Set<UserId>;
  /** What it has to be told, in order, since it was last looked at. */
  readonly events: object[];
}

/** What of a message is compared: all but the times. */
export type ShownMessage = Omit<Message, "time" | "edited"> & { readonly edited?: true };
