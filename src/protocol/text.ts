// How names and searched texts are compared: normalisation, case folding, and the forms that names and passwords have.
import { MAX_PASSWORD_BYTES, MAX_USERNAME_CHARS, MIN_PASSWORD_CHARS, MIN_USERNAME_CHARS } from "./limits.ts";
import { charCount } from "./envelope.ts";

const USERNAME = new RegExp(
  String.raw`^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.\-]{${MIN_USERNAME_CHARS - 1},${MAX_USERNAME_CHARS - 1}}$`,
  "u",
);
const BEYOND_ASCII = /[^\0-\x7f]/;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * UTF-16 units beyond which a text is no name, whatever it is normalised to: the longest name needs a third of that
 * when fully decomposed. Normalising takes time that is quadratic in a run of combining marks, 0.7 s for a whole frame.
 */
const MAX_NAME_UNITS = 512;

/** The name as it is stored and shown (NFKC); undefined when it has not the form of a username. */
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

/** What is wrong with a new password; undefined when it may be used. */
export function passwordFault(password: string): string | undefined {
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
