// The headings under which --help shows the options of the server.

/** By the part that they are about. */
export const Group = {
  Start: "Where it listens and what it shows:",
  Store: "Where everything is kept:",
  Avatars: "Avatars (FTP):",
  Security: "Security:",
  Messages: "Messages:",
  Limits: "Limits on connections:",
  Abuse: "Limits against abuse:",
  Log: "Log:",
} as const;
