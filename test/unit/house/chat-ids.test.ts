// Chats are told apart by what they are, not by the form of their ids: one file looks into those.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
/** The file that looks. */
const FORMS = "src/protocol/ids.ts";
/** Bytes that resemble events, in which nobody looks for anything. */
const DICTIONARY = "src/protocol/dictionary.ts";

const SIGNS: readonly [what: string, sign: RegExp][] = [
  ["the beginning of an id", /["'`/^](?:dm|group):/],
  ["the id of the common chat in letters", /(?:chat_?id\w*["']?\s*[:=]+|[!=]==)\s*["'`]common["'`]/i],
  ["a chat that is compared with the common one", /[!=]==\s*COMMON_CHAT\b|\bCOMMON_CHAT\s*[!=]==/],
  ["the users of an id", /\bdirectChatUsers\b/],
];

/** What in a source looks into the form of a chat's id, by its lines. */
function formsIn(source: string): string[] {
  const found: string[] = [];
  for (const [index, line] of source.split("\n").entries()) {
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) continue;
    for (const [what, sign] of SIGNS) if (sign.test(line)) found.push(`${index + 1}: ${what}`);
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("node_modules"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

describe("the form of a chat's id", () => {
  it("is known to one file", () => {
    const files = [...sources("src"), ...sources("gui")].filter((file) => file !== FORMS && file !== DICTIONARY);
    assert.ok(files.length > 200);
    const found = files.flatMap((file) =>
      formsIn(readFileSync(join(ROOT, file), "utf8")).map((one) => `${file}:${one}`),
    );
    assert.deepEqual(found, []);
  });

  it("is found where it is looked into", () => {
    const planted = [
      "if (chatId.startsWith('dm:')) return;",
      "const id = `group:${digits}`;",
      "const DIRECT = /^dm:(.*)$/;",
      "const isShown = chatId === COMMON_CHAT;",
      'if (message.chat_id === "common") show();',
      'const request = { chat_id: "common" };',
      "const [one, other] = directChatUsers(chatId) ?? [];",
    ];
    for (const line of planted) assert.equal(formsIn(line).length, 1, line);
    for (const line of ["// dm:a:b", "open(COMMON_CHAT);", 'const title = "common";'])
      assert.deepEqual(formsIn(line), []);
  });
});
