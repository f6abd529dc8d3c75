// A secret in a file of its own, as service managers hand it over: one line.
import { readFileSync, statSync } from "node:fs";
import { InvalidValue, optionalFile, type Option, type OptionText } from "./option.ts";

const MAX_SECRET_BYTES = 4096;

/** A file with a secret, or none; absolute in the end. */
export function optionalSecretFile(form: OptionText): Option<string | undefined> {
  const option = optionalFile(form);
  return {
    ...option,
    read(raw) {
      const file = option.read(raw);
      if (file !== undefined) secretOf(file);
      return file;
    },
  };
}

/**
 * The line in such a file, without its end.
 * @throws InvalidValue that names the file and quotes nothing of it.
 */
export function secretOf(file: string): string {
  const text = contentOf(file).replace(/\r?\n$/, "");
  if (text === "" || /[\0\r\n]/.test(text)) {
    throw new InvalidValue(`${file} must hold one line of text, of at most ${MAX_SECRET_BYTES} bytes`);
  }
  return text;
}

/** Nothing of a file that is too long for a secret. */
function contentOf(file: string): string {
  try {
    return statSync(file).size > MAX_SECRET_BYTES ? "" : readFileSync(file, "utf8");
  } catch {
    // It was there a moment ago; meanwhile it may have been replaced.
    throw new InvalidValue(`${file} cannot be read`);
  }
}
