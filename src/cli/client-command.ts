// `messenger client`: opens the desktop client.
import type { Command, CommandArgs } from "./command.ts";
import { openWindow } from "./open-window.ts";

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
  return openWindow("client.mjs", [...words, ...(args["tls"] === true ? ["--tls"] : [])]);
}
