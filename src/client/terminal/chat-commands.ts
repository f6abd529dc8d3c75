// The commands about the current chat as a whole: read, unread, muted.
import type { ChatSession } from "./chat-session.ts";
import { none, type Command } from "./command.ts";

export const CHAT_COMMANDS: Readonly<Record<string, Command>> = {
  read: {
    usage: "/read",
    help: "mark the current chat as read",
    runInSession: (session, { rest }) => {
      none(rest, "/read");
      session.markRead();
    },
  },
  unread: {
    usage: "/unread",
    help: "mark the current chat as unread, on this machine, until you come back to it",
    runInSession: (session, { rest }) => {
      none(rest, "/unread");
      session.workspace.book.markUnread(session.requireChat());
      session.say("marked as unread");
    },
  },
  mute: {
    usage: "/mute",
    help: "print nothing of the current chat while you are in another, but mentions of you; on this machine",
    runInSession: (session, { rest }) => {
      none(rest, "/mute");
      mute(session, true);
    },
  },
  unmute: {
    usage: "/unmute",
    help: "end that",
    runInSession: (session, { rest }) => {
      none(rest, "/unmute");
      mute(session, false);
    },
  },
};

function mute(session: ChatSession, isMuted: boolean): void {
  session.workspace.book.mute(session.requireChat(), isMuted);
  session.say(isMuted ? "muted" : "no longer muted");
}
