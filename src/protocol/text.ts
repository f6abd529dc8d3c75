// Comparison of names and searched texts: normalisation, case folding, and the forms that names and passwords have.
import { MAX_PASSWORD_BYTES, MAX_USERNAME_CHARS, MIN_PASSWORD_CHARS, MIN_USERNAME_CHARS } from "./limits.ts";
import { charCount } from "./envelope.ts";

const USERNAME = new RegExp(
  String.raw`^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.\-]{${MIN_USERNAME_CHARS - 1},${MAX_USERNAME_CHARS - 1}}$`,
  "u",
);
const BEYOND_ASCII = /[^\0-\x7f]/;
/** Combining marks in a row that any language needs, and more (Unicode Standard Annex 15, "Stream-Safe Text Format"). */
const MAX_MARKS = 30;
const LONG_RUN = new RegExp(String.raw`\p{M}{${MAX_MARKS + 1}}`, "u");
/** Cuts a text so that no part has more marks in a row. */
const SHORT_RUNS = new RegExp(String.raw`\P{M}+\p{M}{0,${MAX_MARKS}}|\p{M}{1,${MAX_MARKS}}`, "gu");
/** Marks above, through and below letters; not the vowel signs of scripts that write vowels as marks. */
const ACCENTS = /[\u0300-\u036f]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\ufe20-\ufe2f]/g;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * UTF-16 units beyond which a text is no name, whatever it is normalised to: the longest name needs a third of that
 * when fully decomposed. Normalising takes time that is quadratic in a run of combining marks, 0.7 s for a whole frame.
 */
const MAX_NAME_UNITS = 512;

/** The name as it is stored and shown (NFKC); undefined when it is not a valid username. */
export function normalizeUsername(name: string): string | undefined {
  if (name.length > MAX_NAME_UNITS) return undefined;
  const normal = name.normalize("NFKC");
  return USERNAME.test(normal) && !IGNORABLE.test(normal) ? normal : undefined;
}

/** The key under which a username is unique: two names are the same when their keys are. */
export function usernameKey(name: string): string {
  // Longer than any name's key, so the key of nobody.
  if (name.length > MAX_NAME_UNITS) return name.slice(0, MAX_NAME_UNITS);
  return foldCase(name.normalize("NFKC")).normalize("NFKC");
}

/**
 * Full case folding as CaseFolding.txt of Unicode has it (status C and F), made of the conversions that JavaScript
 * has: lower, upper and lower again joins what differs in case only, also where one character becomes several
 * ("ẞ", "ß", "ss"). The dotless i is its own letter, and every sigma is one.
 */
export function foldCase(text: string): string {
  // Searches fold many texts; most are ASCII, for which this says the same in a fifth of the time.
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  return text.split("ı").map(foldPart).join("ı");
}

function foldPart(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

/**
 * The form in which the search compares: texts that are canonical caseless matches (Unicode, D145) have one form, so
 * that "é" finds itself however it is encoded. A text is found by a word whose form its own form contains.
 */
export function searchForm(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  return decompose(foldCase(decompose(text)));
}

/** NFD, but marks are sorted among MAX_MARKS neighbours only, in time linear in the text. */
function decompose(text: string): string {
  if (!LONG_RUN.test(text)) return text.normalize("NFD");
  return (text.match(SHORT_RUNS) ?? []).map((part) => part.normalize("NFD")).join("");
}

/** The form in which a filter over names compares: accents do not count either, "jurgen" finds "Jürgen". */
export function filterForm(text: string): string {
  return searchForm(text).replace(ACCENTS, "");
}

/** The problem of a new password; undefined when it may be used. */
export function passwordProblem(password: string): string | undefined {
  if (charCount(password) < MIN_PASSWORD_CHARS) return `must have at least ${MIN_PASSWORD_CHARS} characters`;
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return `must have at most ${MAX_PASSWORD_BYTES} bytes`;
  return password.includes("\0") ? "must not hold U+0000" : undefined;
}

/** The names in the order of all lists of users: by the code points of their keys. */
export function sortedByName(names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, bytes: Buffer.from(usernameKey(name)) }))
    .sort((one, other) => Buffer.compare(one.bytes, other.bytes)) // UTF-8 is in the order of code points
    .map(({ name }) => name);
}
