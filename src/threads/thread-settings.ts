// Settings that every thread of the pools is started with.
import { workerData } from "node:worker_threads";
import type { DirectoryRule, RegistrationRule } from "../actions/plan.ts";

/** Settings that the threads need; they cross as workerData. */
export interface ThreadSettings {
  /** `sqlite:…` or `mongodb://…`. */
  readonly storeUrl: string;
  /** Absolute; where a relative file of the store is. */
  readonly dataDir: string;
  /** Work factor of bcrypt: the binary logarithm of its rounds. */
  readonly bcryptCost: number;
  readonly registration: RegistrationRule;
  readonly directory: DirectoryRule;
  /** How old a message may be to be edited; 0: none may. */
  readonly editWindowMs: number;
  /** Members that a group may have. */
  readonly groupMembers: number;
}

/** The settings of the thread that asks. */
export function threadSettings(): ThreadSettings {
  return workerData as ThreadSettings; // pools.ts gives nothing else
}
