// Pictures of people who do not exist: a face of circles, drawn by us.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QPixmap } from "@nodegui/nodegui";

const SKIES = ["#9ad0ec", "#f6c28b", "#b8e0c8", "#cdb4db", "#ffd6a5", "#a0c4ff"];
const SKINS = ["#f2c9a1", "#8d5a3b", "#d9a066", "#ffe0bd", "#6b4226", "#c68642"];
const HAIRS = ["#3b2a20", "#1c1b1a", "#a0522d", "#d8b25c", "#2f2f3f", "#5a3825"];
const SHIRTS = ["#355070", "#e56b6f", "#2a9d8f", "#6d597a", "#e9c46a", "#264653"];

/** The bytes of a PNG, another one for each number. */
export function portrait(index: number): Buffer {
  const of = (colors: readonly string[], shift: number): string => colors[(index + shift) % colors.length] ?? "#888888";
  const hair = of(HAIRS, index);
  const hasLongHair = index % 2 === 0;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 128 128">
    <rect width="128" height="128" fill="${of(SKIES, 0)}"/>
    ${hasLongHair ? `<rect x="34" y="40" width="60" height="66" rx="26" fill="${hair}"/>` : ""}
    <path d="M16 134c4-30 22-40 48-40s44 10 48 40z" fill="${of(SHIRTS, 1)}"/>
    <rect x="54" y="78" width="20" height="24" rx="9" fill="${of(SKINS, 2)}"/>
    <circle cx="64" cy="58" r="27" fill="${of(SKINS, 2)}"/>
    <path d="M36 56c0-24 14-32 28-32s28 8 28 32c-6-10-14-16-28-16s-22 6-28 16z" fill="${hair}"/>
    <circle cx="54" cy="60" r="3" fill="#2b2b2b"/><circle cx="74" cy="60" r="3" fill="#2b2b2b"/>
    <path d="M54 70c5 6 15 6 20 0" fill="none" stroke="#2b2b2b" stroke-width="2.5" stroke-linecap="round"/>
  </svg>`;
  const pixmap = new QPixmap();
  pixmap.loadFromData(Buffer.from(svg), "SVG");
  const folder = mkdtempSync(join(tmpdir(), "messenger-portrait-"));
  const file = join(folder, "portrait.png");
  pixmap.save(file, "PNG");
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}
