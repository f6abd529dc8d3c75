// The commands about one message of the current chat, which is meant by the number that it is shown with.
import type { Change } from "../outgoing-entry.ts";
import { messageNumber, messageNumberAndText, none, type Command } from "./command.ts";
import type { ChatSession } from "./chat-session.ts";

export const MESSAGE_COMMANDS: Readonly<Record<string, Command>> = {
  reply: {
    usage: "/reply N TEXT",
    help: "send an answer to message #N",
    runInSession: (session, { rest }) => {
      const [seq, text] = messageNumberAndText(rest, "/reply N TEXT");
      session.messenger.send(session.requireChat(), text, seq);
    },
  },
  edit: {
    usage: "/edit N TEXT",
    help: "give the own message #N another text",
    runInSession: (session, { rest }) => {
      const [seq, text] = messageNumberAndText(rest, "/edit N TEXT");
      return change(session, seq, { kind: "edit", text }, "edited");
    },
  },
  delete: {
    usage: "/delete N",
    help: "delete the own message #N, for everybody",
    runInSession: (session, { rest }) =>
      change(session, messageNumber(rest, "/delete N"), { kind: "delete" }, "deleted"),
  },
  react: {
    usage: "/react N EMOJI",
    help: "react to message #N",
    runInSession: (session, { rest }) => {
      const [seq, reaction] = messageNumberAndText(rest, "/react N EMOJI");
      return change(session, seq, { kind: "react", reaction, on: true }, "reacted to");
    },
  },
  unreact: {
    usage: "/unreact N EMOJI",
    help: "take that reaction back",
    runInSession: (session, { rest }) => {
      const [seq, reaction] = messageNumberAndText(rest, "/unreact N EMOJI");
      return change(session, seq, { kind: "react", reaction, on: false }, "took the reaction back from");
    },
  },
  pin: {
    usage: "/pin N",
    help: "pin message #N in the chat",
    runInSession: (session, { rest }) =>
      change(session, messageNumber(rest, "/pin N"), { kind: "pin", on: true }, "pinned"),
  },
  unpin: {
    usage: "/unpin N",
    help: "end that",
    runInSession: (session, { rest }) =>
      change(session, messageNumber(rest, "/unpin N"), { kind: "pin", on: false }, "unpinned"),
  },
  pins: {
    usage: "/pins",
    help: "show the pinned messages of the current chat, the one pinned last at the end",
    runInSession: async (session, { rest }) => {
      none(rest, "/pins");
      const { messages, next } = await session.messenger.request("pins", { chat_id: session.requireChat() });
      for (const message of messages.toReversed()) session.show(message);
      session.say(`${messages.length} pinned${next === undefined ? "" : ", older ones are not shown"}`);
    },
  },
};

async function change(session: ChatSession, seq: number, wanted: Change, done: string): Promise<void> {
  const isMade = await session.change(seq, wanted);
  session.say(isMade ? `${done} #${seq}` : `#${seq} is changed when there is a connection`);
}
