// The data that admin actions take, checked as that of clients is.
import { LOG_LEVELS } from "../../protocol/log-levels.ts";
import { Ajv, type ValidateFunction } from "ajv";
import { TOPICS, type AdminActionName, type AdminActions } from "../../protocol/admin.ts";
import type { Fields } from "../../protocol/envelope.ts";
import { schemaError } from "../../actions/validation.ts";

const text = { type: "string", maxLength: 10_000 };
const count = { type: "integer", minimum: 1, maximum: 100_000 };
const byName = object({ username: text }, ["username"]);
const nothing = object({});

const SCHEMAS: { readonly [A in AdminActionName]: object } = {
  status: nothing,
  samples: nothing,
  sessions: object({ contains: text, limit: count }),
  disconnect: object({ connection: { type: "integer" }, reason: text }, ["connection"]),
  ban: object({ address: text, seconds: { type: "integer", minimum: 1, maximum: 31_536_000 } }, ["address", "seconds"]),
  unban: object({ address: text }, ["address"]),
  bans: nothing,
  users: object({ contains: text, after: text, limit: count }),
  create_user: object({ username: text, password: text }, ["username"]),
  reset_password: byName,
  disable_user: byName,
  enable_user: byName,
  delete_user: byName,
  end_sessions: byName,
  announce: object({ message: text, username: text }, ["message"]),
  listen: object({ address: text, port: { type: "integer", minimum: 0, maximum: 65_535 } }),
  stop_listening: nothing,
  shutdown: nothing,
  backup: nothing,
  backups: nothing,
  log: object({ limit: count, level: { enum: LOG_LEVELS } }),
  subscribe: object(
    {
      topics: { type: "array", items: { enum: TOPICS } },
      unmask_texts: { type: "boolean" },
    },
    ["topics"],
  ),
};

function object(properties: object, required: readonly string[] = []): object {
  return { type: "object", properties, required };
}

const ajv = new Ajv();
const validators = new Map<string, ValidateFunction>();

export function isAdminAction(name: string): name is AdminActionName {
  return Object.hasOwn(SCHEMAS, name);
}

/** The data as its action's type. @throws ProtocolError 400 that names the field. */
export function adminData<A extends AdminActionName>(action: A, data: Fields): AdminActions[A]["data"] {
  let validate = validators.get(action);
  if (validate === undefined) validators.set(action, (validate = ajv.compile(SCHEMAS[action])));
  if (validate(data)) return data;
  throw schemaError(validate.errors?.[0]);
}
