// The line-mode client: reads lines, carries them out one after the other, and leaves when everything is sent.
import { memoryAccount, openAccount } from "../account-folder.ts";
import type { AcceptCertificate } from "../dial.ts";
import { isInvitationRefusal } from "../errors.ts";
import { Messenger } from "../messenger.ts";
import { deleteAccount, registerUser } from "../own-account.ts";
import type { BackoffOptions } from "../../util/backoff.ts";
import { ChatSession } from "./chat-session.ts";
import { askForNewPassword } from "./account-commands.ts";
import type { TerminalHost } from "./command.ts";
import { isCommandLine, runCommand } from "./commands.ts";
import { visibleMessage } from "../../util/visible-text.ts";
import type { Screen } from "./screen.ts";
import { UsageError } from "./usage-error.ts";

export interface TerminalChatOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain TCP. */
  readonly tls?: { readonly accept?: AcceptCertificate } | undefined;
  /** Logged in as this user at once. */
  readonly username?: string | undefined;
  /** For logins that need one; without it a person is asked, or the next line of a script is taken. */
  readonly password?: string | undefined;
  /** For servers that let in only who has the code; without it, or when it is wrong, a person is asked. */
  readonly invitation?: string | undefined;
  /** Where sessions, unsent messages and history are kept; without it nothing is. */
  readonly folder?: string | undefined;
  /** How long unsent messages may hold up the end, in milliseconds. */
  readonly drainTimeoutMs: number;
  readonly backoff?: BackoffOptions | undefined;
}

/** A script may be ahead of the server by so many messages; then it waits. */
const MAX_AHEAD = 1000;
/** How long a command waits for the messages before it, while there is a connection. */
const SETTLE_TIMEOUT_MS = 5000;
const HISTORY_AT_LOGIN = 10;

export class TerminalChat implements TerminalHost {
  readonly #options: TerminalChatOptions;
  readonly #screen: Screen;
  #session: ChatSession | undefined;
  /** For logins that need one, where it was given at the start. */
  #givenPassword: string | undefined;
  #hasFailed = false;
  #isLeaving = false;
  #lineCount = 0;

  constructor(options: TerminalChatOptions, screen: Screen) {
    this.#options = options;
    this.#givenPassword = options.password;
    this.#screen = screen;
  }

