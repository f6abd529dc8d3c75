// The server's settings, as everything in it takes them: one frozen object, made once (load.ts).
import type { LogFormat, LogLevel } from "../protocol/log-levels.ts";
import { UserError } from "../util/user-error.ts";

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** Each field comes from the option of the same key in options.ts, which also says its default and range. */
export interface Config {
  /** Address or host name to listen on. */
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly panel: boolean;
  /** On the chat's port too. */
  readonly http: boolean;
  /** `sqlite:FILE` (a relative FILE is in the data folder) or `mongodb://…`, password included: never into a log. */
  readonly store: string;
  /** The data folder; absolute. */
  readonly data: string;
  readonly waitForStoreMs: number;
  readonly ftp: boolean;
  /** 0 takes a free port. */
  readonly ftpPort: number;
  /** Undefined takes any free ports. */
  readonly ftpPassivePorts: PortRange | undefined;
  /** The IPv4 address that clients are told for data connections; undefined for the one that they reached. */
  readonly ftpPassiveAddress: string | undefined;
  /** Absolute file names, readable when the server started; both or none. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** `self-signed` makes a certificate where none is given; `require` refuses plain text but from this machine. */
  readonly tls: "off" | "self-signed" | "require" | "self-signed,require";
  readonly bcryptCost: number;
  readonly registration: "open" | "invite" | "closed";
  /** Rule of the directory: everybody, or one's contacts alone. */
  readonly directory: "everybody" | "contacts";
  /** How old a message may be to be edited; 0: none may. */
  readonly editWindowMs: number;
  /** Members that a group may have. */
  readonly groupMembers: number;
  /** Also that of `invitationCodeFile`. */
  readonly invitationCode: string | undefined;
  readonly invitationCodeFile: string | undefined;
  /** Also that of `metricsTokenFile`. */
  readonly metricsToken: string | undefined;
  readonly metricsTokenFile: string | undefined;
  readonly logLevel: LogLevel;
  /** Of the entries on standard error; the files are JSON always. */
  readonly logFormat: LogFormat;
  readonly logKeepDays: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly handshakeTimeoutMs: number;
  readonly frameTimeoutMs: number;
  /** 0: no limit. */
  readonly idleTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly outboxBytes: number;
  /** Per session; a rate of 0: no limit. */
  readonly requestRatePerSec: number;
  readonly requestBurstCount: number;
  readonly byteRatePerSec: number;
  readonly byteBurstCount: number;
  readonly answerRatePerSec: number;
  readonly answerBurstCount: number;
  /** The same for all sessions of an address together. */
  readonly addressRequestRatePerSec: number;
  readonly addressRequestBurstCount: number;
  readonly addressByteRatePerSec: number;
  readonly addressByteBurstCount: number;
  readonly addressAnswerRatePerSec: number;
  readonly addressAnswerBurstCount: number;
  /** Answers with 429 to a connection that goes on before it may, until it is closed; 0: no limit. */
  readonly maxRefusals: number;
  /** Per minute; 0: no limit, as the next two. */
  readonly failedLoginsPerName: number;
  readonly failedLoginsPerAddress: number;
  readonly registrationsPerAddress: number;
  /** Request threads. */
  readonly workers: number;
}

/** A setting that cannot be used; the message is one line for the administrator and names where it was set. */
export class ConfigError extends UserError {
  override readonly name = "ConfigError";
}
