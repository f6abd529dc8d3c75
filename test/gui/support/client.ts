// The desktop client of one person on a stage, driven like a user would.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Application as ApplicationType } from "../../../gui/chat/application.ts";
import type { MessageRow, ViewRow } from "../../../gui/chat/message-rows.ts";
import { COMMON_CHAT } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import { Key, user } from "./qt.ts";
import { PASSWORD } from "./stage.ts";

const { Application } = await import("../../../gui/chat/application.ts");

/** Where a client finds its server: a stage, or a server process. */
export interface Place {
  readonly server: { readonly port: number };
}

export class TestClient {
  readonly application: ApplicationType;
  readonly folder: string;
  /** What the application logged as errors. */
  readonly errors: string[] = [];
  /** With what it wanted to end its process. */
  readonly quitCodes: number[] = [];

  constructor(place: Place, folder = mkdtempSync(join(tmpdir(), "messenger-client-"))) {
    this.folder = folder;
    const log = (text: string, fields: object = {}): void => void this.errors.push(`${text} ${JSON.stringify(fields)}`);
    const logger = { error: log, warn: log, info() {}, debug() {}, child: () => logger, async close() {} };
    this.application = new Application({
      folder,
      server: { host: "127.0.0.1", port: place.server.port, tls: false },
      username: undefined,
      logger,
      onQuit: (code) => void this.quitCodes.push(code),
    });
    this.application.preferences.set({ theme: "light", notifies: false });
  }

  /** Starts and logs in through the welcome window, then opens the common chat. */
  static async loggedIn(place: Place, username: string): Promise<TestClient> {
    const client = new TestClient(place);
    await client.application.start();
    const { parts } = client.welcome;
    user.type(parts.username, username);
    user.type(parts.password, PASSWORD);
    user.press(parts.password, Key.Return);
    await client.chatOpens();
    client.chat.openChat(COMMON_CHAT);
    return client;
  }

  get welcome() {
    const { welcome } = this.application.windows;
    if (!welcome) throw new Error("the welcome window is not open");
    return welcome;
  }

  get chat() {
    const { chat } = this.application.windows;
    if (!chat) throw new Error("the chat window is not open");
    return chat;
  }

  get session() {
    const { session } = this.application.windows;
    if (!session) throw new Error("nobody is logged in");
    return session;
  }

  chatOpens(): Promise<void> {
    return eventually("the chat window opens", () => this.application.windows.chat !== undefined);
  }

  /** On a real display: the chat window has the keyboard. */
  inFront(): Promise<void> {
    return eventually("the chat window is in front", () => this.application.windows.chat?.isInUse === true);
  }

  /** Types a text and presses Enter. */
  write(text: string): void {
    const { edit } = this.chat.parts.composer;
    user.type(edit, text);
    user.press(edit, Key.Return);
  }

  /** The messages of the chat in view, in order. */
  get messages(): MessageRow[] {
    return this.chat.parts.messages.rows.filter(isMessage);
  }

  get texts(): string[] {
    return this.messages.map(({ item }) => item.text);
  }

  /** Ends the client; its folder stays with `keep`. */
  async quit(keep = false): Promise<void> {
    const { welcome } = this.application.windows;
    await this.application.quit();
    welcome?.dispose(); // its process would have ended
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

function isMessage(row: ViewRow): row is MessageRow {
  return row.kind === "message";
}
