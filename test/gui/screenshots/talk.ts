// The picture of two windows and a terminal that talk: each is a client of its own on one real server.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlignmentFlag, QLabel, QPixmap, QWidget } from "@nodegui/nodegui";
import { eventually } from "../../support/eventually.ts";
import { CLI } from "../../support/server-process.ts";
import { TestClient } from "../support/client.ts";
import { Key, user } from "../support/qt.ts";
import { PASSWORD, type Stage } from "../support/stage.ts";

const { column, label, row } = await import("../../../gui/kit/widgets.ts");

const WINDOW = { width: 760, height: 520 };
const SETTLE_MS = 600;
/** Who says what; the third one sits at a terminal. */
const TALK = [
  ["anna", "Good evening! Is everybody here?"],
  ["boris", "Yes 👋"],
  ["emeka", "Here too, from a terminal: no window, the same chat."],
  ["anna", "The rainbow flag 🏳️‍🌈 and **bold**, do they arrive?"],
  ["emeka", "As text, yes. 日本語 too."],
  ["boris", "Then we are three."],
] as const;

/** `messenger chat` as a process; what it reads and prints is kept as on its screen. */
class TerminalClient {
  readonly #child;
  screen = "";

  constructor(port: number, folder: string) {
    const words = ["chat", "-p", String(port), "--data", folder, "-u", "emeka"];
    this.#child = spawn(process.execPath, [CLI, ...words], { env: { ...process.env, MESSENGER_PASSWORD: PASSWORD } });
    for (const output of [this.#child.stdout, this.#child.stderr])
      output.on("data", (chunk: Buffer) => (this.screen += chunk.toString()));
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  end(): void {
    this.#child.stdin.end();
  }
}

/** Lets three clients talk in the common chat and paints their screens beside each other into `file`. */
export async function shootTalk(stage: Stage, file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "messenger-talk-"));
  const windows = { anna: await TestClient.loggedIn(stage, "anna"), boris: await TestClient.loggedIn(stage, "boris") };
  const terminal = new TerminalClient(stage.server.port, folder);
  for (const { chat } of Object.values(windows)) chat.window.resize(WINDOW.width, WINDOW.height);
  await eventually("the terminal is logged in", () => terminal.screen.includes("\n"), 20_000);
  for (const [who, text] of TALK) {
    if (who === "emeka") terminal.type(text);
    else write(windows[who], text);
    const everywhere = (): boolean =>
      Object.values(windows).every(({ texts }) => texts.at(-1) === text) && terminal.screen.includes(text.slice(0, 12));
    await eventually(`everybody has read: ${text}`, everywhere, 20_000);
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

  const sheet = new QWidget();
  sheet.setInlineStyle("background: #39424d;");
  const pictures = Object.entries(windows).map(([name, { chat }]) => {
    const part = join(folder, `${name}.png`); // by way of a file, since no label takes what grab() gives
    chat.window.grab().save(part, "PNG");
    const picture = new QLabel();
    picture.setPixmap(new QPixmap(part));
    return picture;
  });
  const screen = label({
    text: `$ messenger chat -u emeka\n${terminal.screen.trimEnd()}`,
    align: AlignmentFlag.AlignTop,
  });
  screen.setInlineStyle(
    "background: #101418; color: #d6dde4; padding: 12px 16px; font-family: 'DejaVu Sans Mono','Noto Sans Mono','Noto Color Emoji'; font-size: 13px;",
  );
  sheet.setLayout(
    column({ margins: [16, 16, 16, 16], children: [row({ spacing: 16, children: pictures }), 16, screen] }),
  );
  sheet.show();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  sheet.grab().save(file, "PNG");
  sheet.close();
  terminal.end();
  for (const client of Object.values(windows)) await client.quit();
  rmSync(folder, { recursive: true, force: true });
}

/** Not key by key: the test addon's keyboard has no emoji. */
function write(client: TestClient, text: string): void {
  const { edit } = client.chat.parts.composer;
  edit.setPlainText(text);
  user.press(edit, Key.Return);
}
