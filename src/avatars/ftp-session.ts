// One control connection: its lines in order, its time limits, its login, and the commands that ftp-srv does not get.
import type { Socket } from "node:net";
import { TLSSocket, type SecureContext } from "node:tls";
import type { LogFields, Logger } from "../log/logger.ts";
import type { ThrottledLog } from "../log/throttled-log.ts";
import type { UserId } from "../protocol/ids.ts";
import { addressKey, isLoopback, plainAddress } from "../util/address.ts";
import { monotonicClock } from "../util/clock.ts";
import { Deadline } from "../util/deadline.ts";
import { TokenBucket } from "../util/token-bucket.ts";
import { openData, isDataCommand } from "./ftp-data-commands.ts";
import { DataChannel } from "./ftp-data.ts";
import { commandOf, FtpLines } from "./ftp-lines.ts";
import type { FtpLimits } from "./ftp-limits.ts";
import { DataConnectionError, type PortRange } from "./ftp-passive-port.ts";
import { TransferError, UserTransfers, type Transfer, type TransferOptions } from "./ftp-transfers.ts";
import type { FtpPeer, FtpPlace, LoginOutcome, PeerAccess } from "./ftp-peer.ts";
import type { FtpCommand, FtpConnection, FtpFolder } from "./ftp-types.ts";

export interface FtpSessionOptions extends TransferOptions {
  readonly limits: FtpLimits;
  readonly log: Logger;
  /** For what a peer can cause again and again. */
  readonly acts: ThrottledLog;
  readonly passivePorts: PortRange | undefined;
  /** The IPv4 address that clients reach, where it is not the server's own. */
  readonly passiveAddress: string | undefined;
  /** With it AUTH TLS is offered; it gives the newest certificate's. */
  readonly secureContext: (() => SecureContext) | undefined;
  readonly access: PeerAccess;
  readonly timeouts: FtpTimeouts;
  /** Check of a login; see `AvatarServerOptions.authenticate`. */
  readonly authenticate: (username: string, password: string, peer: FtpPeer) => Promise<LoginOutcome>;
}

/** All in milliseconds. */
export interface FtpTimeouts {
  /** From the connection to the login. */
  readonly loginMs: number;
  /** Between two commands. */
  readonly idleMs: number;
  /** A command until its reply is handed to the system; a client that reads nothing ends here. */
  readonly commandMs: number;
  readonly transferMs: number;
  /** In each such time a transfer must move `MIN_PROGRESS_BYTES`. */
  readonly progressMs: number;
  /** From the login to the end, however busy: what an account may do can have changed since. */
  readonly sessionMs: number;
}

export const DEFAULT_FTP_TIMEOUTS: FtpTimeouts = {
  loginMs: 60_000,
  idleMs: 300_000,
  commandMs: 60_000,
  transferMs: 600_000,
  progressMs: 30_000,
  sessionMs: 3_600_000,
};

const MAX_FAILED_LOGINS = 3;
const COMMANDS_PER_SEC = { ratePerSec: 20, burstCount: 100 };
/** After a goodbye the client has so long to read it. */
const LINGER_MS = 1_000;

/** Commands that ftp-srv answers itself; it is given these and no others. */
const LIBRARY_COMMANDS = new Set(
  "USER PASS PBSZ PROT NOOP QUIT SYST TYPE MODE STRU OPTS PWD XPWD CWD XCWD CDUP XCUP SIZE MDTM ALLO".split(" "),
);
/** Everything that would change the folder but STOR and DELE. Not 502: clients take that for a server without any writing. */
const FORBIDDEN_COMMANDS = new Set("APPE STOU RMD XRMD MKD XMKD RNFR RNTO SITE".split(" "));
const OPEN_COMMANDS = new Set("USER PASS AUTH PBSZ PROT NOOP QUIT SYST FEAT OPTS".split(" "));
const ARGUMENT_COMMANDS = new Set("USER PASS AUTH TYPE MODE STRU OPTS SIZE MDTM REST DELE PBSZ PROT".split(" "));

