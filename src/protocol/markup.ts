// Emphasis and links in a message's text, cut into spans. Pure, in time linear in the length of the text.

/** A piece of a text. The texts of all spans, joined, are the whole text again. */
export interface Span {
  readonly text: string;
  /** A mark of emphasis itself (`**`, `*`, `__`, a backtick): not to be shown. */
  readonly isMark: boolean;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isCode: boolean;
  /** A web address; its text is the address. */
  readonly isLink: boolean;
}

type Mark = "**" | "*" | "__";
const STYLES = { "**": "isBold", "*": "isItalic", __: "isUnderlined" } as const;

interface Piece {
  readonly kind: "text" | "link" | "code" | "mark";
  readonly start: number;
  readonly end: number;
  /** Of a mark that has a partner. */
  readonly mark?: Mark;
  readonly role?: "opens" | "closes";
}

const LINK = /https?:\/\/[^\s<>"`]+/y;
const SPECIAL = /[*`]|__|https?:\/\//g;
const WORD = /[A-Za-z0-9]/;
const SPACE = /\s/;
/** What ends a sentence or an emphasis rather than an address. */
const AFTER_LINK = ".,;:!?'*_]}";

/**
 * Cuts a text into spans. A mark opens emphasis when no space follows it and no Latin letter or digit precedes it, and
 * closes it the other way round, so "2*3*4" and "a * b" stay as they are. Marks may be nested, not crossed: what has
 * no partner is plain text. Between backticks and in links, nothing is a mark.
 */
export function parseMarkup(text: string): Span[] {
  const pieces = cut(text);
  const style = { isBold: false, isItalic: false, isUnderlined: false };
  const spans: Span[] = [];
  let plainStart = 0;
  const flush = (end: number): void => {
    if (end > plainStart) spans.push(span(text.slice(plainStart, end), style, "text"));
    plainStart = end;
  };
  for (const piece of pieces) {
    if (piece.kind === "text" || (piece.kind === "mark" && piece.role === undefined)) continue;
    flush(piece.start);
    plainStart = piece.end;
    if (piece.kind === "code") {
      spans.push(span("`", style, "mark"), span(text.slice(piece.start + 1, piece.end - 1), style, "code"));
      spans.push(span("`", style, "mark"));
      continue;
    }
    spans.push(span(text.slice(piece.start, piece.end), style, piece.kind));
    if (piece.mark) style[STYLES[piece.mark]] = piece.role === "opens";
  }
  flush(text.length);
  return spans;
}

function span(text: string, style: Pick<Span, "isBold" | "isItalic" | "isUnderlined">, kind: Piece["kind"]): Span {
  return { text, ...style, isMark: kind === "mark", isCode: kind === "code", isLink: kind === "link" };
}

/** Finds links, code and marks, and which marks belong together. What lies between them is no piece. */
function cut(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** Marks that wait for a partner, outermost first: their places in `pieces`. */
  const open: { readonly mark: Mark; readonly index: number }[] = [];
  const lastBacktick = text.lastIndexOf("`");
  for (let at = special(text, 0); at < text.length; at = special(text, at)) {
    const piece = linkAt(text, at) ?? codeAt(text, at, lastBacktick);
    if (piece) {
      pieces.push(piece);
      at = piece.end;
      continue;
    }
    const char = text[at];
    const isDouble = text[at + 1] === char;
    if (char === "*" || char === "_") at += takeMark(text, at, isDouble, pieces, open);
    else at += 1;
  }
  return pieces;
}

/** Where the next character is that could begin something; the text's length when there is none. */
function special(text: string, from: number): number {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(text)?.index ?? text.length;
}

/** Deals with the mark at `at`; returns its length. */
function takeMark(
  text: string,
  at: number,
  isDouble: boolean,
  pieces: Piece[],
  open: { readonly mark: Mark; readonly index: number }[],
): number {
  const closed = closes(text, at, isDouble, pieces, open);
  if (closed) {
    const partner = open[closed.depth];
    open.length = closed.depth; // those opened since then have no partner any more
    const opener = partner && pieces[partner.index];
    if (partner && opener) pieces[partner.index] = { ...opener, role: "opens" };
    pieces.push({ kind: "mark", start: at, end: at + closed.mark.length, mark: closed.mark, role: "closes" });
    return closed.mark.length;
  }
  const mark: Mark = text[at] === "_" ? "__" : isDouble ? "**" : "*";
  const end = at + mark.length;
  const before = text[at - 1] ?? " ";
  const after = text[end] ?? " ";
  if (WORD.test(before) || SPACE.test(after) || open.some((one) => one.mark === mark)) return mark.length;
  open.push({ mark, index: pieces.length });
  pieces.push({ kind: "mark", start: at, end, mark });
  return mark.length;
}

/** The innermost open mark that the characters at `at` can close, and its depth. `open` holds each mark once at most. */
function closes(
  text: string,
  at: number,
  isDouble: boolean,
  pieces: readonly Piece[],
  open: readonly { readonly mark: Mark; readonly index: number }[],
): { readonly mark: Mark; readonly depth: number } | undefined {
  if (SPACE.test(text[at - 1] ?? " ")) return undefined;
  for (let depth = open.length - 1; depth >= 0; depth -= 1) {
    const { mark, index } = open[depth] ?? { mark: "*", index: -1 };
    // "**" alone closes no "*"; of "***", the innermost takes its part first.
    const fits = mark === "*" ? !isDouble || text[at + 2] === "*" : isDouble;
    const isHere = mark[0] === text[at] && fits;
    const isEmpty = pieces[index]?.end === at;
    if (isHere && !isEmpty && !WORD.test(text[at + mark.length] ?? " ")) return { mark, depth };
  }
  return undefined;
}

function codeAt(text: string, at: number, lastBacktick: number): Piece | undefined {
  // Without the second test each of many backticks in a row could search the rest of the text in vain.
  if (text[at] !== "`" || at >= lastBacktick) return undefined;
  const end = text.indexOf("`", at + 1);
  return end > at + 1 ? { kind: "code", start: at, end: end + 1 } : undefined;
}

function linkAt(text: string, at: number): Piece | undefined {
  if (text[at] !== "h" || WORD.test(text[at - 1] ?? " ")) return undefined;
  LINK.lastIndex = at;
  const found = LINK.exec(text)?.[0];
  if (found === undefined) return undefined;
  let surplus = found.split(")").length - found.split("(").length;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found[end - 1] ?? "";
    if (last === ")" && surplus > 0) surplus -= 1;
    else if (!AFTER_LINK.includes(last)) break;
  }
  // "https://" and punctuation alone is no address.
  return end > found.indexOf("//") + 2 ? { kind: "link", start: at, end: at + end } : undefined;
}
