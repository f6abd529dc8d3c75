// A call of `messenger admin`: what its actions are given, and how they read the words of the command line.
import type { AdminClient } from "../client/admin-client.ts";
import { UserError } from "../util/user-error.ts";
import type { CommandArgs } from "./command.ts";

export interface Call {
  readonly admin: AdminClient;
  readonly args: CommandArgs;
  readonly words: readonly string[];
  /** Prints an answer: as JSON when asked, otherwise as `text` says. */
  print(answer: object, text: string): void;
}

export type Action = (call: Call) => Promise<void>;

/** Actions by the words that ask for them. */
export type Actions = Readonly<Record<string, Action>>;

export function word(words: readonly string[], index: number, name: string): string {
  const found = words[index];
  if (found === undefined) throw new UserError(`${name} is missing; --help says what there is`);
  return found;
}

export function numberWord(words: readonly string[], index: number, name: string): number {
  const number = Number(word(words, index, name));
  if (!Number.isInteger(number)) throw new UserError(`${name}: must be a whole number`);
  return number;
}

/** One of the words there are. */
export function choice<T extends string>(given: string, name: string, words: readonly T[]): T {
  const found = words.find((one) => one === given);
  if (found === undefined) throw new UserError(`${name}: must be one of ${words.join(", ")}`);
  return found;
}

export function optional<N extends string>(name: N, value: unknown): { [K in N]?: string } {
  return value === undefined ? {} : ({ [name]: String(value) } as { [K in N]?: string });
}

/** An option whose value is a number from 1 on. */
export function optionalNumber<N extends string>(name: N, value: unknown): { [K in N]?: number } {
  if (value === undefined) return {};
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new UserError(`--${name}: must be a whole number from 1 on`);
  return { [name]: number } as { [K in N]?: number };
}

/** @throws UserError unless the person has said `--yes`. */
export function confirmed(args: CommandArgs, what: string): void {
  if (args["yes"] !== true) throw new UserError(`this ${what}; say --yes to do it`);
}

/** The action that the first word asks for among those of a subject, with the words after it. */
export function actionOf(subject: string, actions: Actions, call: Call): Promise<void> {
  const [name = "", ...words] = call.words;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    const what = name === "" ? "what to do is missing" : `${name}: there is no such thing to do`;
    throw new UserError(`${subject}: ${what}; there is ${Object.keys(actions).join(", ")}`);
  }
  return action({ ...call, words });
}
