// Validation of requests' data against the schemas of their actions, compiled once by Ajv.
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { ACTIONS, type ActionName, type DataOf } from "../protocol/actions.ts";
import { type ProtocolError, badField } from "../protocol/codes.ts";

const ajv = new Ajv({ allErrors: false });

type Validators = { readonly [A in ActionName]: ValidateFunction<DataOf<A>> };

const VALIDATORS = Object.fromEntries(
  Object.entries(ACTIONS).map(([action, { schema }]) => [action, ajv.compile(schema)]),
) as unknown as Validators;

/**
 * The data as its action's type.
 * @throws ProtocolError 400 that names the field.
 */
export function validateData<A extends ActionName>(action: A, data: Readonly<Record<string, unknown>>): DataOf<A> {
  const given = withoutNulls(data);
  const validate: ValidateFunction<DataOf<A>> = VALIDATORS[action];
  if (validate(given)) return given;
  throw schemaError(validate.errors?.[0]);
}

/** Null stands for absent. */
function withoutNulls(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const name in data) {
    if (data[name] === null) return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
  }
  return data;
}

/** The validation error, with the name of the wrong member. */
export function schemaError(error: ErrorObject | undefined): ProtocolError {
  if (error === undefined) return badField("data", "wrong");
  if (error.keyword === "required") return badField(String(error.params["missingProperty"]), "missing");
  const [, field = "data"] = error.instancePath.split("/");
  return badField(field, error.message ?? "wrong");
}
