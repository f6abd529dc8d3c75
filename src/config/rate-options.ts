// The options that bound how much one peer may ask, and what becomes of one that does not heed it.
import type { Config } from "./config.ts";
import { integer, type Option } from "./option.ts";
import { Group } from "./option-groups.ts";

/** A burst must have room for the largest request (64 KiB), or that one would be refused for ever. */
const MIN_BYTE_BURST = 131_072;
const MAX_BYTES = 1_073_741_824;

type RateKey =
  | "requestRatePerSec"
  | "requestBurstCount"
  | "byteRatePerSec"
  | "byteBurstCount"
  | "answerRatePerSec"
  | "answerBurstCount"
  | "addressRequestRatePerSec"
  | "addressRequestBurstCount"
  | "addressByteRatePerSec"
  | "addressByteBurstCount"
  | "addressAnswerRatePerSec"
  | "addressAnswerBurstCount"
  | "maxRefusals";

/** A part of OPTIONS. */
export const RATE_OPTIONS: { readonly [K in RateKey]: Option<Config[K]> } = {
  requestRatePerSec: rate("request-rate", 1000, 1_000_000, "per second", "Requests of one session on average"),
  requestBurstCount: burst("request-burst", 5000, { min: 1, max: 1_000_000 }, "Requests of one session at once"),
  byteRatePerSec: rate("byte-rate", 1_048_576, MAX_BYTES, "bytes per second", "Bytes of its requests on average"),
  byteBurstCount: burst(
    "byte-burst",
    8_388_608,
    { min: MIN_BYTE_BURST, max: MAX_BYTES, unit: "bytes" },
    "Bytes of its requests at once",
  ),
  answerRatePerSec: rate(
    "answer-rate",
    2_097_152,
    MAX_BYTES,
    "bytes per second",
    "Bytes of the answers to it on average; beyond them its requests wait",
  ),
  answerBurstCount: burst(
    "answer-burst",
    8_388_608,
    { min: 0, max: MAX_BYTES, unit: "bytes" },
    "Bytes of the answers to it at once",
  ),
  addressRequestRatePerSec: rate(
    "address-request-rate",
    5000,
    1_000_000,
    "per second",
    "Requests of all sessions of one address on average, loopback exempt",
  ),
  addressRequestBurstCount: burst(
    "address-request-burst",
    25_000,
    { min: 1, max: 1_000_000 },
    "Requests of all sessions of one address at once",
  ),
  addressByteRatePerSec: rate(
    "address-byte-rate",
    4_194_304,
    MAX_BYTES,
    "bytes per second",
    "Bytes of their requests on average, loopback exempt",
  ),
  addressByteBurstCount: burst(
    "address-byte-burst",
    33_554_432,
    { min: MIN_BYTE_BURST, max: MAX_BYTES, unit: "bytes" },
    "Bytes of their requests at once",
  ),
  addressAnswerRatePerSec: rate(
    "address-answer-rate",
    8_388_608,
    MAX_BYTES,
    "bytes per second",
    "Bytes of the answers to them on average, loopback exempt; beyond them their requests wait",
  ),
  addressAnswerBurstCount: burst(
    "address-answer-burst",
    33_554_432,
    { min: 0, max: MAX_BYTES, unit: "bytes" },
    "Bytes of the answers to them at once",
  ),
  maxRefusals: integer({
    name: "max-refusals",
    group: Group.Abuse,
    placeholder: "N",
    default: 5000,
    min: 0,
    max: 1_000_000,
    zero: "no limit",
    help: "Refused requests (429) of a connection that does not wait as it is told, before it is closed",
  }),
};

/** How much on average. */
function rate(name: string, byDefault: number, max: number, unit: string, help: string): Option<number> {
  const range = { default: byDefault, min: 0, max, unit, zero: "no limit" };
  return integer({ name, group: Group.Abuse, placeholder: "N", ...range, help });
}

/** How much at once. */
function burst(
  name: string,
  byDefault: number,
  range: { readonly min: number; readonly max: number; readonly unit?: string },
  help: string,
): Option<number> {
  return integer({ name, group: Group.Abuse, placeholder: "N", default: byDefault, ...range, help });
}
