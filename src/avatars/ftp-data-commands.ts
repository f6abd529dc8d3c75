// PASV, EPSV, PORT and EPRT (RFC 959, RFC 2428): the client's choice of where data connections are made.
import { isIPv4, isIPv6 } from "node:net";
import type { DataChannel } from "./ftp-data.ts";
import { DataConnectionError } from "./ftp-passive-port.ts";
import type { FtpCommand, FtpConnection } from "./ftp-types.ts";

type DataCommand = "PASV" | "EPSV" | "PORT" | "EPRT";

export function isDataCommand(directive: string): directive is DataCommand {
  return ["PASV", "EPSV", "PORT", "EPRT"].includes(directive);
}

/** Carries one of them out and replies. `address` is the one at which the client reaches this server. */
export async function openData(
  { directive, arg }: FtpCommand,
  connection: FtpConnection,
  data: DataChannel,
  address: string,
): Promise<void> {
  try {
    if (directive === "PASV") await pasv(connection, data, address);
    else if (directive === "EPSV") await epsv(connection, data, arg, address);
    else {
      const target = directive === "PORT" ? parsePort(arg ?? "") : parseEprt(arg ?? "");
      data.dial(target.address, target.port);
      await connection.reply(200, "Noted");
    }
  } catch (error) {
    if (!(error instanceof DataConnectionError)) throw error;
    await connection.reply(directive === "PORT" || directive === "EPRT" ? 501 : 425, error.message);
  }
}

async function pasv(connection: FtpConnection, data: DataChannel, address: string): Promise<void> {
  if (!isIPv4(address)) throw new DataConnectionError("PASV knows IPv4 only, use EPSV");
  const port = await data.listen();
  const host = address.replaceAll(".", ",");
  await connection.reply(227, `Entering Passive Mode (${host},${Math.floor(port / 256)},${port % 256})`);
}

async function epsv(connection: FtpConnection, data: DataChannel, arg: string | null, address: string): Promise<void> {
  const family = isIPv6(address) ? "2" : "1";
  if (arg?.toUpperCase() === "ALL") await connection.reply(200, "EPSV it is");
  else if (arg !== null && arg !== family) await connection.reply(522, `Use (${family})`);
  else await connection.reply(229, `Entering Extended Passive Mode (|||${await data.listen()}|)`);
}

function parsePort(arg: string): { address: string; port: number } {
  const numbers = arg.split(",").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  const [a, b, c, d, high = 0, low = 0] = numbers;
  if (numbers.length !== 6 || numbers.some((number) => number > 255))
    throw new DataConnectionError("six numbers, please");
  return { address: `${a}.${b}.${c}.${d}`, port: high * 256 + low };
}

function parseEprt(arg: string): { address: string; port: number } {
  const match = /^([!-~])([12])\1([0-9A-Fa-f.:]{1,45})\1(\d{1,5})\1$/.exec(arg);
  const [, , family, address = "", port = ""] = match ?? [];
  const isRight = family === "1" ? isIPv4(address) : isIPv6(address);
  if (match === null || !isRight) throw new DataConnectionError("must be like |1|192.0.2.1|1234|");
  return { address, port: Number(port) };
}
