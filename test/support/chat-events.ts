// Answers and events of the stateful test without what its model cannot know: times.
import type { WireEvent } from "./wire-client.ts";

/** A message or an event's data; of `edited` it stays that there is one. */
export function withoutTime(value: object): object {
  const { time: _time, edited, ...rest } = value as { time?: number; edited?: number };
  return edited === undefined ? rest : { ...rest, edited: true };
}

/** A chat as a login's result and events have it. */
export function chatWithoutTime(value: unknown): object {
  const { last_message: last, ...chat } = value as { last_message?: object };
  return { ...chat, ...(last && { last_message: withoutTime(last) }) };
}

export function eventWithoutTime({ event, data }: WireEvent): object {
  const { chat } = data as { chat?: object };
  return { event, data: chat === undefined ? withoutTime(data) : { chat: chatWithoutTime(chat) } };
}

/** The chat of an event; "" for one that is of no chat. */
export function chatIdOf(event: object): string {
  const { data } = event as { data: { chat_id?: string; chat?: { chat_id: string } } };
  return data.chat_id ?? data.chat?.chat_id ?? "";
}
