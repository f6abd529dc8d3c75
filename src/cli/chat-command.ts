// `messenger chat`: its options, and the way from them to the line-mode client.
import { runChat } from "../client/terminal/run-chat.ts";
import { DEFAULT_DRAIN_TIMEOUT_SEC, DEFAULT_HOST, loadChatConfig } from "../config/chat-options.ts";
import { DEFAULT_PORT } from "../protocol/limits.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  options: {
    address: { type: "string", alias: "a", placeholder: "HOST", help: "the server", defaultText: DEFAULT_HOST },
    port: { type: "string", alias: "p", placeholder: "PORT", help: "its port", defaultText: String(DEFAULT_PORT) },
    server: { type: "string", placeholder: "HOST:PORT", help: "both together" },
    tls: { type: "boolean", help: "use TLS; the certificate must be one that this system trusts" },
    fingerprint: { type: "string", placeholder: "SHA256", help: "use TLS and accept this certificate only" },
    username: { type: "string", alias: "u", placeholder: "NAME", help: "log in as this user at once" },
    invitation: {
      type: "string",
      placeholder: "CODE",
      help: "the code for /register where the server asks for one; better given by MESSENGER_INVITATION",
    },
    data: { type: "string", placeholder: "FOLDER", help: "where the session, unsent messages and history are kept" },
    keep: { type: "boolean", help: "keep these things; --no-keep keeps nothing", defaultText: "true" },
    "drain-timeout": {
      type: "string",
      placeholder: "SECONDS",
      help: "how long unsent messages may hold up the end",
      defaultText: String(DEFAULT_DRAIN_TIMEOUT_SEC),
    },
  },
  examples: [
    ["messenger chat", "a server on this machine; /register NAME makes a user, /help shows the rest"],
    ["messenger chat --server chat.example.org:40000 --tls -u alice", "a server elsewhere"],
    ["MESSENGER_PASSWORD=... messenger chat -u robot < report.txt", "a file's lines into the common chat"],
  ],
  notes: [
    "Passwords are asked for; a script has them in MESSENGER_PASSWORD, or in the line after /login or /register.",
    "An invitation code is asked for where the server wants one; a script has it in MESSENGER_INVITATION.",
    "In a script, lines of / and letters are commands, others (a path too) are text; // begins a text with /. The first",
    "line that fails ends it: nothing of what follows is carried out or sent, and the exit code is 1. At the end of the",
    "input it leaves when all that was written is stored: exit code 0; it is 1 when something was refused or is not.",
  ].join("\n"),
  run: (args) => runChat(loadChatConfig(args), process.stdin, process.stdout),
};
