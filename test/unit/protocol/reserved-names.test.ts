// Names that nobody may take.
import assert from "node:assert/strict";
import { isReservedName } from "../../../src/protocol/reserved-names.ts";
import { normalizeUsername } from "../../../src/protocol/text.ts";

describe("reserved names", () => {
  const reserved = [
    ["Server", "SERVER", "s.e.r.v.e.r", "Server-00000000", "Server1", "Messenger.Server", "messenger"],
    ["Sеrver", "Ѕеrvеr", "ЅΕRVER", "SEᖇVER".replace("ᖇ", "Ꭱ"), "Sérvér", "Ｓｅｒｖｅｒ", "ѕегvег", "ꜱᴇʀᴠᴇʀ"],
    ["common", "Comrnon", "cоmmоn", "C0MM0N", "Common_Chat", "сοммοп".replace("п", "n")],
    ["all", "a11", "ALL", "Аll", "aІl", "admin", "Adrnin", "Admin.2", "аdmіn", "administrator", "System", "Everyone"],
    ["deleted-0123abcd-0123ab", "Deleted-x", "dеleted_1", "Deleted"],
  ].flat();
  for (const name of reserved) {
    it(`are refused in whatever disguise: ${name}`, () => {
      assert.ok(isReservedName(normalizeUsername(name) ?? assert.fail("has not the form of a name")));
    });
  }

  it("are few: what only holds one, or is near one, may be taken", () => {
    const free = [
      "servers",
      "serverus",
      "anna",
      "Ann.1",
      "alla",
      "allan",
      "badmin",
      "commoner",
      "deletedx",
      "undeleted",
    ];
    for (const name of [...free, "Сергей", "Ελένη", "Владимир", "123", "Алла", "小明同学"]) {
      assert.equal(isReservedName(normalizeUsername(name) ?? assert.fail(name)), false, name);
    }
  });
});