  /**
   * Runs until /quit, the end of the input, or a script's first line that fails: what follows it was written for a state
   * that there is not, such as another chat. Resolves with the exit code: 0 when nothing failed and all that was written
   * is stored.
   */
  async run(): Promise<number> {
    const { username } = this.#options;
    if (this.#screen.isInteractive) this.print(`* ${this.#serverName()}; /help lists the commands`);
    this.#screen.setPrompt("> ");
    if (username !== undefined) await this.#guarded(() => this.login(username));
    while (!this.#isLeaving) {
      const line = await this.#screen.readLine();
      if (line === undefined) break;
      this.#lineCount += 1;
      await this.#guarded(() => this.#take(line));
    }
    const isSent = await this.#leaveSession();
    this.#screen.close();
    return isSent && !this.#hasFailed && !this.#screen.isBroken ? 0 : 1;
  }

  print(line: string): void {
    this.#screen.print(line);
  }

  quit(): void {
    this.#isLeaving = true;
    this.#screen.close();
  }

  async register(username: string): Promise<void> {
    const password = this.#givenPassword ?? (await this.newPassword(`password for the new user ${username}: `));
    await this.#register(username, password);
    await this.#logIn(username, password);
  }

  async presentPassword(question: string): Promise<string> {
    return this.#givenPassword ?? this.#secret(question);
  }

  async newPassword(question: string): Promise<string> {
    const password = await this.#secret(question);
    if (this.#screen.isInteractive && (await this.#secret("the same again: ")) !== password) {
      throw new UsageError("these are two different passwords");
    }
    return password;
  }

  passwordChanged(password: string): void {
    if (this.#givenPassword !== undefined) this.#givenPassword = password;
  }

  ask(question: string): Promise<string | undefined> {
    if (!this.#screen.isInteractive) this.#lineCount += 1;
    return this.#screen.ask(visibleMessage(question));
  }

  async deleteAccount(password: string): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined; // so that it is not logged in again when it ends with the account
    try {
      await deleteAccount(session.messenger, password);
    } catch (error) {
      this.#session = session;
      throw error;
    }
    this.#screen.setPrompt("> ");
    await session.messenger.logout(true);
    await session.close();
  }

  login(username: string): Promise<void> {
    return this.#logIn(username, undefined);
  }

  async #register(username: string, password: string): Promise<void> {
    try {
      await registerUser(this.#options, username, password, this.#options.invitation);
    } catch (error) {
      if (!isInvitationRefusal(error)) throw error;
      if (!this.#screen.isInteractive) {
        throw new UsageError(`${messageOf(error)}; it is given by --invitation or MESSENGER_INVITATION`);
      }
      this.print(`* ${visibleMessage(messageOf(error))}`);
      const invitation = await this.#screen.readSecret("invitation code: ");
      if (invitation === undefined || invitation === "") throw new UsageError("no invitation code given");
      await registerUser(this.#options, username, password, invitation);
    }
  }

  async #logIn(username: string, knownPassword: string | undefined): Promise<void> {
    if (!(await this.#leaveSession())) this.#hasFailed = true;
    const { folder, host, port, tls, backoff } = this.#options;
    const address = { host, port, tls: tls !== undefined };
    const account =
      folder === undefined ? await memoryAccount(address, username) : await openAccount(folder, address, username);
    const messenger = new Messenger({ account, tls, backoff });
    const session = new ChatSession(messenger, this.#screen);
    let used = knownPassword;
    try {
      if (account.unkeptBecause !== undefined) session.say(`nothing is kept on this machine: ${account.unkeptBecause}`);
      // A script always gives the password, so that its lines mean the same whatever is kept here.
      const canResume = knownPassword === undefined && this.#screen.isInteractive;
      if (!canResume || !(await messenger.resume())) {
        used = knownPassword ?? (await this.presentPassword(`password of ${username}: `));
        await messenger.login(used);
      }
    } catch (error) {
      await session.close();
      throw error;
    }
    this.#session = session;
    messenger.events.on("state", ({ kind }) => {
      if (kind === "signed-out") this.#onSignedOut(session, username);
    });
    await session.begin(HISTORY_AT_LOGIN);
    if (messenger.snapshot?.must_change_password === true) await this.#replaceOneTimePassword(session, used);
  }

  /** The password is one that the administrator has made. */
  async #replaceOneTimePassword(session: ChatSession, used: string | undefined): Promise<void> {
    session.say("the password is a one-time one of the administrator's: choose your own");
    if (!this.#screen.isInteractive) return session.say("/passwd changes it");
    await askForNewPassword(session, this, used ?? (await this.#secret("one-time password: ")));
  }

  #onSignedOut(session: ChatSession, username: string): void {
    const password = this.#givenPassword;
    const { state } = session.messenger;
    if (this.#session !== session || state.kind !== "signed-out") return;
    if (password === undefined) return session.say(`${state.reason}: /login ${username}`);
    session.messenger.login(password).catch((error: unknown) => this.#onError(error));
  }

  async #secret(question: string): Promise<string> {
    if (!this.#screen.isInteractive) this.#lineCount += 1;
    const secret = await this.#screen.readSecret(visibleMessage(question));
    if (secret === undefined) throw new UsageError("no password given");
    return secret;
  }

  async #take(line: string): Promise<void> {
    // A script's lines may come from anywhere, so a path among them is text; a person who errs can be asked again.
    const isCommand = this.#screen.isInteractive ? line.startsWith("/") && !line.startsWith("//") : isCommandLine(line);
    if (isCommand) {
      await this.#settle();
      return runCommand(line, this.#session, this);
    }
    const text = line.startsWith("//") ? line.slice(1) : line;
    if (text.trim() === "") return;
    if (!this.#session) throw new UsageError("not logged in: /login NAME or /register NAME");
    const { messenger } = this.#session;
    messenger.send(this.#session.requireChat(), text);
    if (messenger.state.kind !== "online") this.#session.say("kept until there is a connection");
    if (messenger.outgoing.waitingCount >= MAX_AHEAD) await messenger.whenSent(this.#options.drainTimeoutMs);
  }

  /** A command sees what the lines before it have done. */
  async #settle(): Promise<void> {
    const messenger = this.#session?.messenger;
    if (messenger?.state.kind === "online") await messenger.whenSent(SETTLE_TIMEOUT_MS);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Tells a person; ends a script. */
  #onError(error: unknown): void {
    this.print(`* ${visibleMessage(messageOf(error))}`);
    if (this.#screen.isInteractive || this.#isLeaving) return;
    this.#hasFailed = true;
    const where = this.#lineCount === 0 ? "before the first line" : `at line ${this.#lineCount}`;
    this.print(`* stopped ${where}: nothing of what follows is carried out or sent`);
    this.quit();
  }

  /** Waits for what is unsent, within the deadline; false when something stays unsent or was refused. */
  async #leaveSession(): Promise<boolean> {
    const session = this.#session;
    if (!session) return true;
    this.#session = undefined;
    const { messenger } = session;
    const isSent = await messenger.whenSent(this.#options.drainTimeoutMs);
    const waiting = messenger.outgoing.waitingCount;
    if (!isSent)
      session.say(`${waiting} messages could not be sent; they are sent at the next login, if they can be kept`);
    await session.close();
    return isSent && session.refusedCount === 0;
  }

  #serverName(): string {
    return visibleMessage(`${this.#options.host}:${this.#options.port}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
