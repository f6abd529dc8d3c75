// The kinds of options: how a value is read from text (command line, environment) and from JSON (config file).
import { accessSync, constants, statSync } from "node:fs";
import { isIPv4 } from "node:net";
import { resolve } from "node:path";
import type { PortRange } from "./config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value as one source has it: words as typed, or JSON from the config file. Relative files are relative to `base`. */
export type RawValue =
  | { readonly from: "text"; readonly text: string; readonly base: string }
  | { readonly from: "json"; readonly value: unknown; readonly base: string };

/** Properties of an option, whatever its kind. */
export interface OptionText {
  /** The long name, in kebab case: `--name`, `MESSENGER_NAME`, `"name"` in the config file. */
  readonly name: string;
  readonly alias?: string;
  readonly group: string;
  /** Its purpose, and which values it takes. */
  readonly help: string;
}

export interface Option<T> extends OptionText {
  readonly isFlag: boolean;
  /** Placeholder of the value in the help: `PORT`; empty for a flag. */
  readonly placeholder: string;
  readonly defaultText: string;
  readonly defaultFor: (env: Environment) => T;
  /** Throws InvalidValue. */
  readonly read: (raw: RawValue) => T;
  /** The value as the config file has it, where that is another. */
  inFile?(value: T): unknown;
}

/** Why a value cannot be used, as the end of a sentence: "must be …". */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
}

/** `factor`: what the value is multiplied by for the Config (1000: an option in seconds, a field in milliseconds). */
interface IntegerText extends OptionText {
  readonly placeholder: string;
  readonly default: number;
  readonly defaultText?: string;
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  /** The meaning of 0, where it is something else than a number: "no limit". */
  readonly zero?: string;
  readonly factor?: number;
}

/** A whole number. */
export function integer(form: IntegerText): Option<number> {
  const { min, max, factor = 1 } = form;
  const unit = form.unit === undefined ? "" : ` ${form.unit}`;
  const range = `${min} to ${max}${unit}${form.zero === undefined ? "" : `; 0: ${form.zero}`}`;
  return {
    ...form,
    isFlag: false,
    help: `${form.help} (${range})`,
    defaultText:
      form.defaultText ?? (form.default === 0 && form.zero !== undefined ? form.zero : `${form.default}${unit}`),
    defaultFor: () => form.default * factor,
    read(raw) {
      const value = raw.from === "text" ? integerFromText(raw.text) : raw.value;
      if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
        throw new InvalidValue(`must be a whole number, ${range}`);
      }
      return value * factor;
    },
    inFile: (value) => value / factor,
  };
}

function integerFromText(word: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(word.trim()) ? Number(word) : undefined;
}

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** True or false. Also known as `no-NAME`, which is its opposite. */
export function flag(form: OptionText & { readonly default: boolean }): Option<boolean> {
  return {
    ...form,
    isFlag: true,
    placeholder: "",
    defaultText: String(form.default),
    defaultFor: () => form.default,
    read(raw) {
      const value = raw.from === "text" ? FLAG_WORDS[raw.text.trim().toLowerCase()] : raw.value;
      if (typeof value !== "boolean") throw new InvalidValue("must be true or false");
      return value;
    },
  };
}

interface TextText extends OptionText {
  readonly placeholder: string;
  /** The requirement, in the words of an error. */
  readonly form: string;
  readonly default: string;
  readonly pattern: RegExp;
}

/** Characters of a certain form. */
export function text(form: TextText): Option<string> {
  return {
    ...form,
    isFlag: false,
    defaultText: form.default,
    defaultFor: () => form.default,
    read(raw) {
      const value = stringOf(raw);
      if (!form.pattern.test(value)) throw new InvalidValue(`must be ${form.form}`);
      return value;
    },
  };
}

/** Any characters, or none. */
export function optionalText(form: OptionText & { readonly placeholder: string }): Option<string | undefined> {
  return {
    ...form,
    isFlag: false,
    defaultText: "none",
    defaultFor: () => undefined,
    read: (raw) => stringOf(raw),
  };
}

interface ChoiceText<T extends string> extends OptionText {
  readonly placeholder: string;
  readonly choices: readonly T[];
  readonly default: T;
}

/** One of a few words. */
export function choice<T extends string>(form: ChoiceText<T>): Option<T> {
  return {
    ...form,
    isFlag: false,
    help: `${form.help} (${form.choices.join(", ")})`,
    defaultText: form.default,
    defaultFor: () => form.default,
    read(raw) {
      const value = stringOf(raw);
      const found = form.choices.find((word) => word === value);
      if (found === undefined) throw new InvalidValue(`must be one of ${form.choices.join(", ")}`);
      return found;
    },
  };
}

interface FolderText extends OptionText {
  readonly defaultText: string;
  readonly defaultFor: (env: Environment) => string;
}

/** A folder, absolute in the end; it need not exist yet. */
export function folder(form: FolderText): Option<string> {
  return {
    ...form,
    isFlag: false,
    placeholder: "FOLDER",
    read: (raw) => pathOf(raw),
  };
}

/** A file that exists and can be read, or none; absolute in the end. */
export function optionalFile(form: OptionText): Option<string | undefined> {
  return {
    ...form,
    isFlag: false,
    placeholder: "FILE",
    defaultText: "none",
    defaultFor: () => undefined,
    read(raw) {
      const file = pathOf(raw);
      try {
        accessSync(file, constants.R_OK);
      } catch (error) {
        const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
        throw new InvalidValue(`${file} ${isMissing ? "does not exist" : "cannot be read"}`);
      }
      if (!statSync(file).isFile()) throw new InvalidValue(`${file} is not a file`);
      return file;
    },
  };
}

/** Two port numbers with a hyphen between, or none. */
export function optionalPortRange(form: OptionText): Option<PortRange | undefined> {
  return {
    ...form,
    isFlag: false,
    placeholder: "MIN-MAX",
    defaultText: "any free ports",
    defaultFor: () => undefined,
    read(raw) {
      const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(stringOf(raw)) ?? [];
      const range = { min: Number(from), max: Number(to) };
      if (!(range.min >= 1 && range.min <= range.max && range.max <= 65_535)) {
        throw new InvalidValue("must be two ports from 1 to 65535, the lower one first, as in 50000-50100");
      }
      return range;
    },
    inFile: (range) => range && `${range.min}-${range.max}`,
  };
}

/** An IPv4 address, or none. */
export function optionalIpv4(form: OptionText): Option<string | undefined> {
  return {
    ...form,
    isFlag: false,
    placeholder: "ADDRESS",
    defaultText: "the server's own",
    defaultFor: () => undefined,
    read(raw) {
      const address = stringOf(raw);
      if (!isIPv4(address)) throw new InvalidValue("must be an IPv4 address, as in 203.0.113.7");
      return address;
    },
  };
}

function stringOf(raw: RawValue): string {
  const value = raw.from === "text" ? raw.text : raw.value;
  if (typeof value !== "string" || value === "") throw new InvalidValue("must be a text that is not empty");
  if (value.includes("\0")) throw new InvalidValue("must not hold a null character");
  return value;
}

function pathOf(raw: RawValue): string {
  return resolve(raw.base, stringOf(raw));
}
