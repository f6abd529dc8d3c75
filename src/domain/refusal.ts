// Reasons for which a store refuses one write of a batch.

/** Why one write of a batch was refused; the others are not touched by it. */
export const Refusal = {
  /** createUser: the name or the id is another user's (the same user again is done). addContact: already a contact. */
  Conflict: "conflict",
  /** The user, contact or token does not exist (any more); append, markRead: nor such a chat of this user. */
  NotFound: "notFound",
  /** The message is another user's. */
  Forbidden: "forbidden",
  /** append: there is no such message that could be answered. */
  NoMessage: "noMessage",
  /** There are as many as there may be. */
  Quota: "quota",
  /** editMessage: the message is too old. */
  TooLate: "tooLate",
  /** The user's account is disabled. */
  Disabled: "disabled",
  /** append, typing: one of the two has blocked the other. */
  Blocked: "blocked",
  /** append, typing: the other user's account is deleted. */
  PartnerGone: "partnerGone",
  /** There is no such other user, or the user is not in this group. */
  NoChat: "noChat",
  /** setPassword, deleteAccount: the password that was verified is not the user's any more. */
  StalePassword: "stalePassword",
  /** In a group: a higher role is needed. */
  RoleTooLow: "roleTooLow",
  /** Nobody can write in the group any more. */
  Archived: "archived",
  /** The named user is not in the group. */
  NotMember: "notMember",
  /** append: the store did not take this message, for reasons of its own. */
  Rejected: "rejected",
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];
