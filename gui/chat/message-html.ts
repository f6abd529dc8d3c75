// What a bubble shows of a message, as the HTML that Qt's labels understand. Pure; nothing of a text is ever markup.
import { parseMarkup, type Span } from "../../src/protocol/markup.ts";
import type { Colors } from "../kit/colors.ts";
import { escapeHtml } from "../kit/tip.ts";

export interface BubbleText {
  readonly text: string;
  /** Shown above the text, in a colour of its own. */
  readonly author: { readonly name: string; readonly color: string } | undefined;
  /** Shown over the bubble's last line by another label; room is left for it. */
  readonly meta: string;
  /** Searched for, to be marked; "" for nothing. */
  readonly word: string;
}

const MONOSPACE = "'DejaVu Sans Mono','Noto Sans Mono',monospace";
/** Longer runs without a space get places where they may be broken; Qt breaks at words only. */
const LONG_RUN = /\S{32,}/gu;
const BREAK_EVERY = 4;
const MAX_BIG_EMOJI = 3;
const EMOJI_ONLY = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f|\p{RI})+$/u;
/** As flags, families and professions are: pictures with the joiner between them. */
const JOINED_EMOJI =
  /\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]*(?:\u200d\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]*)+/gu;
const FIRST_STRONG = /[\p{L}]/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
// eslint-disable-next-line no-control-regex -- these are what is replaced
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
/** What would change the direction of what follows the text. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;
const ZERO_WIDTH_SPACE = "\u200b";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The HTML of a bubble; `px` is the size of a message's text. */
export function bubbleHtml({ text, author, meta, word }: BubbleText, colors: Colors, px: number): string {
  const name = author
    ? `<div style="color:${author.color};font-weight:600;font-size:${px - 1}px">${escapeHtml(author.name)}</div>`
    : "";
  const body = parseMarkup(visible(text))
    .map((span) => spanHtml(span, colors, word))
    .join("");
  // From one font only, so that what is joined of several characters stays one.
  const big = `<span style="font-family:'Noto Color Emoji';font-size:${px * 2 + 6}px">${body}</span>`;
  // A text from right to left ends at the left: the time gets a line of its own.
  const gap = isRightToLeft(text) ? "<br>" : " ";
  const room = `<span style="color:transparent;font-size:${px - 3}px">&nbsp;&nbsp;${escapeHtml(meta)}</span>`;
  return `${name}<div style="white-space:pre-wrap">${isBigEmoji(text) ? big : body}${gap}${room}</div>`;
}

/** Control characters are shown as pictures of themselves, those that turn directions are left out. */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROLS, (char) => String.fromCodePoint(char === "\u007f" ? 0x2421 : 0x2400 + char.charCodeAt(0)))
    .replace(BIDI_CONTROLS, "");
}

/** A text that was copied out of a bubble, as it was written. */
export function copiedText(selected: string, meta: string): string {
  const text = selected.replaceAll(ZERO_WIDTH_SPACE, "").replaceAll("\u2028", "\n").replaceAll("\u2029", "\n");
  const end = meta.replaceAll("\u00a0", " ");
  const plain = text.replaceAll("\u00a0", " ");
  return plain.endsWith(end) ? plain.slice(0, -end.length).trimEnd() : plain;
}

/** One line for lists and notifications: without marks of emphasis, spaces in place of line breaks. */
export function previewText(text: string, maxChars = 120): string {
  const shown = parseMarkup(visible(text.slice(0, maxChars * 4)))
    .filter(({ isMark }) => !isMark)
    .map((span) => span.text)
    .join("")
    .replace(/\s+/g, " ");
  const chars = [...graphemes.segment(shown.slice(0, maxChars * 3))];
  return chars.length <= maxChars
    ? shown
    : `${chars
        .slice(0, maxChars)
        .map(({ segment }) => segment)
        .join("")}…`;
}

function spanHtml(span: Span, colors: Colors, word: string): string {
  if (span.isMark) return "";
  const inner = piecesOf(span.text, word)
    .map(({ text, isHit }) =>
      isHit ? `<span style="background-color:${colors.mark}">${textHtml(text)}</span>` : textHtml(text),
    )
    .join("");
  if (span.isCode) {
    return `<span style="font-family:${MONOSPACE};color:${colors.code};background-color:${colors.codeBackground}">${inner}</span>`;
  }
  if (span.isLink) {
    return `<a href="${escapeHtml(span.text)}" style="color:${colors.link};text-decoration:none">${inner}</a>`;
  }
  const bold = span.isBold ? `<b>${inner}</b>` : inner;
  const italic = span.isItalic ? `<i>${bold}</i>` : bold;
  return span.isUnderlined ? `<u>${italic}</u>` : italic;
}

/** A text cut at the hits of a search. */
function piecesOf(text: string, word: string): { readonly text: string; readonly isHit: boolean }[] {
  if (word === "") return [{ text, isHit: false }];
  const pattern = new RegExp(word.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), "giu");
  const pieces = [];
  let end = 0;
  for (const hit of text.matchAll(pattern)) {
    pieces.push({ text: text.slice(end, hit.index), isHit: false }, { text: hit[0], isHit: true });
    end = hit.index + hit[0].length;
  }
  pieces.push({ text: text.slice(end), isHit: false });
  return pieces;
}

function textHtml(text: string): string {
  const html = escapeHtml(text.replace(LONG_RUN, breakRun)).replaceAll("\n", "<br>");
  return html.replace(JOINED_EMOJI, joined);
}

/** Qt joins what is joined of several characters only if they are of one font, with nothing between them. */
function joined(emoji: string): string {
  return `<span style="font-family:'Noto Color Emoji'">${emoji.replaceAll("\ufe0f\u200d", "\u200d")}</span>`;
}

function breakRun(run: string): string {
  const parts: string[] = [];
  let part = "";
  let count = 0;
  for (const { segment } of graphemes.segment(run)) {
    part += segment;
    count += 1;
    if (count % BREAK_EVERY === 0) {
      parts.push(part);
      part = "";
    }
  }
  return [...parts, part].join(ZERO_WIDTH_SPACE);
}

function isBigEmoji(text: string): boolean {
  return text.length <= 40 && EMOJI_ONLY.test(text) && [...graphemes.segment(text)].length <= MAX_BIG_EMOJI;
}

function isRightToLeft(text: string): boolean {
  const first = FIRST_STRONG.exec(text)?.[0];
  return first !== undefined && RIGHT_TO_LEFT.test(first);
}
