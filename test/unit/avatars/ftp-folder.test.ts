// The one folder that FTP clients see, and its listing.
import assert from "node:assert/strict";
import { fileNameOf, isRoot, listing } from "../../../src/avatars/ftp-folder.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 4, 5);
const DAY_MS = 24 * 3600 * 1000;

describe("the folder as FTP clients see it", () => {
  it("is listed as ls does it: the time of day of new files, the year of old ones", () => {
    const files = [
      { fileName: "new.png", sizeBytes: 12, modifiedMs: NOW_MS - DAY_MS },
      { fileName: "old.png", sizeBytes: 2_097_152, modifiedMs: NOW_MS - 200 * DAY_MS },
    ];
    const lines = [...listing(files, false, NOW_MS)].join("").split("\r\n");
    assert.deepEqual(lines, [
      "-r--r--r-- 1 avatars avatars       12 Nov 22 04:05 new.png",
      "-r--r--r-- 1 avatars avatars  2097152 May 07  2026 old.png",
      "",
    ]);
  });

  it("is listed in blocks, so that a large one does not hold up the server", () => {
    const files = Array.from({ length: 1_200 }, (_, index) => ({
      fileName: `${index}`,
      sizeBytes: 1,
      modifiedMs: NOW_MS,
    }));
    const blocks = [...listing(files, true, NOW_MS)];
    assert.equal(blocks.length, 3);
    assert.equal(blocks.join(""), files.map(({ fileName }) => `${fileName}\r\n`).join(""));
  });

  it("is the only one", () => {
    for (const path of [null, "", "/", ".", "..", "/..", "./../", "//"]) assert.ok(isRoot(path), String(path));
    for (const path of ["a", "/a", "../a", "a/.."]) assert.ok(!isRoot(path), path);
    for (const path of ["a.png", "/a.png", "./a.png"]) assert.equal(fileNameOf(path), "a.png");
    for (const path of [null, "", "/", ".", "..", "//a.png", "../a.png", "x/a.png", "a\\b"]) {
      assert.equal(fileNameOf(path), undefined, String(path));
    }
  });
});
