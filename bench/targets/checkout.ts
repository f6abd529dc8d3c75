// A checkout of the messenger: how its server is started, and how a new store of its format is filled.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BenchUsageError } from "../usage-error.ts";
import { prefillStore, type Prefill, type Prefilled } from "./prefilled-users.ts";

export interface Checkout {
  /** In the results; undefined for the checkout of this bench. */
  readonly name: string | undefined;
  /** Starts a server when its options follow. */
  readonly serverCommand: readonly string[];
  readonly folder: string | undefined;
  /** See `prefillStore`: by the checkout's own code, since the format of the store may be another. */
  prefill(url: string, dataDir: string, prefill: Prefill): Promise<Prefilled>;
}

const CLI = fileURLToPath(new URL("../../src/cli.js", import.meta.url));

/** The checkout of this bench. */
export const OWN_CHECKOUT: Checkout = {
  name: undefined,
  serverCommand: [process.execPath, CLI, "server"],
  folder: undefined,
  prefill: prefillStore,
};

/**
 * Another one, whose `dist` is there with its bench. Its server is started as its `npm start` does.
 * @throws BenchUsageError when `folder` is none.
 */
export function otherCheckout(folder: string): Checkout {
  const root = resolve(folder);
  const start = startScript(root);
  return {
    name: basename(root),
    // The script ends in the server's command, which replaces the shell by `exec`.
    serverCommand: ["sh", "-c", `${start} "$@"`, start],
    folder: root,
    prefill: async (url, dataDir, prefill) => {
      const file = pathToFileURL(join(root, "dist", "bench", "targets", "prefilled-users.js")).href;
      const module = (await import(file)) as unknown;
      const filled: unknown = await prefillOf(module, file)(url, dataDir, prefill);
      return prefilled(filled, file);
    },
  };
}

function startScript(root: string): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const start = field(field(manifest, "scripts"), "start");
    if (typeof start === "string") return start;
  } catch {
    // said below, whatever is wrong with the file
  }
  throw new BenchUsageError(`--checkout: ${root}: is not a checkout of the messenger`);
}

function prefillOf(module: unknown, file: string): (...args: unknown[]) => unknown {
  const prefill = field(module, "prefillStore");
  if (typeof prefill === "function") return prefill as (...args: unknown[]) => unknown;
  throw new BenchUsageError(`--checkout: ${file}: has no prefillStore`);
}

function prefilled(value: unknown, file: string): Prefilled {
  const users = field(value, "users");
  const guarantee = field(value, "guarantee");
  const isUser = (user: unknown): boolean =>
    ["userId", "username", "token"].every((name) => typeof field(user, name) === "string");
  if (!Array.isArray(users) || !users.every(isUser)) throw new BenchUsageError(`--checkout: ${file}: made other users`);
  return { users: users as Prefilled["users"], guarantee: typeof guarantee === "string" ? guarantee : undefined };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
