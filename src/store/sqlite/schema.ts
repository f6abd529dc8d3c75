// The tables of the embedded store, as a list of migrations.
import type Database from "better-sqlite3";

/** "MSGR": tells a store of ours from any other SQLite file (PRAGMA application_id). */
export const APPLICATION_ID = 0x4d534752;

/** `id` of the row of the common chat. */
export const COMMON_CHAT_ROW = 1;

const SEARCH_INDEX = `CREATE VIRTUAL TABLE search_index
     USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1');`;
const SEARCH_TERMS = "CREATE VIRTUAL TABLE search_terms USING fts5vocab (search_index, row);";

/**
 * Step n brings a store from version n to n + 1; never changed once released.
 *
 * Ids of the outside (24 hexadecimal digits, chat ids) stand once, in `users` and `chats`; everything else refers to
 * their integer keys. The key of a message is `chat << 32 | seq`: one B-tree holds a chat's messages side by side in
 * their order, and the same number is the row id in the search index.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE users (
     id INTEGER PRIMARY KEY,
     user_id TEXT NOT NULL UNIQUE,
     username TEXT NOT NULL,
     username_key TEXT NOT NULL UNIQUE,
     password_hash TEXT NOT NULL,
     first_name TEXT NOT NULL DEFAULT '',
     second_name TEXT NOT NULL DEFAULT '',
     bio TEXT NOT NULL DEFAULT '',
     file_name TEXT
   ) STRICT;
   CREATE TABLE tokens (
     id INTEGER PRIMARY KEY,
     token_hash TEXT NOT NULL UNIQUE,
     user INTEGER NOT NULL REFERENCES users (id),
     time_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX tokens_of_user ON tokens (user);
   CREATE TABLE contacts (
     user INTEGER NOT NULL REFERENCES users (id),
     contact INTEGER NOT NULL REFERENCES users (id),
     PRIMARY KEY (user, contact)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE chats (
     id INTEGER PRIMARY KEY,
     chat_id TEXT NOT NULL UNIQUE,
     first_user INTEGER REFERENCES users (id),
     second_user INTEGER REFERENCES users (id),
     last_seq INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   INSERT INTO chats (id, chat_id) VALUES (${COMMON_CHAT_ROW}, 'common');
   -- One row for each participant of a chat that has messages: also the list of a user's chats.
   CREATE TABLE marks (
     user INTEGER NOT NULL,
     chat INTEGER NOT NULL,
     read_seq INTEGER NOT NULL,
     PRIMARY KEY (user, chat)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE messages (
     id INTEGER PRIMARY KEY,
     user INTEGER NOT NULL,
     message_id TEXT NOT NULL,
     time_ms INTEGER NOT NULL,
     text TEXT NOT NULL
   ) STRICT;
   -- By message id first: ids that grow with time, as ours do, are added at the end, whoever writes.
   CREATE UNIQUE INDEX messages_once ON messages (message_id, user, id >> 32);`,

  // The index holds for each trigram which messages have it, no positions and no texts: a third of the size, and a
  // candidate's text is looked at anyway. Merging is left to the indexer's steps, so that no insertion is held up by it.
  `${SEARCH_INDEX}
   INSERT INTO search_index (search_index, rank) VALUES ('automerge', 0), ('crisismerge', 64);
   ${SEARCH_TERMS}
   -- Messages up to this seq are in the index.
   ALTER TABLE chats ADD COLUMN indexed_seq INTEGER NOT NULL DEFAULT 0;`,

  `ALTER TABLE users ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
   ALTER TABLE users ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE users ADD COLUMN last_login_ms INTEGER;
   CREATE TABLE blocks (
     user INTEGER NOT NULL REFERENCES users (id),
     blocked INTEGER NOT NULL REFERENCES users (id),
     PRIMARY KEY (user, blocked)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX blocks_by_blocked ON blocks (blocked);
   CREATE INDEX contacts_by_contact ON contacts (contact);`,

  `ALTER TABLE users ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0;`,

  // A change of a message takes the chat's next revision; only the latest of each message is kept. Deleted entries
  // leave the index at once, not with the next merge of its segments.
  `ALTER TABLE chats ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE messages ADD COLUMN rev INTEGER;
   ALTER TABLE messages ADD COLUMN changed_ms INTEGER;
   ALTER TABLE messages ADD COLUMN deleted TEXT;
   CREATE UNIQUE INDEX messages_changed ON messages (id >> 32, rev) WHERE rev IS NOT NULL;
   INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);`,
  // Time of the last message: lists of chats are sorted by it.
  `ALTER TABLE chats ADD COLUMN last_ms INTEGER NOT NULL DEFAULT 0;
   UPDATE chats SET last_ms =
     coalesce((SELECT time_ms FROM messages WHERE messages.id = (chats.id << 32 | chats.last_seq)), 0);`,
  // The token that this one replaced, good until this one is used, and when that one was stored.
  `ALTER TABLE tokens ADD COLUMN previous_hash TEXT;
   ALTER TABLE tokens ADD COLUMN previous_ms INTEGER;
   CREATE UNIQUE INDEX tokens_by_previous ON tokens (previous_hash) WHERE previous_hash IS NOT NULL;`,
  `ALTER TABLE messages ADD COLUMN edited_ms INTEGER;`,
  // A chat has a kind; read marks become memberships. Only members of groups have a role, and only they are looked for by
  // chat. A group that was deleted keeps its row, of the kind 'gone', so that its id is never used again.
  `ALTER TABLE chats ADD COLUMN kind TEXT NOT NULL DEFAULT 'direct';
   UPDATE chats SET kind = 'everyone' WHERE id = ${COMMON_CHAT_ROW};
   ALTER TABLE chats ADD COLUMN title TEXT NOT NULL DEFAULT '';
   ALTER TABLE chats ADD COLUMN topic TEXT NOT NULL DEFAULT '';
   ALTER TABLE chats ADD COLUMN posting TEXT NOT NULL DEFAULT 'all';
   ALTER TABLE chats ADD COLUMN history_rule TEXT NOT NULL DEFAULT 'all';
   ALTER TABLE chats ADD COLUMN creator INTEGER REFERENCES users (id);
   ALTER TABLE chats ADD COLUMN member_count INTEGER NOT NULL DEFAULT 0;
   -- Time of the batch that last changed a group or its members: a batch that is committed again knows its changes by it.
   ALTER TABLE chats ADD COLUMN changed_ms INTEGER;
   ALTER TABLE marks RENAME TO members;
   ALTER TABLE members ADD COLUMN role TEXT;
   -- The first message that came after the member joined.
   ALTER TABLE members ADD COLUMN since_seq INTEGER NOT NULL DEFAULT 1;
   CREATE INDEX members_of_group ON members (chat, user) WHERE role IS NOT NULL;
   CREATE INDEX groups_of_user ON members (user, chat) WHERE role IS NOT NULL;`,
  // Of a message: the seq that it answers, JSON of the users mentioned, the revision that pinned it (its place among the
  // pins), JSON of the counts of reactions. The users who reacted, in order (rev), are in a table of their own.
  `ALTER TABLE messages ADD COLUMN reply_to INTEGER;
   ALTER TABLE messages ADD COLUMN mentions TEXT;
   ALTER TABLE messages ADD COLUMN mentions_all INTEGER;
   ALTER TABLE messages ADD COLUMN pinned INTEGER;
   ALTER TABLE messages ADD COLUMN reactions TEXT;
   CREATE UNIQUE INDEX messages_pinned ON messages (id >> 32, pinned) WHERE pinned IS NOT NULL;
   CREATE TABLE reactions (
     id INTEGER PRIMARY KEY,
     message INTEGER NOT NULL,
     reaction TEXT NOT NULL,
     user INTEGER NOT NULL REFERENCES users (id),
     rev INTEGER NOT NULL,
     UNIQUE (message, reaction, user)
   ) STRICT;
   CREATE INDEX reactions_in_order ON reactions (message, reaction, rev);`,
  // The index is started again, since texts are written in it in another form (decomposed). It grows again in the indexer's
  // steps; what it lacks is scanned meanwhile.
  `DROP TABLE search_terms;
   DROP TABLE search_index;
   ${SEARCH_INDEX}
   INSERT INTO search_index (search_index, rank) VALUES ('automerge', 0), ('crisismerge', 64), ('secure-delete', 1);
   ${SEARCH_TERMS}
   UPDATE chats SET indexed_seq = 0;`,
  // 1 for a group that the administrator has made read only.
  `ALTER TABLE chats ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;`,
  // Notes of the last batch, for when it is committed again (see BatchNotes); the time of a group's change told too little.
  `CREATE TABLE last_batch (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     digest TEXT NOT NULL,
     outcomes TEXT NOT NULL
   ) STRICT;
   ALTER TABLE chats DROP COLUMN changed_ms;`,
  // Has a row while no server uses the store, if the last one has erased everything that was to be (see Erasure).
  `CREATE TABLE erased (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;`,
  // To know a trigram it is enough to see one message that has it; the table before counted all of them.
  `DROP TABLE search_terms;
   CREATE VIRTUAL TABLE search_instances USING fts5vocab (search_index, instance);`,
];

/** The version that this program makes and needs. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of an open store; 0 for an empty file. */
export function schemaVersion(database: Database.Database): number {
  return Number(database.pragma("user_version", { simple: true }));
}

/** Brings the store to `target`; each step is one transaction, so a broken one leaves the version before it. */
export function migrate(database: Database.Database, target: number = SCHEMA_VERSION): void {
  for (let version = schemaVersion(database); version < target; version++) {
    database
      .transaction(() => {
        database.exec(MIGRATIONS[version] ?? "");
        database.pragma(`user_version = ${version + 1}`);
      })
      .immediate();
  }
}
