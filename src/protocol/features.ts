// Features: what a session can ask to be sent beside what version 1 sends.
import type { Framing } from "./frame.ts";

/** Those that this server has; a feature is announced by its word here. */
export const FEATURES: readonly string[] = ["changes", "groups", "deflate"];

/** Those of the words that are features of sessions with this framing, each once, in the order asked. */
export function grantedFeatures(asked: readonly string[] | undefined, framing: Framing): string[] {
  const isThere = (word: string): boolean => FEATURES.includes(word) && (word !== "deflate" || framing === "prefixed");
  return [...new Set(asked)].filter(isThere);
}
