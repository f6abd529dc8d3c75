// The words of a command line as they were typed, in the place of the names that yargs makes of them.

/** Yargs' words before the names that it complains of. */
const COMPLAINT = /^((?:unknown|missing required) arguments?|not enough arguments following): (.+)$/i;

/** The message with each option as it was typed: `--no-such-option` for `such-option`, `-p` for `p`. */
export function asTyped(message: string, words: readonly string[]): string {
  const [, complaint, names] = COMPLAINT.exec(message) ?? [];
  if (complaint === undefined || names === undefined) return message;
  const isMissing = complaint.toLowerCase().startsWith("missing");
  const shown = names.split(", ").map((name) => typedWord(name, words) ?? (isMissing ? `--${name}` : name));
  if (/^not enough/i.test(complaint)) return `${shown.join(", ")} needs a value`;
  const kind =
    !isMissing && shown.every((word) => word.startsWith("-")) ? complaint.replace("argument", "option") : complaint;
  return `${kind}: ${shown.join(", ")}`;
}

/** The message with each option that was typed by its short name in that form: `-p` for `--port`. */
export function withShortNames(
  message: string,
  words: readonly string[],
  aliases: ReadonlyMap<string, string>,
): string {
  return message.replace(/(?<![\w-])--([a-z][a-z-]*)/g, (long, name: string) => {
    const short = aliases.get(name);
    return short === undefined || typedWord(name, words) !== undefined ? long : (typedWord(short, words) ?? long);
  });
}

function typedWord(name: string, words: readonly string[]): string | undefined {
  const end = words.indexOf("--");
  const options = end === -1 ? words : words.slice(0, end);
  const long = options
    .map((word) => word.split("=", 1)[0])
    .find((word) => word === `--${name}` || word === `--no-${name}`);
  if (long !== undefined) return long;
  const isShort = name.length === 1 && options.some((word) => /^-[^-]/.test(word) && word.slice(1).includes(name));
  return isShort ? `-${name}` : undefined;
}
