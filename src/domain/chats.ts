// Chats and their members as stores know them.
import type { Role } from "../protocol/entities.ts";
import type { ChatKind } from "../protocol/ids.ts";

/** Membership of a user in a chat. */
export interface Member {
  readonly kind: ChatKind;
  /** Only in groups. */
  readonly role: Role | undefined;
  /** The first message that the user may see: 1 but where a group shows what came after the joining alone. */
  readonly firstSeq: number;
}

/** Everybody in the common chat, and both of a one-to-one chat. */
export function plainMember(kind: ChatKind): Member {
  return { kind, role: undefined, firstSeq: 1 };
}
