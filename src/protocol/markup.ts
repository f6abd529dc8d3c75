// Emphasis and links in a message's text, cut into spans. Pure, in time linear in the length of the text.
import { findLinks, type TextLink } from "./links.ts";

/** A piece of a text. The texts of all spans, joined, are the whole text again. */
export interface Span {
  readonly text: string;
  /** A mark of emphasis itself (`**`, `*`, `__`, backticks with what belongs to their line): not to be shown. */
  readonly isMark: boolean;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isCode: boolean;
  /** A web or mail address. */
  readonly isLink: boolean;
  /** Of a link: what it opens, with the scheme. */
  readonly address?: string;
}

type Mark = "**" | "*" | "__";
const STYLES = { "**": "isBold", "*": "isItalic", __: "isUnderlined" } as const;

interface Piece {
  readonly kind: "text" | "link" | "code" | "mark";
  readonly start: number;
  readonly end: number;
  /** Of a link: its address. */
  readonly address?: string;
  /** Of code: the length of the marks at its ends. */
  readonly opening?: number;
  readonly closing?: number;
  /** Of a mark that has a partner. */
  readonly mark?: Mark;
  readonly role?: "opens" | "closes";
}

const SPECIAL = /[*`]|__/g;
const WORD = /[A-Za-z0-9]/;
const SPACE = /\s/;
const BACKTICKS = /`+/g;
/** Three backticks fence a block. */
const FENCE = 3;
/** The rest of a fence's line, which may name a language. */
const FENCE_LINE = /[\w+#.-]*\r?\n/y;

/**
 * Cuts a text into spans. A mark opens emphasis when no space follows it and no Latin letter or digit precedes it, and
 * closes it the other way round, so "2*3*4" and "a * b" stay as they are. Marks may be nested, not crossed: what has
 * no partner is plain text. Code is what lies between two runs of equally many backticks; of three and more, which fence
 * a block, the rest of the first line and the last line break belong to the marks. In code and links, nothing is a mark.
 */
export function parseMarkup(text: string): Span[] {
  const pieces = tokenize(text);
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
      const { start, end, opening = 1, closing = 1 } = piece;
      spans.push(span(text.slice(start, start + opening), style, "mark"));
      spans.push(span(text.slice(start + opening, end - closing), style, "code"));
      spans.push(span(text.slice(end - closing, end), style, "mark"));
      continue;
    }
    const one = span(text.slice(piece.start, piece.end), style, piece.kind);
    spans.push(piece.address === undefined ? one : { ...one, address: piece.address });
    if (piece.mark) style[STYLES[piece.mark]] = piece.role === "opens";
  }
  flush(text.length);
  return spans;
}

function span(text: string, style: Pick<Span, "isBold" | "isItalic" | "isUnderlined">, kind: Piece["kind"]): Span {
  return { text, ...style, isMark: kind === "mark", isCode: kind === "code", isLink: kind === "link" };
}

/** Finds links, code and marks, and which marks belong together. Text between them is no piece. */
function tokenize(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** Marks that wait for a partner, outermost first: their places in `pieces`. */
  const open: { readonly mark: Mark; readonly index: number }[] = [];
  const places = new Places(text);
  const code = findCode(text);
  for (let at = places.next(0); at < text.length; at = places.next(at)) {
    const link = places.linkAt(at);
    const piece: Piece | undefined = link ? { kind: "link", ...link } : code.get(at);
    if (piece) {
      pieces.push(piece);
      at = piece.end;
      continue;
    }
    const char = text[at];
    const isDouble = text[at + 1] === char;
    if (char === "`") while (text[at] === "`") at += 1;
    else at += takeMark(text, at, isDouble, pieces, open);
  }
  return pieces;
}

/** The places of a text where something may begin, in their order; each is looked for once. */
class Places {
  readonly #text: string;
  readonly #links: readonly TextLink[];
  #linkIndex = 0;
  #special = -1;

  constructor(text: string) {
    this.#text = text;
    this.#links = findLinks(text);
  }

  /** The first place at or behind `from`; the text's length when there is none. */
  next(from: number): number {
    if (this.#special < from) {
      SPECIAL.lastIndex = from;
      this.#special = SPECIAL.exec(this.#text)?.index ?? this.#text.length;
    }
    while ((this.#links[this.#linkIndex]?.start ?? from) < from) this.#linkIndex += 1; // it lies in code
    return Math.min(this.#special, this.#links[this.#linkIndex]?.start ?? this.#text.length);
  }

  /** The link that begins at the place that `next` has given. */
  linkAt(at: number): TextLink | undefined {
    const link = this.#links[this.#linkIndex];
    return link?.start === at ? link : undefined;
  }
}

/** All code of a text by its beginning: each run of backticks with the next one of the same length. */
function findCode(text: string): Map<number, Piece> {
  const found = new Map<number, Piece>();
  const nextOfLength = new Map<number, number>();
  for (const { 0: run, index: start } of [...text.matchAll(BACKTICKS)].toReversed()) {
    const { length } = run;
    const closing = nextOfLength.get(length);
    nextOfLength.set(length, start);
    if (closing !== undefined) found.set(start, codePiece(text, start, closing, length));
  }
  return found;
}

function codePiece(text: string, start: number, closeAt: number, length: number): Piece {
  const plain: Piece = { kind: "code", start, end: closeAt + length, opening: length, closing: length };
  if (length < FENCE) return plain;
  FENCE_LINE.lastIndex = start + length;
  const line = FENCE_LINE.exec(text)?.[0].length ?? 0;
  const lastBreak = text[closeAt - 1] === "\n" ? (text[closeAt - 2] === "\r" ? 2 : 1) : 0;
  // A block of nothing but its fences is shown as it is.
  if (line === 0 || start + length + line >= closeAt - lastBreak) return plain;
  return { ...plain, opening: length + line, closing: length + lastBreak };
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
