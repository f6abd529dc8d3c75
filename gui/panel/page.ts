// The interface of a page of the control panel.
import type { QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import type { Theme } from "../kit/theme.ts";

export interface PageContext {
  readonly connection: ReconnectingAdminClient;
  readonly theme: Theme;
  /** The parent of dialogs. */
  readonly window: QWidget;
  /** Brings a page into view that is about one chat, with this one. */
  readonly visit: (page: "messages" | "announce", chatId: ChatId) => void;
}

export interface Page extends Disposable {
  readonly title: string;
  readonly widget: QWidget;
  /** Comes into view: asks the server for what it shows, from now on. Also called when the server is back. */
  open(): void;
  /** Goes out of view: asks for nothing more. */
  close(): void;
}
