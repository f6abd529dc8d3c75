// The sizes that a message's text may have, in logical pixels.

export const MIN_TEXT_PX = 11;
export const MAX_TEXT_PX = 22;
export const DEFAULT_TEXT_PX = 14;
