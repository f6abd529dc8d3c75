// The picture of a chat: of the other user, of a group, or the sign of the chat for everybody.
import type { QPixmap } from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { iconPixmap } from "../kit/icons.ts";
import type { Theme } from "../kit/theme.ts";
import type { Avatars } from "./avatars.ts";

/** `color` is that of the sign. */
export function chatPicture(
  { kind, chatId, userId, title }: Pick<ChatRow, "kind" | "chatId" | "userId" | "title">,
  avatars: Avatars,
  theme: Theme,
  sizePx: number,
  color = theme.colors.accent,
): QPixmap {
  if (userId !== undefined) return avatars.pixmap(userId, title, sizePx);
  if (kind === "group") return avatars.initials(chatId, title, sizePx);
  return iconPixmap("people", color, sizePx, theme.pixelRatio);
}
