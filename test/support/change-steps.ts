// Steps of a play of messages and changes: by clients of two people, to their connections and the server.
import fc from "fast-check";
import { range } from "./lists.ts";

/** Clients by their place: two of the first person, one of the second, which keeps things on the disk. */
export const CLIENTS = 3;

export type PlayStep =
  /** `common`: into the common chat, else into the one of the two people. */
  | { readonly kind: "send"; readonly at: number; readonly common: boolean; readonly count: number }
  /** Of an own message that this client has seen, counted from the end. */
  | {
      readonly kind: "edit" | "delete" | "react" | "unreact";
      readonly at: number;
      readonly common: boolean;
      readonly back: number;
    }
  | { readonly kind: "cut" | "hold" | "release" | "reopen"; readonly at: number }
  /** A third person sends many at once, or changes the own ones of the last flood: more than a session may have waiting. */
  | { readonly kind: "flood" | "flood-changes" | "stuff" }
  | { readonly kind: "restart" }
  /** Lets what is under way arrive. */
  | { readonly kind: "wait" };

const at = fc.nat(CLIENTS - 1);
const common = fc.boolean();

export const playStep: fc.Arbitrary<PlayStep> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({ kind: fc.constant("send" as const), at, common, count: fc.constantFrom(1, 2, 30) }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constantFrom("edit" as const, "react" as const, "unreact" as const, "edit" as const, "delete" as const),
      at,
      common,
      back: fc.constantFrom(...range(0, 6)),
    }),
  },
  {
    weight: 25,
    arbitrary: fc.record({
      kind: fc.constantFrom("cut" as const, "hold" as const, "release" as const, "reopen" as const),
      at,
    }),
  },
  { weight: 15, arbitrary: fc.record({ kind: fc.constantFrom("flood" as const, "flood-changes" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stuff" as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 30, arbitrary: fc.record({ kind: fc.constant("wait" as const) }) },
);
