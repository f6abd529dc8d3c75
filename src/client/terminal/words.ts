// The words of a command line: what stands between spaces, and as one word what stands in quotation marks.
import { UsageError } from "./usage-error.ts";

/** `Plans "next week" bob` has three words. Throws UsageError where a quotation mark has no second one. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (let rest = line.trimStart(); rest !== "";) {
    const [whole = rest, quoted, plain] = /^(?:"([^"]*)"(?=\s|$)|([^\s"]\S*))\s*/.exec(rest) ?? [];
    const word = quoted ?? plain;
    if (word === undefined) throw new UsageError('a quotation mark (") has to be closed by another, before a space');
    words.push(word);
    rest = rest.slice(whole.length);
  }
  return words;
}
