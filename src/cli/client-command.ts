// `messenger client`: opens the desktop client in a process of its own, since Qt takes over the process it runs in.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Command, CommandArgs } from "./command.ts";

const OPENER = fileURLToPath(new URL("../../../scripts/client.mjs", import.meta.url));
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export const command: Command = {
  options: {
    server: { type: "string", placeholder: "HOST:PORT", help: "offer this server, in place of the one used last" },
    username: { type: "string", alias: "u", placeholder: "NAME", help: "offer this name to log in with" },
    tls: { type: "boolean", help: "use TLS with this server" },
    data: { type: "string", placeholder: "FOLDER", help: "folder for settings, sessions and history seen" },
  },
  examples: [
    ["messenger client", "opens the window of the account used last"],
    ["messenger client --server chat.example.org:40000", "opens the window to log in there"],
  ],
  notes: "The first start builds the native parts, about a minute on two cores.",
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const words = ["server", "username", "data"].flatMap((name) =>
    args[name] === undefined ? [] : [`--${name}`, String(args[name])],
  );
  const child = spawn(process.execPath, [OPENER, ...words, ...(args["tls"] === true ? ["--tls"] : [])], {
    stdio: "inherit",
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}
