// Requests and responses as an administrator may see them: what the table of shown fields names, the rest masked.
import { isActionName } from "../../protocol/actions.ts";
import { SHOWN_FIELDS, type Shown } from "../../protocol/shown-fields.ts";

const MASK = "•••";
/** Of the envelope of a response, beside its action and id. */
const ENVELOPE: Readonly<Record<string, Shown>> = {
  time: "plain",
  code: "plain",
  info: "plain",
  reason: "plain",
  field: "plain",
  retry_after: "plain",
};
interface Rules {
  readonly showsTexts: boolean;
  /** No request has a list in it. */
  readonly mayHoldLists: boolean;
}

/** A field's name that is no secret by itself. */
const FIELD_NAME = /^[a-z_]{1,32}$/i;

/**
 * The JSON of a payload with everything masked that is not known to be harmless; `part` says whether it is a request
 * (its `data`) or a response (the fields of its `result`).
 */
export function maskedText(payload: Uint8Array, part: "data" | "result", showsTexts: boolean): string {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    // No JSON, which may hold anything, a password too; or nested deeper than the stack, which was answered with 400.
  }
  if (!isRecord(value)) return `(${payload.length} bytes that cannot be shown)`;
  const { action } = value;
  const isKnown = typeof action === "string" && isActionName(action);
  const fields: Shown = (isKnown ? SHOWN_FIELDS[action]?.[part] : undefined) ?? {};
  const shown: Shown = part === "data" ? { time: "plain", data: fields } : { ...ENVELOPE, ...asRecord(fields) };
  const rules = { showsTexts, mayHoldLists: part === "result" };
  const members = Object.entries(value).map(([name, member]) => {
    if (name === "action") return [name, isKnown || member === null ? member : MASK];
    // A client's own id may be any text.
    if (name === "id") return [name, typeof member === "number" ? member : MASK];
    return maskedMember(name, member, shown, rules);
  });
  return JSON.stringify(Object.fromEntries(members));
}

function maskedMember(name: string, member: unknown, shown: Shown, rules: Rules): [string, unknown] {
  const how = isRecord(shown) && Object.hasOwn(shown, name) ? shown[name] : undefined;
  return [how !== undefined || FIELD_NAME.test(name) ? name : MASK, masked(member, how, rules)];
}

function masked(value: unknown, how: Shown | undefined, rules: Rules): unknown {
  if (value === null) return null;
  if (how === undefined) return MASK;
  if (how === "names") return isRecord(value) && Object.values(value).every(isScalar) ? value : MASK;
  if (Array.isArray(value)) return rules.mayHoldLists ? value.map((member) => masked(member, how, rules)) : MASK;
  if (how === "plain") return isScalar(value) ? value : MASK;
  if (how === "text") return rules.showsTexts && isScalar(value) ? value : MASK;
  if (!isRecord(value)) return MASK;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => maskedMember(name, member, how, rules)));
}

function asRecord(shown: Shown): Readonly<Record<string, Shown | undefined>> {
  return typeof shown === "string" ? {} : shown;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
