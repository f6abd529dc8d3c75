// The server itself: server_info, ping.
import { FEATURES } from "../../protocol/features.ts";
import {
  MAX_MESSAGE_CHARS,
  MAX_PINS,
  MAX_REACTION_KINDS,
  MAX_REQUEST_BYTES,
  MAX_USER_GROUPS,
} from "../../protocol/limits.ts";
import { packageVersion } from "../../util/package-version.ts";
import type { OpenController, Routes } from "../plan.ts";

export const SERVER = { name: "Messenger", version: packageVersion() };

const serverInfo: OpenController<"server_info"> = (_request, { registration, editWindowMs, groupMembers, now }) => ({
  reply: {
    info: "Server",
    fields: {
      server: SERVER,
      features: [...FEATURES],
      registration: registration.kind,
      limits: {
        message_chars: MAX_MESSAGE_CHARS,
        frame_bytes: MAX_REQUEST_BYTES,
        reaction_kinds: MAX_REACTION_KINDS,
        pins: MAX_PINS,
        group_members: groupMembers,
        user_groups: MAX_USER_GROUPS,
        edit_window: editWindowMs / 1000,
      },
      time: now() / 1000,
    },
  },
});

export const routes = {
  server_info: { open: serverInfo },
  ping: { open: () => ({ reply: { info: "pong", fields: {} } }) },
} satisfies Routes;
