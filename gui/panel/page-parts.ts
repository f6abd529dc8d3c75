// Common parts of the panel's pages: their frame, the field that filters, and the topic that they follow.
import type { QLineEdit, QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import type { Topic } from "../../src/protocol/admin.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import { column, field, panel, type BoxOptions } from "../kit/widgets.ts";

type Child = BoxOptions["children"][number];

interface PageParts {
  /** Rows above the body. */
  readonly head: readonly Child[];
  /** Takes the room that is left. */
  readonly body: QWidget;
  /** Rows below the body. */
  readonly foot?: readonly Child[];
}

/** A page of the panel as all of them are: head, body and foot, one below the other. */
export function pageOf({ head, body, foot = [] }: PageParts): QWidget {
  const rows: Child[] = [
    panel("page", column({ margins: [22, 16, 22, 10], spacing: 8, children: head })),
    { grow: body },
  ];
  if (foot.length > 0) {
    rows.push(panel("page", column({ margins: [22, 10, 22, 14], spacing: 6, children: foot })));
  }
  return panel("page", column({ children: rows }));
}

/** The field that narrows a list down; `title` says by what. */
export function filterField(title: string, onChange: (text: string) => unknown): QLineEdit {
  return field({ title, placeholder: title, name: "search", onChange });
}

/** "12 entries", or "3 of 12" where a filter hides some. */
export function countText(shownCount: number, totalCount: number, things: string): string {
  const total = totalCount.toLocaleString("en");
  return shownCount === totalCount ? `${total} ${things}` : `${shownCount.toLocaleString("en")} of ${total}`;
}

/** Follows a topic of the server while its page is in view. */
export class PageTopic implements Disposable {
  readonly #connection: ReconnectingAdminClient;
  readonly #topic: Topic;
  #watch: Disposable | undefined;

  constructor(connection: ReconnectingAdminClient, topic: Topic) {
    this.#connection = connection;
    this.#topic = topic;
  }

  /** May be called while it is followed already. */
  follow(): void {
    this.#watch ??= this.#connection.watch(this.#topic);
  }

  dispose(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
  }
}
