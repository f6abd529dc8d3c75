// The readings about groups and their members.
import type { Membership } from "../domain/effects.ts";
import type { GroupMember, NamedMember } from "../domain/groups.ts";
import type { ChatSummary } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";

/** A part of a group's members. */
export interface MemberPage {
  readonly members: readonly (NamedMember & { readonly isHidden: boolean })[];
  readonly hasMore: boolean;
}

/** The readings about groups; see StoreReader. */
export interface GroupReader {
  /** The group as its member sees it; undefined for who is none. */
  group(chatId: ChatId, userId: UserId): Promise<ChatSummary | undefined>;
  /** Creator of the group that has, or had, this id; undefined where there was none. */
  groupCreator(chatId: ChatId): Promise<UserId | undefined>;
  /** Members of a group, sorted by the code points of `usernameKey`; `isHidden` where one of the two has blocked the other. */
  groupMembers(
    chatId: ChatId,
    userId: UserId,
    page: { readonly after: string; readonly limit: number },
  ): Promise<MemberPage>;
  /** How far the members have read; at most `limit` of them. */
  readMarks(chatId: ChatId, limit: number): Promise<Pick<GroupMember, "userId" | "readSeq">[]>;
  /** The groups that the user is in. */
  groupsOf(userId: UserId): Promise<Membership[]>;
}
