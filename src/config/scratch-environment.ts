// The environment for a server of its own: without the settings that are meant for the real one.
import { variableOf } from "./options.ts";

/** A copy of the environment, of this process if not given, without any variable that sets an option. */
export function scratchEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const prefix = variableOf("");
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith(prefix)));
}