export class FtpSession implements FtpPeer {
  /** Its number among the server's connections. */
  readonly id: number;
  /** Where the client is, with IPv4 in its own form. */
  readonly address: string;
  /** When it began, on the monotonic clock. */
  readonly openedMs = monotonicClock.now();
  readonly #connection: FtpConnection;
  readonly #socket: Socket;
  readonly #options: FtpSessionOptions;
  readonly #lines: FtpLines;
  readonly #data: DataChannel;
  readonly #localAddress: string;
  readonly #bucket = new TokenBucket(COMMANDS_PER_SEC, monotonicClock);
  /** Until the login; then until the end. */
  #phaseTimer: Deadline;
  #timer: Deadline | undefined;
  #userId: UserId | undefined;
  #username: string | undefined;
  #activeMs = monotonicClock.now();
  /** Of the certificate that the control connection has shown: clients compare that of data connections with it. */
  #secureContext: SecureContext | undefined;
  #transfers: UserTransfers | undefined;
  #transfer: Promise<void> | undefined;
  #aborter: AbortController | undefined;
  #failedLogins = 0;
  /** Where the next RETR begins, as REST said. */
  #start = 0;
  #closed = false;

  /** Takes the lines of a new connection over from ftp-srv, whose reading joins no split lines and knows no bounds. */
  constructor(connection: FtpConnection, { id, address }: FtpPlace, options: FtpSessionOptions) {
    this.id = id;
    this.address = address;
    this.#connection = connection;
    this.#socket = connection.commandSocket;
    this.#options = options;
    this.#localAddress = plainAddress(this.#socket.localAddress ?? "");
    const { passivePorts, timeouts } = options;
    const addresses = { localAddress: this.#localAddress, remoteAddress: address, progressMs: timeouts.progressMs };
    this.#data = new DataChannel({ ...addresses, passivePorts });
    this.#lines = new FtpLines(connection, {
      answer: (line) => this.#answer(line),
      abort: () => this.#aborter?.abort(),
      fail: (reason) => this.close(reason),
    });
    this.#socket.on("close", () => this.#release());
    this.#phaseTimer = new Deadline(() => this.close("Log in faster"), timeouts.loginMs);
    this.#wait(timeouts.idleMs);
  }

  /** Resolves when the picture or listing under way has ended, however; undefined when there is none. */
  get transfer(): Promise<void> | undefined {
    return this.#transfer;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Undefined before the login. */
  get userId(): UserId | undefined {
    return this.#userId;
  }

  get username(): string | undefined {
    return this.#username;
  }

  /** When it last sent a command, or ended one, on the monotonic clock. */
  get activeMs(): number {
    return this.#activeMs;
  }

  get isSecure(): boolean {
    return this.#connection.secure;
  }

  /** File system of ftp-srv's own commands; undefined before the login. */
  get folder(): FtpFolder | undefined {
    return this.#transfers?.folder;
  }

  /** For ftp-srv's `login` event; rejects when it is refused, with a message for the client. */
  async logIn(username: string, password: string): Promise<void> {
    const outcome = await this.#authenticate(username, password);
    // The name stays out of the log: now and then it is a password, typed into the wrong field.
    if (outcome === undefined) this.#logAct("info", "avatar login refused", { reason: "wrong_credentials" });
    else if ("busy" in outcome) this.#logAct("info", "avatar login refused", { reason: "rate_limited" });
    if (outcome === undefined) throw new Error("Wrong name or password");
    if ("busy" in outcome) {
      this.close(outcome.busy);
      throw new Error(outcome.busy);
    }
    this.#transfers = new UserTransfers(outcome.userId, this.#options);
    this.#userId = outcome.userId;
    this.#username = outcome.username;
    this.#phaseTimer.clear();
    if (!this.#closed)
      this.#phaseTimer = new Deadline(() => this.close("Log in again"), this.#options.timeouts.sessionMs);
  }

  /** Entries that a peer can cause at will. */
  #logAct(level: "info" | "error", text: string, fields: LogFields): void {
    const { address } = this;
    this.#options.acts.write(level, text, addressKey(address), { address, ...fields });
  }

  async #authenticate(username: string, password: string): Promise<LoginOutcome> {
    try {
      return await this.#options.authenticate(username, password, this);
    } catch (error) {
      this.#logAct("error", "avatar login failed", { error });
      return { busy: "The server cannot check it now, try again later" };
    }
  }

  /** Says goodbye and closes; transfers are broken off. Any number of times. */
  close(reason: string): void {
    if (this.#closed) return;
    this.#release();
    const socket = this.#connection.commandSocket;
    if (socket.writable) socket.end(`421 ${reason}\r\n`);
    setTimeout(() => {
      socket.destroy();
      this.#socket.destroy();
    }, LINGER_MS).unref();
  }

  #release(): void {
    this.#closed = true;
    this.#timer?.clear();
    this.#phaseTimer.clear();
    this.#lines.close();
    this.#aborter?.abort();
    this.#data.close();
  }

  #wait(deadlineMs: number): void {
    this.#timer?.clear();
    if (!this.#closed) this.#timer = new Deadline(() => this.close("Timeout"), deadlineMs);
  }

  /** One command, to its last reply; resolves with the milliseconds to wait before the next. */
  async #answer(line: string): Promise<number> {
    const { timeouts, log } = this.#options;
    this.#activeMs = monotonicClock.now();
    this.#wait(timeouts.commandMs);
    try {
      await this.#dispatch(commandOf(line));
    } catch (error) {
      // ftp-srv throws TypeErrors for arguments that it did not expect.
      log.debug("ftp command failed", { error });
      await this.#connection.reply(501, "Syntax error");
    }
    this.#activeMs = monotonicClock.now();
    this.#wait(timeouts.idleMs);
    return this.#bucket.take() * 1000;
  }

  async #dispatch(command: FtpCommand): Promise<unknown> {
    const { directive, arg } = command;
    const reply = this.#connection.reply.bind(this.#connection);
    if (this.#transfers === undefined && !OPEN_COMMANDS.has(directive)) return reply(530, "Please log in");
    if (arg === null && ARGUMENT_COMMANDS.has(directive)) return reply(501, "An argument is missing");
    if (directive === "FEAT") return this.#features();
    if (directive === "AUTH") return this.#auth(arg ?? "");
    if (directive === "ABOR") return this.#abort();
    if (directive === "REST") return this.#restart(arg ?? "");
    if (directive === "STAT" && arg === null) return reply(211, "Ready");
    if (isDataCommand(directive)) return openData(command, this.#connection, this.#data, this.#passiveAddress());
    if (["LIST", "NLST", "RETR", "STOR"].includes(directive)) {
      this.#transfer = this.#runTransfer(command);
      return this.#transfer.finally(() => (this.#transfer = undefined));
    }
    if (directive === "DELE") return this.#remove(arg);
    if (FORBIDDEN_COMMANDS.has(directive)) return reply(550, "Not allowed: all you may change is your own picture");
    if (!LIBRARY_COMMANDS.has(directive)) return reply(502, "Not supported here");
    if (directive === "USER" && !this.#mayLogIn()) return reply(530, "Use AUTH TLS first");
    await this.#connection.commands.handle(command);
    if (directive === "PASS") this.#countLogin();
    return undefined;
  }

  /** With a context of its own, so that nobody else has a session that data connections could resume. */
  async #auth(method: string): Promise<unknown> {
    const connection = this.#connection;
    const makeContext = this.#options.secureContext;
    if (!/^TLS(?:-C)?$/i.test(method)) return connection.reply(504, "AUTH TLS only");
    if (makeContext === undefined) return connection.reply(502, "TLS is not configured on this server");
    if (connection.secure) return connection.reply(503, "TLS is in use already");
    const context = makeContext();
    this.#lines.pause(); // what comes next is the client's side of the handshake
    await connection.reply(234, "Begin TLS");
    this.#lines.discard();
    await this.#turnToGreet();
    this.#secureContext = context;
    this.#lines.detach();
    secureControl(connection, context);
    this.#lines.attach();
    return undefined;
  }

  /** Stays unresolved when the connection ends before its turn. */
  #turnToGreet(): Promise<void> {
    const isClosed = (): boolean => this.#closed;
    const greeter = {
      id: 0, // all of an address take their turns together
      get isClosed() {
        return isClosed();
      },
    };
    return new Promise((begin) => this.#options.access.greet(greeter, this.address, begin));
  }

  #mayLogIn(): boolean {
    return this.#connection.secure || this.#options.access.mayBePlain(this.address);
  }

  #countLogin(): void {
    if (this.#transfers !== undefined) return;
    this.#failedLogins++;
    if (this.#failedLogins >= MAX_FAILED_LOGINS) this.close("Too many failed logins");
  }

  /** On loopback the server's own address is the one that is reached. */
  #passiveAddress(): string {
    const own = this.#localAddress;
    return isLoopback(this.address) ? own : (this.#options.passiveAddress ?? own);
  }

  async #features(): Promise<void> {
    const tls = this.#options.secureContext === undefined ? [] : ["AUTH TLS", "PBSZ", "PROT"];
    const lines = [...tls, "EPRT", "EPSV", "MDTM", "REST STREAM", "SIZE", "UTF8"];
    const raw = lines.map((message) => ({ raw: true as const, message: ` ${message}` }));
    await this.#connection.reply(211, "Features:", ...raw, "End");
  }

  /** ftp-srv takes what begins with a number, however large: no position in a file. */
  async #restart(arg: string): Promise<void> {
    const start = /^\d{1,16}$/.test(arg) ? Number(arg) : NaN;
    if (!Number.isSafeInteger(start)) return void (await this.#connection.reply(501, "REST takes a number of bytes"));
    this.#start = start;
    await this.#connection.reply(350, `The next RETR begins at byte ${start}`);
  }

  async #abort(): Promise<void> {
    this.#data.abort();
    await this.#connection.reply(226, "Nothing under way");
  }

  async #runTransfer(command: FtpCommand): Promise<void> {
    const aborter = new AbortController();
    this.#aborter = aborter;
    this.#wait(this.#options.timeouts.transferMs);
    const release = this.#options.limits.transfer(this.#userId ?? "", this.address);
    try {
      if (release === undefined) throw new TransferError(450, "Too many transfers, try again");
      if (!this.#data.isPrepared) throw new TransferError(425, "Use PASV or EPSV first");
      const run = await this.#begin(command);
      await this.#data.arrived();
      await this.#connection.reply(150, "Data connection open");
      const socket = await this.#data.take(this.#secureContext);
      const text = await run(socket, aborter.signal);
      this.#data.end();
      await this.#connection.reply(226, text);
    } catch (error) {
      this.#data.abort();
      const { code, message } = this.#failure(error);
      await this.#connection.reply(code, message);
    } finally {
      this.#aborter = undefined;
      release?.();
    }
  }

  async #remove(path: string | null): Promise<void> {
    try {
      const text = await this.#transfers?.remove(path);
      await this.#connection.reply(250, text ?? "");
    } catch (error) {
      const { code, message } = this.#failure(error);
      await this.#connection.reply(code, message);
    }
  }

  async #begin({ directive, arg }: FtpCommand): Promise<Transfer> {
    const start = this.#start;
    this.#start = 0; // counts for the next transfer only
    if (this.#transfers === undefined) throw new TransferError(530, "Please log in");
    if (directive === "RETR") return this.#transfers.retrieve(arg, start);
    if (directive !== "STOR") return this.#transfers.list(withoutFlags(arg), directive === "NLST");
    if (start > 0) throw new TransferError(554, "A picture is stored whole: no REST before STOR");
    return this.#transfers.store(arg);
  }

  #failure(error: unknown): { code: number; message: string } {
    if (error instanceof TransferError) return error;
    if (error instanceof DataConnectionError) return error;
    this.#logAct("error", "avatar command failed", { error });
    return { code: 451, message: "The server could not do it, try again later" };
  }
}

/** Puts TLS in the place of the control connection's socket; its events are passed on to where they are listened for. */
function secureControl(connection: FtpConnection, secureContext: SecureContext): void {
  const plain = connection.commandSocket;
  const secure = new TLSSocket(plain, { isServer: true, secureContext });
  for (const event of ["timeout", "end", "close", "drain", "error"]) {
    secure.on(event, (...args: unknown[]) => plain.emit(event, ...args));
  }
  connection.commandSocket = secure;
  connection.secure = true;
}

/** Clients write LIST as they would write `ls`: "-la", "-a /". */
function withoutFlags(arg: string | null): string | null {
  return arg?.replace(/^(?:-[A-Za-z]+\s*)+/, "") ?? null;
}
