// First bytes of a server before a framing is agreed: a refusal as a JSON line, or a sign that it is another kind of server.
import { connect } from "node:net";
import { Code } from "../protocol/codes.ts";
import { RequestError } from "./errors.ts";
import { errorOf, parseFrame } from "./answers.ts";

/** A refusal is shorter; of what is longer no line is waited for. */
const MAX_LINE_BYTES = 16 * 1024;
/** The first byte of a length prefix, of any frame that a server may send. */
const MAX_PREFIX_BYTE = 0x0f;
const NEWLINE = 0x0a;
/** Content type of a TLS record that carries an alert (RFC 8446, 5.1): what a TLS server answers to plain text. */
const TLS_ALERT = 0x15;
const GREETING_TIMEOUT_MS = 1000;

const STRANGERS: readonly (readonly [RegExp, string])[] = [
  [/^220[ -]/, "this is the port of an FTP or mail server, not of a Messenger server"],
  [/^HTTP\/|^</, "this is the port of a web server, not of a Messenger server"],
  [/^SSH-/, "this is the port of an SSH server, not of a Messenger server"],
];

/**
 * Looks at the first bytes of a connection: "frames" when the server speaks our framing, "more" when that cannot be said
 * yet, else the error that says in the server's words or ours why nothing comes of it. `isAll`: no more bytes will come.
 */
export function readOpening(bytes: Buffer, isAll: boolean): "frames" | "more" | RequestError {
  const first = bytes[0];
  if (first === undefined) return "more";
  if (first <= MAX_PREFIX_BYTE) return "frames";
  const newline = bytes.indexOf(NEWLINE);
  if (newline === -1 && !isAll && bytes.length < MAX_LINE_BYTES) return first === TLS_ALERT ? stranger(bytes) : "more";
  const line = newline === -1 ? bytes : bytes.subarray(0, newline);
  const answer = parseFrame(line);
  return (answer && errorOf(answer)) ?? stranger(line);
}

function stranger(line: Buffer): RequestError {
  const text = line.toString("latin1");
  const known = STRANGERS.find(([pattern]) => pattern.test(text))?.[1];
  const wantsTls = line[0] === TLS_ALERT ? "this server wants TLS" : undefined;
  return new RequestError(Code.BadRequest, known ?? wantsTls ?? "there is no Messenger server at this port");
}

/**
 * The server's first words to a client that connects and says nothing: its refusal, or that it is none of ours. Undefined when it
 * keeps silent, as ours do. For finding out why TLS could not begin.
 */
export function greeting(host: string, port: number): Promise<RequestError | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let bytes: Buffer = Buffer.alloc(0);
    const look = (isAll: boolean): void => {
      const said = readOpening(bytes, isAll);
      if (said === "more" && !isAll) return;
      clearTimeout(timer);
      socket.destroy();
      resolve(said instanceof RequestError ? said : undefined);
    };
    const timer = setTimeout(() => look(true), GREETING_TIMEOUT_MS);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      look(false);
    });
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => look(true));
  });
}
