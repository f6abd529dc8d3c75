// Texts of strangers as they are shown: nothing gets through that could do something.
import assert from "node:assert/strict";
import {
  bansView,
  backupsView,
  groupsView,
  logLine,
  membersView,
  messagesView,
  sessionsView,
  statusView,
  trafficLines,
  usersView,
} from "../../../src/cli/admin-views.ts";
import { table } from "../../../src/cli/table.ts";
import { AdminLog } from "../../../src/client/models/admin-log.ts";
import { AdminTraffic, prettyJson } from "../../../src/client/models/admin-traffic.ts";
import { messageLine, profileLines } from "../../../src/client/terminal/display.ts";
import { readableLine } from "../../../src/log/readable.ts";
import { visible, visibleJson, visibleLines, visibleMessage } from "../../../src/util/visible-text.ts";
import { message } from "../../support/messages.ts";
import { assertSafe, UNSAFE_CHARACTERS } from "../../support/unsafe-characters.ts";

/** Everything that turns a stranger's text into something that is shown; each result is one line or a known number. */
const PATHS: Readonly<Record<string, (text: string) => string>> = {
  visible,
  visibleLines: (text) => visibleLines(text.replaceAll("\n", "")),
  visibleMessage,
  visibleJson: (text) => visibleJson({ [text]: text }),
  "the readable log": (text) => readableLine(new Date(), "warn", text, { [text]: text, list: [text] }),
  "an error in the readable log": (text) =>
    readableLine(new Date(), "error", "it broke", { error: { message: text, stack: text } }),
  "messenger admin log": (text) => logLine({ time_ms: 0, level: "info", text, fields: { [text]: [text] } }),
  "messenger admin traffic": (text) =>
    trafficLines({ time_ms: 0, connection: 1, username: text, request: text, response: text }),
  "messenger admin sessions": (text) =>
    sessionsView({ sessions: [{ ...SESSION, username: text, address: text }], total: 1 }),
  "messenger admin users": (text) => usersView({ users: [{ ...USER, username: text, user_id: text }], has_more: true }),
  "messenger admin groups": (text) => groupsView({ groups: [{ ...GROUP, title: text, topic: text }], has_more: true }),
  "messenger admin groups members": (text) =>
    membersView({ members: [{ user_id: "1", username: text, online: true, role: "member" }], has_more: true }),
  "messenger admin messages find": (text) =>
    messagesView({ messages: [{ ...message(1), message: text, username: text }], has_more: true }),
  "messenger admin bans": (text) => bansView({ bans: [{ address: text, until_ms: 0 }] }),
  "messenger admin backups": (text) =>
    backupsView({ backups: [{ file: text, time_ms: 0, size_bytes: 1, users: 1, messages: 1 }] }),
  "messenger admin status": (text) => statusView({ ...STATUS, store: text, data_folder: text, durability: text }),
  tables: (text) => table([text], [[text]]),
  "the panel's log": (text) => {
    const log = new AdminLog();
    log.add({ time_ms: 0, level: "info", text, fields: { [text]: text } });
    return log.lines.map((line) => line.text).join("");
  },
  "the panel's traffic": (text) => {
    const traffic = new AdminTraffic();
    const request = JSON.stringify({ action: text, data: { text } });
    traffic.add({ time_ms: 0, connection: 1, username: "ann", request, response: JSON.stringify({ text }) });
    return traffic.rows
      .map(({ action, entry }) => visible(action) + prettyJson(entry.request) + prettyJson(entry.response))
      .join("");
  },
  "a message in a terminal": (text) => messageLine({ ...message(1), message: text, username: text }, text, false),
  "a profile in a terminal": (text) =>
    profileLines({
      user_id: "1",
      username: text,
      first_name: text,
      second_name: text,
      bio: text,
      file_name: text,
    }).join(""),
};

/** Where a line feed of the text begins a line, which is indented. */
const KEEPS_LINES = new Set(["a message in a terminal", "an error in the readable log"]);

const SESSION = {
  connection: 1,
  username: "",
  address: "",
  mode: "lines",
  secure: false,
  since_ms: 0,
  idle_ms: 0,
  messages: 0,
  queued_bytes: 0,
  gaps: 0,
} as const;
const USER = {
  user_id: "",
  username: "",
  state: "active",
  online: true,
  created_ms: 0,
  last_login_ms: null,
  failed_logins: 0,
} as const;
const GROUP = {
  chat_id: "",
  title: "",
  topic: "",
  posting: "all",
  history: "all",
  archived: false,
  members: 0,
  messages: 0,
  last_ms: 0,
} as const;
const STATUS = {
  version: "1",
  started_ms: 0,
  pid: 1,
  listening: null,
  avatars: null,
  store: "",
  durability: "",
  data_folder: "",
  connections: 0,
  sessions: 0,
  users_online: 0,
  requests: 0,
  messages: 0,
  deliveries: 0,
  followed: [],
} as const;

describe("what strangers write", () => {
  for (const [name, show] of Object.entries(PATHS)) {
    it(`cannot steer, turn or hide anything: ${name}`, () => {
      for (const character of UNSAFE_CHARACTERS) {
        const lineCount = show("ab").split("\n").length;
        const shown = show(`a${character}b`);
        assertSafe(shown, `U+${(character.codePointAt(0) ?? 0).toString(16)}`);
        const isLineFeedOfText = character === "\n" && KEEPS_LINES.has(name);
        if (!isLineFeedOfText) assert.equal(shown.split("\n").length, lineCount, name);
      }
    });
  }

  it("is the same value in JSON", () => {
    const text = UNSAFE_CHARACTERS.join("");
    assert.deepEqual(JSON.parse(visibleJson({ text, list: [text] })), { text, list: [text] });
  });

  it("keeps in messages what scripts and emoji need", () => {
    for (const text of [
      "👩‍👩‍👧 ❤️ 1️⃣ 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
      "می‌خواهم",
      "ភាសា\u200bខ្មែរ",
      "क्‍ष",
      "שלום é",
    ]) {
      assert.equal(visibleMessage(text), text);
    }
    assert.equal(visibleMessage("a\u200db\u3164\u200d\u3164"), String.raw`a\u{200d}b\u{3164}\u{200d}\u{3164}`);
  });
});
