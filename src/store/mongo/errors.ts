// Translation of the driver's errors into the store's. The driver's own are never passed on: they carry documents.
import {
  MongoAPIError,
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";
import { StoreOpenError, StoreUnavailableError } from "../store.ts";
import { withoutSecrets } from "./url.ts";
import type { MongoUrl } from "./url.ts";

export const DUPLICATE_KEY = 11000;
/** Error code of a collection that is not there. */
export const NAMESPACE_NOT_FOUND = 26;

/** Codes that say that one document is at fault, not the server's state; 8 is what servers of others say of anything. */
const DOCUMENT_CODES: ReadonlySet<number> = new Set([2, 8, 9, 14, 121, 10334, 17280]);
/** The login was refused, or may not do what the store needs. */
const LOGIN_CODES: ReadonlySet<number> = new Set([13, 18, 31, 8000]);
/**
 * The driver's errors about its own state; part of its API errors, the rest of which are bugs of ours. A session that has
 * expired is the driver's own (we begin none): what was under way when the client was closed meets it.
 */
const CLOSED = [
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoServerClosedError,
  MongoClientClosedError,
  MongoExpiredSessionError,
];

/** A bulk write wraps whatever went wrong; this is what did, unless single documents were refused. */
export function unwrap(error: unknown): unknown {
  if (!(error instanceof MongoBulkWriteError) || error.result.hasWriteErrors()) return error;
  const inner: unknown = error.errorResponse;
  return inner instanceof Error ? inner : error;
}

/** The first document of an ordered write that was refused while those before it were stored, acknowledged as asked. */
export function refusedDocument(error: unknown): { readonly index: number; readonly code: number } | undefined {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) return undefined;
  const [first] = [error.writeErrors].flat();
  return first === undefined ? undefined : { index: first.index, code: first.code };
}

/** Whether a document is at fault; `code` is the server's, undefined where the driver could not encode it. */
export function isDocumentFault(code: number | undefined): boolean {
  return code === undefined || DOCUMENT_CODES.has(code);
}

/** Whether the driver refused to encode what it was given, so that nothing was sent. */
export function isEncodingFault(error: unknown): boolean {
  if (error instanceof MongoAPIError) return !CLOSED.some((kind) => error instanceof kind);
  return error instanceof RangeError || (error instanceof Error && error.name.startsWith("BSON"));
}

export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Whether each document of a bulk write that was not written is there already. */
export function isOnlyDuplicates(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) return false;
  const errors = [error.writeErrors].flat();
  return errors.length > 0 && errors.every(({ code }) => code === DUPLICATE_KEY);
}

/** StoreUnavailableError for whatever a server or the way to it can cause; a bug's error as it is. */
export function storeError(raw: unknown, url: MongoUrl): unknown {
  const error = unwrap(raw);
  if (error instanceof StoreUnavailableError || error instanceof StoreOpenError) return error;
  if (!isOutside(error)) return error;
  return new StoreUnavailableError(`store ${url.label}: ${explain(error, url)}`);
}

/** As `storeError`, for the start: what waiting cannot heal is a StoreOpenError. */
export function openError(raw: unknown, url: MongoUrl): unknown {
  const error = unwrap(raw);
  if (error instanceof MongoServerError && LOGIN_CODES.has(Number(error.code))) {
    return new StoreOpenError(
      `store ${url.label} refuses the login: look at user, password and rights (${codeOf(error)})`,
    );
  }
  // Those of a `mongodb+srv:` URL come with the first operation; the parser's class is not the driver's.
  if (error instanceof Error && error.name === "MongoParseError") return urlError(error, url);
  return storeError(error, url);
}

/** The driver's errors about a URL that it does not take. */
export function urlError(error: unknown, url: MongoUrl): StoreOpenError {
  const text = error instanceof Error ? error.message : String(error);
  return new StoreOpenError(`store ${url.label}: the URL cannot be used: ${withoutSecrets(text, url)}`);
}

function isOutside(error: unknown): error is MongoError {
  if (error instanceof MongoAPIError) return CLOSED.some((kind) => error instanceof kind);
  return error instanceof MongoError;
}

/** Never a server's own text for a refused write: it quotes values. */
function explain(error: MongoError, url: MongoUrl): string {
  if (error instanceof MongoServerSelectionError) return `cannot be reached: ${withoutSecrets(error.message, url)}`;
  if (error instanceof MongoNetworkError || error instanceof MongoOperationTimeoutError) {
    return `the connection failed: ${withoutSecrets(error.message, url)}`;
  }
  if (error instanceof MongoServerError) return `the server refused the operation (${codeOf(error)})`;
  return withoutSecrets(error.message, url);
}

function codeOf(error: MongoServerError): string {
  const name: unknown = error.codeName ?? error.errorResponse.codeName;
  return typeof name === "string" ? `${name}, code ${error.code}` : `code ${error.code}`;
}
