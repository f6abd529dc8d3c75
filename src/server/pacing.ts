// Constants of pacing: how long what many wait for may go on, and how long it waits to become worth its while.

/** How long something goes on before the event loop has its turn, and how often it looks at the clock. */
export interface Slice {
  readonly ms: number;
  readonly visitsPerLook: number;
}

/**
 * Of the delivery to sessions: long beside a turn of the event loop, short beside a round. A message on its way into the
 * store comes back to the event loop several times, and waits for the end of a slice each time.
 */
export const DELIVERY_SLICE: Slice = { ms: 2, visitsPerLook: 16 };
