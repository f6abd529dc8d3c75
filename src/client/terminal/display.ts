// Formatting for a terminal: lines of text that cannot steer it.
import type { Message, Profile } from "../../protocol/entities.ts";
import { SERVER_USER_ID } from "../../protocol/ids.ts";
import { parseMarkup, type Span } from "../../protocol/markup.ts";
import { visibleMessage } from "../../util/visible-text.ts";

/** Escape sequences for emphasis, by the span's flag. */
const STYLES: readonly (readonly [keyof Span, string])[] = [
  ["isBold", "\u001b[1m"],
  ["isItalic", "\u001b[3m"],
  ["isUnderlined", "\u001b[4m"],
  ["isCode", "\u001b[2m"],
];
const PLAIN = "\u001b[0m";

/** A message's text in one or more lines; with `styled` its emphasis is shown instead of its marks. */
function textLines(text: string, styled: boolean): string[] {
  if (!styled) return text.split(/\r\n|\n/).map(visibleMessage);
  const shown = parseMarkup(text).flatMap((span) => (span.isMark ? [] : [styledSpan(span)]));
  return shown.join("").split("\n");
}

function styledSpan(span: Span): string {
  const start = STYLES.flatMap(([flag, sequence]) => (span[flag] === true ? [sequence] : [])).join("");
  const lines = span.text.split(/\r\n|\n/).map(visibleMessage);
  // The style ends with each line, so that the indentation of the next one is not styled.
  return lines.map((line) => (start === "" || line === "" ? line : start + line + PLAIN)).join("\n");
}

/**
 * `[12:34 #7] [chat] author: text`, with the message's seq, by which commands mean it; further lines of the text are
 * indented. Remarks on a message stand in parentheses, as no username can.
 */
export function messageLine(message: Message, chatTitle: string, styled: boolean): string {
  const [first = "", ...rest] = textLines(message.message, styled);
  const marks = marksOf(message).map((mark) => ` (${mark})`);
  const author = visibleMessage(message.username) + marks.join("");
  const head = `[${clockTime(message.time * 1000)} #${message.seq}] [${visibleMessage(chatTitle)}] ${author}: `;
  return [head + first, ...rest.map((line) => `    ${line}`)].join("\n");
}

function marksOf(message: Message): string[] {
  return [
    ...(message.user_id === SERVER_USER_ID ? ["the server"] : []),
    ...(message.reply_to === undefined ? [] : [`to #${message.reply_to}`]),
    ...(message.edited === undefined ? [] : ["edited"]),
    ...(message.deleted === undefined ? [] : [message.deleted === "author" ? "deleted" : "deleted by a moderator"]),
    ...(message.pinned === true ? ["pinned"] : []),
    ...Object.entries(message.reactions ?? {}).map(([reaction, { count }]) => `${visibleMessage(reaction)} ${count}`),
  ];
}

/** Hours and minutes, with the day in front when it is another one than today. */
export function clockTime(timeMs: number, nowMs = Date.now()): string {
  const [day, time] = dayAndTime(timeMs);
  return day === dayAndTime(nowMs)[0] ? time : `${day} ${time}`;
}

function dayAndTime(timeMs: number): readonly [string, string] {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}`,
  ];
}

export function profileLines(profile: Profile): string[] {
  const name = [profile.first_name, profile.second_name].filter((part) => part !== "").join(" ");
  return [
    `name: ${visibleMessage(profile.username)}${name === "" ? "" : ` (${visibleMessage(name)})`}`,
    `bio: ${profile.bio === "" ? "none" : visibleMessage(profile.bio)}`,
    `picture: ${profile.file_name === null ? "none" : visibleMessage(profile.file_name)}`,
  ];
}
