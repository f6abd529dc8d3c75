// The data that admin actions take, checked as that of clients is.
import { LOG_LEVELS } from "../../protocol/log-levels.ts";
import { Ajv, type ValidateFunction } from "ajv";
import { TOPICS, type AdminActionName, type AdminActions } from "../../protocol/admin.ts";
import { ROLES } from "../../protocol/entities.ts";
import type { Fields } from "../../protocol/envelope.ts";
import { MAX_SEARCH_CHARS } from "../../protocol/limits.ts";
import { schemaError } from "../../actions/validation.ts";

const text = { type: "string", maxLength: 10_000 };
const seq = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
const count = { type: "integer", minimum: 1, maximum: 100_000 };
const byName = object({ username: text }, ["username"]);
const ofGroup = object({ chat_id: text }, ["chat_id"]);
const role = { enum: ROLES };
const searched = { type: "string", maxLength: MAX_SEARCH_CHARS };
const nothing = object({});

const SCHEMAS: { readonly [A in AdminActionName]: object } = {
  status: nothing,
  samples: nothing,
  sessions: object({ contains: text, after: { type: "integer", minimum: 0 }, limit: count }),
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
  groups: object({ contains: text, after: text, limit: count }),
  group_members: object({ chat_id: text, after: text, limit: count }, ["chat_id"]),
  add_member: object({ chat_id: text, username: text, role }, ["chat_id", "username"]),
  remove_member: object({ chat_id: text, username: text }, ["chat_id", "username"]),
  set_role: object({ chat_id: text, username: text, role }, ["chat_id", "username", "role"]),
  archive_group: ofGroup,
  unarchive_group: ofGroup,
  delete_group: ofGroup,
  messages: object({ chat_id: text, word: searched, username: text, before: seq, limit: count }, ["chat_id"]),
  user_messages: object({ username: text, word: searched, cursor: text, limit: count }, ["username"]),
  remove_message: object({ chat_id: text, seq }, ["chat_id", "seq"]),
  announce: object({ message: text, username: text, chat_id: text }, ["message"]),
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
