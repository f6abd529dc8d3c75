// A message as the HTML that Qt's labels understand. Pure; nothing of a text is ever markup.
import type { Message } from "../../src/protocol/entities.ts";
import { parseMarkup, type Span } from "../../src/protocol/markup.ts";
import type { Colors } from "../kit/colors.ts";
import { escapeHtml } from "../kit/tip.ts";

const MONOSPACE = "'DejaVu Sans Mono','Noto Sans Mono',monospace";
/** Longer runs without a space get places where they may be broken; Qt breaks at words only. */
const LONG_RUN = /\S{32,}/gu;
const BREAK_EVERY = 4;
const MAX_BIG_EMOJI = 3;
/** One character that emoji are made of. */
const EMOJI_PART = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f|\p{RI})$/u;
/** As flags, families and professions are: pictures with the joiner between them. */
const JOINED_EMOJI =
  /\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]*(?:\u200d\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]*)+/gu;
const FIRST_STRONG = /[\p{L}]/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
// eslint-disable-next-line no-control-regex -- these are what is replaced
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
/** Characters that change the direction of the text after them. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;
/** A place where a run may be broken. Two, since texts have single ones: Khmer and Thai have them between words. */
const BREAK = "\u200b\u200b";
/** Of a text so much is looked at for a preview. */
const PREVIEW_UNITS = 2000;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A message's text; hits of `word` are marked, "" for nothing. `px` is the size of the text. `ownName`: where the text
 * names the user or everybody, that stands out; "" for a text that does not.
 */
export function textHtml(text: string, word: string, colors: Colors, px: number, ownName = ""): string {
  // A text with such places of its own gets no others, so that they can be told apart when it is copied.
  const plain = text.includes(BREAK)
    ? plainHtml
    : (part: string): string => plainHtml(part.replace(LONG_RUN, breakRun));
  const toHtml = ownName === "" ? plain : (part: string): string => withMentions(part, ownName, colors, plain);
  const body = parseMarkup(visible(text))
    .map((span) => spanHtml(span, colors, word, toHtml))
    .join("");
  // From one font only, so that what is joined of several characters stays one.
  const big = `<span style="font-family:'Noto Color Emoji';font-size:${px * 2 + 6}px">${body}</span>`;
  return `<div style="white-space:pre-wrap">${isBigEmoji(text) ? big : body}</div>`;
}

/** To be measured, never shown: the text with room behind its last word, or below it (`isBelow`). */
export function withRoom(html: string, widthPx: number, isBelow: boolean): string {
  // Beside the picture a space that it is not parted from: alone in a line it would be one pixel high.
  const room = `${isBelow ? "<br>" : " "}<img width="${Math.ceil(widthPx)}" height="1">\u00a0`;
  return html.replace(/<\/div>$/, `${room}</div>`);
}

/** Control characters are shown as pictures of themselves, those that turn directions are left out. */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROLS, (char) => String.fromCodePoint(char === "\u007f" ? 0x2421 : 0x2400 + char.charCodeAt(0)))
    .replace(BIDI_CONTROLS, "");
}

/** A title that somebody gave, in one line. */
export function titleText(title: string): string {
  return visible(title).replace(/\s+/g, " ");
}

/** The selection in a bubble, as it was written: without the places for breaks. `written` is the message. */
export function copiedText(selected: string, written: string): string {
  const lines = selected.replaceAll(/[\u2028\u2029]/g, "\n");
  return withSelectors(written.includes(BREAK) ? lines : lines.replaceAll(BREAK, ""), written);
}

/** Puts back what `joined` has left out of the emoji of a text. */
function withSelectors(selected: string, written: string): string {
  const emoji = new Set(written.match(JOINED_EMOJI));
  return [...emoji].reduce((text, one) => text.replaceAll(withoutSelectors(one), one), selected);
}

/** A text as it is shown, without its marks. */
function plainText(text: string): string {
  return parseMarkup(text)
    .filter(({ isMark }) => !isMark)
    .map((span) => span.text)
    .join("");
}

