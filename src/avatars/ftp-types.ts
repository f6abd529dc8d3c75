// The parts of ftp-srv's objects that we use; its own type declarations leave most of them out.
import type { Socket } from "node:net";
import type { AvatarFile } from "./avatar-store.ts";

/** A command as ftp-srv's handlers take it; given whole, so that its own parser never sees the line. */
export interface FtpCommand {
  /** Upper case. */
  readonly directive: string;
  /** Everything after the first space; null when there is nothing. */
  readonly arg: string | null;
  readonly flags: readonly string[];
  readonly raw: string;
}

/** One line of a reply of several; `raw` ones are sent without the code. */
type ReplyLine = string | { readonly raw: true; readonly message: string };

/** A control connection of ftp-srv. */
export interface FtpConnection {
  /** Another object after AUTH TLS. */
  commandSocket: Socket;
  /** True after AUTH TLS. */
  secure: boolean;
  readonly commands: { handle(command: FtpCommand): PromiseLike<unknown> };
  /** Resolves when the reply was handed to the system or the connection is gone; never rejects. */
  reply(code: number, ...lines: readonly ReplyLine[]): PromiseLike<unknown>;
}

/** The file system interface of ftp-srv's PWD, CWD, CDUP, SIZE and MDTM; errors' messages go to the client. */
export interface FtpFolder {
  currentDirectory(): string;
  chdir(path: string | null): string;
  get(path: string | null): Promise<FtpStat>;
}

export interface FtpStat {
  readonly name: string;
  readonly size: number;
  readonly mtime: Date;
  isDirectory(): boolean;
}

export function statOf(file: AvatarFile): FtpStat {
  return {
    name: file.fileName,
    size: file.sizeBytes,
    mtime: new Date(file.modifiedMs),
    isDirectory: () => false,
  };
}
