// Reasons for which a request is served again: password work, and what takes longer than a slice. Types only.
import type { FoundUser as DirectoryUser } from "../protocol/entities.ts";
import type { SearchablePlace, SearchPlace } from "../store/store.ts";
import type { GlobalPlace } from "./global-search.ts";

/** Work of the password threads: verify first, and hash only when that succeeded. */
export interface PasswordJob {
  readonly verify?: { readonly password: string; readonly hash: string };
  readonly hash?: string;
}

export interface PasswordResult {
  /** Undefined when nothing was to be verified. */
  readonly verified: boolean | undefined;
  /** The stored hash that it was verified against; the user's may be another by now. */
  readonly verifiedHash: string | undefined;
  /** The new hash that was asked for. */
  readonly hash: string | undefined;
}

/** Password work that a request waits for; when it is done or refused, the request is served again with the PasswordVerdict. */
export interface PasswordRequest {
  readonly kind: "login" | "register" | "changePassword" | "deleteAccount";
  /** Key of the name that failures count for. */
  readonly account: string;
  readonly job: PasswordJob;
}

/** Outcome of a PasswordRequest. */
export type PasswordVerdict =
  | { readonly granted: true; readonly result: PasswordResult }
  | { readonly granted: false; readonly info: string; readonly retryAfter: number };

/** Where a request that was begun goes on. */
export type Continuation = SearchPlace | DirectoryPlace | SearchablePlace | GlobalPlace;

/** Within the directory. */
export interface DirectoryPlace {
  readonly found: readonly DirectoryUser[];
  /** Key of the last name that was looked at. */
  readonly after: string;
}
