// Numbers that server and clients both rely on (docs/protocol.md). Limits of the server alone are options.

/** Port of a server that is not told another. */
export const DEFAULT_PORT = 40_000;
/** Largest payload of a frame that a client may send, in bytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** Largest payload of a frame that a client must be ready to receive, in bytes. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
/** Bytes of the length before a payload in length-prefixed framing. */
export const LENGTH_PREFIX_BYTES = 4;
/** Deepest nesting of a payload; its own object is level 1. */
export const MAX_JSON_DEPTH = 32;

export const MAX_ACTION_CHARS = 64;
export const MAX_ID_CHARS = 64;
/** Largest magnitude of a numeric request id. */
export const MAX_ID_NUMBER = 2 ** 53;

export const MIN_USERNAME_CHARS = 3;
export const MAX_USERNAME_CHARS = 32;
export const MIN_PASSWORD_CHARS = 8;
export const MAX_PASSWORD_BYTES = 256;
export const MAX_NAME_CHARS = 64;
export const MAX_BIO_CHARS = 1024;

export const MAX_MESSAGE_CHARS = 8192;
export const MAX_MESSAGE_ID_CHARS = 64;
export const MAX_SEARCH_CHARS = 256;
/** Chats that a search may be restricted to. */
export const MAX_SEARCHED_CHATS = 200;
export const DEFAULT_PAGE = 50;
/** Of `changes`. */
export const DEFAULT_CHANGES = 100;
export const MAX_PAGE = 200;
/** Characters of a `last_message` in a list of chats. */
export const LAST_MESSAGE_CHARS = 256;
/** Largest payload of a `login` result, in bytes: LOGIN_CHATS and LOGIN_USERS of the longest fit into it. */
export const MAX_LOGIN_BYTES = 1024 * 1024;
/** Chats in a login's result; the others come by `chats`. */
export const LOGIN_CHATS = 200;
/** Bytes of the chats in a login's result, as they are sent; the others come by `chats` too. */
export const LOGIN_CHATS_BYTES = 448 * 1024;
/** Contacts, blocked users and users online in a login's result; the others come by `contacts` and `blocked`. */
export const LOGIN_USERS = 1000;
/** Bytes of a reaction, one grapheme cluster. */
export const MAX_REACTION_BYTES = 32;
/** Kinds of reactions to one message. */
export const MAX_REACTION_KINDS = 20;
/** Users of each kind that a message itself names; the others come by `reactions`. */
export const REACTION_USERS = 50;
/** Users in a page of `reactions`. */
export const DEFAULT_REACTIONS_PAGE = 100;
/** Pinned messages of a chat. */
export const MAX_PINS = 100;
/** Users whom a message mentions. */
export const MAX_MENTIONS = 50;
/** Words of `features` in a login. */
export const MAX_FEATURES = 64;
/** Chats in a page of `chats`. */
export const DEFAULT_CHATS_PAGE = 100;
/** Users in a page of `users`. */
export const DEFAULT_USERS_PAGE = 100;
/** Users in a page of `contacts` or `blocked`. */
export const DEFAULT_NAMES_PAGE = 200;
export const MAX_NAMES_PAGE = 1000;
export const MAX_TITLE_CHARS = 64;
export const MAX_TOPIC_CHARS = 256;
/** Entries of `members` in `create_group`. */
export const MAX_NEW_MEMBERS = 200;
/** Groups that one user is in. */
export const MAX_USER_GROUPS = 500;
/** Members in a page of `members`. */
export const DEFAULT_MEMBERS_PAGE = 100;
/** Members of a group of which `marks` and `typing` tell. */
export const MAX_FAMILIAR_MEMBERS = 200;
/** Characters of a cursor. */
export const MAX_CURSOR_CHARS = 256;
/** Contacts whose presence a session receives. */
export const MAX_WATCHED = 50_000;

/**
 * Bytes of one page of messages as they are sent; a page ends earlier (and says `has_more`) when the next message would
 * go beyond it, and has one message at least. Each counts with its text, reactions and mentions as JSON, and
 * MESSAGE_EXTRA_BYTES for the rest.
 */
export const PAGE_BYTES = 128 * 1024;
export const MESSAGE_EXTRA_BYTES = 256;

/** Largest avatar file, in bytes, and its longest side, in pixels. */
export const MAX_AVATAR_BYTES = 2 * 1024 * 1024;
export const MAX_AVATAR_SIDE_PX = 4096;
/** How long an avatar ticket may be used to log in, in milliseconds. */
export const AVATAR_TICKET_MS = 60_000;
/** How long a token may be unused before it is void, in milliseconds. */
export const TOKEN_LIFETIME_MS = 30 * 24 * 3600 * 1000;
