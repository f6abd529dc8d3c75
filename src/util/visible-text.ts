// Texts of strangers, made fit to be shown: nothing in them steers a terminal, turns, hides or forges what stands beside.

/** Controls (C0 and C1), line separators, halves of characters, and what is invisible or turns the direction of text. */
const UNSAFE = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]`;
/** The same without the signs of format that can be seen (Arabic ones before numbers). */
const UNSAFE_IN_TEXT = String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]`;

/** Letters and marks that show nothing. */
const BLANK = String.raw`\0-\x7f\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0`;
/** Scripts without spaces, which tell by a space of no width where a line may break. */
const UNSPACED = String.raw`[\p{Script=Khmer}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}]`;
/** Invisible characters where writing needs them: in flags, after emoji, within words and joined emoji. */
const NEEDED = [
  String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,8}\u{e007f}`,
  String.raw`(?<=[\p{Emoji}\p{So}\p{Sm}])[\ufe0e\ufe0f]`,
  String.raw`(?<![${BLANK}])(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d](?![${BLANK}])(?=[\p{L}\p{Extended_Pictographic}])`,
  String.raw`(?<=${UNSPACED})\u200b(?=${UNSPACED})`,
].join("|");

const UNSAFE_CHARACTER = new RegExp(UNSAFE, "gu");
const IN_TEXT = new RegExp(`${NEEDED}|(${UNSAFE_IN_TEXT})`, "gu");

/** The text in one line, with every character that could do something written as its number: `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE_CHARACTER, escaped);
}

/** The same for a text whose line feeds are ours. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/** The text with a sign in the place of each line feed, to be shown in one line: by `visible`, which escapes the rest. */
export function inOneLine(text: string): string {
  return text.replace(/\r?\n/g, " ↵ ");
}

/** The same for what people write to each other: invisible characters stay where a script or an emoji needs them. */
export function visibleMessage(text: string): string {
  return text.replace(IN_TEXT, (found: string, unsafe: string | undefined) =>
    unsafe === undefined ? found : escaped(unsafe),
  );
}

/** JSON for terminals and files: the same value, with every such character as JSON's own escape. */
export function visibleJson(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replace(UNSAFE_CHARACTER, (found) => {
    const units = Array.from({ length: found.length }, (_, index) => found.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
