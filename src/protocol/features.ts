// Features: what a session can ask to be sent beside what version 1 sends.

/** Those that this server has; a feature is announced by its word here. */
export const FEATURES: readonly string[] = ["changes", "groups"];

/** Those of the words that are features, each once, in the order asked. */
export function grantedFeatures(asked: readonly string[] = []): string[] {
  return [...new Set(asked)].filter((word) => FEATURES.includes(word));
}
