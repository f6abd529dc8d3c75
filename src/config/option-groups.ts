// The headings under which --help and the README show the options.

export const Group = {
  Start: "Where it listens and what it shows:",
  Store: "Where everything is kept:",
  Avatars: "Avatars (FTP):",
  Security: "Security:",
  Limits: "Limits on connections:",
  Abuse: "Limits against abuse:",
  Log: "Log:",
} as const;
