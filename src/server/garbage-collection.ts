// Settings of V8's garbage collector in the server's process.
import { setFlagsFromString } from "node:v8";

/**
 * A heap is collected as a whole when it has grown by so many percent since the last time. V8 chooses between 10 and 300
 * by itself. Under load most of what grows is buffers of sockets and batches, and it chose too little: the main thread
 * stood still for some 7 ms six times a second. docs/reliability.md has the figures.
 */
const HEAP_GROWTH_PERCENT = 300;

/** Sets it for all threads. V8 reads it at each collection, so it may be called at any time. */
export function letGarbageGather(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
}
