// A command of the line-mode client, and what it can do beside a session.
import type { ChatSession } from "./chat-session.ts";
import { UsageError } from "./usage-error.ts";

export interface TerminalHost {
  register(username: string): Promise<void>;
  login(username: string): Promise<void>;
  /** Asks for a password that the user has at present: a script's is in its environment, or the next line. */
  presentPassword(question: string): Promise<string>;
  /** Asks for a password to be set, a person twice; a script gives it in the next line. It is known from then on. */
  newPassword(question: string): Promise<string>;
  /** Logins that the client does automatically use this password from now on. */
  passwordChanged(password: string): void;
  /** The next line, shown while it is typed; undefined at the end of the input. */
  ask(question: string): Promise<string | undefined>;
  /** Deletes the account of the session, ends that, and removes what was kept of it on this machine. */
  deleteAccount(password: string): Promise<void>;
  print(line: string): void;
  quit(): void;
}

export interface CommandContext {
  /** The text behind the command, without white space at its ends. */
  readonly rest: string;
  readonly host: TerminalHost;
}

interface CommandHelp {
  readonly usage: string;
  readonly help: string;
}

export type Command = CommandHelp & {
  /** Commands that may follow it. */
  readonly more?: readonly CommandHelp[];
} & (
    | { run(context: CommandContext): Promise<void> | void }
    | { runInSession(session: ChatSession, context: CommandContext): Promise<void> | void }
  );

/** Text behind a command that takes none was meant for something: it is not dropped in silence. */
export function none(argument: string, usage: string): void {
  if (argument !== "") throw new UsageError(`usage: ${usage}, and nothing behind it`);
}

export function one(argument: string, usage: string): string {
  if (argument === "") throw new UsageError(`usage: ${usage}`);
  return argument;
}

/** The number that a message is shown with, with or without its "#". */
export function messageNumber(argument: string, usage: string): number {
  if (!/^#?\d+$/.test(argument))
    throw new UsageError(`usage: ${usage}, with the number that the message is shown with`);
  return Number(argument.replace("#", ""));
}

/** A message's number, and what follows it. */
export function messageNumberAndText(argument: string, usage: string): readonly [number, string] {
  const [, number = "", text = ""] = /^(\S*)\s*([^]*)$/.exec(argument) ?? [];
  const seq = messageNumber(number, usage);
  return [seq, one(text, usage)];
}