/**
 * One line for lists and notifications: without marks of emphasis, spaces in place of line breaks; of at most `maxChars`
 * code points, cut between characters as people see them, with an ellipsis.
 */
export function previewText(text: string, maxChars = 120): string {
  const head = text.slice(0, PREVIEW_UNITS).replace(/[\ud800-\udbff]$/, "");
  const line = plainText(visible(head)).replace(/\s+/g, " ");
  let shown = "";
  let count = 0;
  for (const { segment } of graphemes.segment(line)) {
    count += [...segment].length;
    if (count > maxChars) return `${shown}…`;
    shown += segment;
  }
  return head.length < text.length ? `${shown.trimEnd()}…` : shown;
}

/** The text of a message in one line, or that it was deleted. */
export function messagePreview({ message, deleted }: Pick<Message, "message" | "deleted">): string {
  return deleted === undefined ? previewText(message) : "Message deleted";
}

function spanHtml(span: Span, colors: Colors, word: string, toHtml: (text: string) => string): string {
  if (span.isMark) return "";
  const inner = piecesOf(span.text, word)
    .map(({ text, isHit }) =>
      isHit ? `<span style="background-color:${colors.mark}">${toHtml(text)}</span>` : toHtml(text),
    )
    .join("");
  if (span.isCode) {
    return `<span style="font-family:${MONOSPACE};color:${colors.code};background-color:${colors.codeBackground}">${inner}</span>`;
  }
  if (span.isLink) {
    return `<a href="${escapeHtml(span.address ?? span.text)}" style="color:${colors.link};text-decoration:none">${inner}</a>`;
  }
  const bold = span.isBold ? `<b>${inner}</b>` : inner;
  const italic = span.isItalic ? `<i>${bold}</i>` : bold;
  return span.isUnderlined ? `<u>${italic}</u>` : italic;
}

/** The user's name behind "@", and "@all", on a ground of their own. */
function withMentions(text: string, ownName: string, colors: Colors, toHtml: (text: string) => string): string {
  const name = escapePattern(ownName);
  const mention = new RegExp(String.raw`(?<![\p{L}\p{M}\p{N}_])@(?:${name}|all)(?![\p{L}\p{M}\p{N}])`, "giu");
  let html = "";
  let end = 0;
  for (const found of text.matchAll(mention)) {
    const style = `color:${colors.onMention};background-color:${colors.mention}`;
    html += `${toHtml(text.slice(end, found.index))}<span style="${style}">${toHtml(found[0])}</span>`;
    end = found.index + found[0].length;
  }
  return html + toHtml(text.slice(end));
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** A text cut at the hits of a search. */
export function piecesOf(text: string, word: string): { readonly text: string; readonly isHit: boolean }[] {
  if (word === "") return [{ text, isHit: false }];
  const pattern = new RegExp(escapePattern(word), "giu");
  const pieces = [];
  let end = 0;
  for (const hit of text.matchAll(pattern)) {
    pieces.push({ text: text.slice(end, hit.index), isHit: false }, { text: hit[0], isHit: true });
    end = hit.index + hit[0].length;
  }
  pieces.push({ text: text.slice(end), isHit: false });
  return pieces;
}

function plainHtml(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>").replace(JOINED_EMOJI, joined);
}

/** Qt joins what is joined of several characters only if they are of one font, with nothing between them. */
function joined(emoji: string): string {
  return `<span style="font-family:'Noto Color Emoji'">${withoutSelectors(emoji)}</span>`;
}

/** Without the marks between joined emoji that Qt stumbles over. */
export function withoutSelectors(emoji: string): string {
  return emoji.replaceAll("\ufe0f\u200d", "\u200d");
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
  return [...parts, part].join(BREAK);
}

function isBigEmoji(text: string): boolean {
  const isEmoji = text !== "" && text.length <= 40 && [...text].every((character) => EMOJI_PART.test(character));
  return isEmoji && [...graphemes.segment(text)].length <= MAX_BIG_EMOJI;
}

export function isRightToLeft(text: string): boolean {
  const first = FIRST_STRONG.exec(text)?.[0];
  return first !== undefined && RIGHT_TO_LEFT.test(first);
}
