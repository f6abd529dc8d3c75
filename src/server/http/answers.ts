// Answers of the HTTP endpoint: the result of a route, and the head and text that it becomes.
import { STATUS_CODES } from "node:http";

/** A request as routes see it: without its body, since none is taken. */
export interface HttpRequest {
  /** Where it comes from. */
  readonly address: string;
  /** The header of that name. */
  readonly authorization: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Without it the status speaks for itself. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds that the peer is to wait. */
  readonly retryAfter?: number;
  /** The connection ends with it. */
  readonly isLast?: boolean;
}

/** For GET and HEAD, by path. */
export type HttpRoutes = Readonly<Record<string, (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>>>;

/** The path that is asked for, without the query; undefined when there is none. */
export function pathOf(target: string): string | undefined {
  if (target.startsWith("/")) return target.split("?", 1)[0];
  const url = /^https?:\/\//i.test(target) && URL.canParse(target) ? new URL(target) : undefined;
  return url?.pathname;
}

/** An answer as it is sent. */
export function answerText({ status, text = STATUS_CODES[status] ?? "", headers, retryAfter }: HttpAnswer): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly text: Buffer;
} {
  const body = Buffer.from(text);
  const wait = retryAfter === undefined ? {} : { "Retry-After": Math.max(1, Math.ceil(retryAfter)) };
  const common = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  return { status, headers: { ...common, ...wait, ...headers }, text: body };
}

/** The whole answer to what is no request; the connection ends with it. */
export function refusalText(status: number, retryAfter?: number): string {
  const { headers, text } = answerText({ status, ...(retryAfter !== undefined && { retryAfter }) });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}Connection: close\r\n\r\n${text.toString()}`;
}
