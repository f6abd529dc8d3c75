// Reading what the history cache keeps as JSON: damage may be in a text alone.
import type { Message } from "../protocol/entities.ts";
import { isMessage } from "./shapes.ts";

/** Undefined for what is no JSON. */
export function parseJson(json: unknown): unknown {
  try {
    return typeof json === "string" ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

/** The message, or nothing. */
export function parseMessage(json: unknown): Message[] {
  const value = parseJson(json);
  return isMessage(value) ? [value] : [];
}
