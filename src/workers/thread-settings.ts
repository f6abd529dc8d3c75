// What every thread of the pools is started with.
import { workerData } from "node:worker_threads";

/** Settings that the threads need; they cross as workerData. */
export interface ThreadSettings {
  /** `sqlite:…` or `mongodb://…`. */
  readonly storeUrl: string;
  /** Absolute; where a relative file of the store is. */
  readonly dataDir: string;
  /** Work factor of bcrypt: the binary logarithm of its rounds. */
  readonly bcryptCost: number;
}

/** The settings of the thread that asks. */
export function threadSettings(): ThreadSettings {
  return workerData as ThreadSettings; // pools.ts gives nothing else
}
