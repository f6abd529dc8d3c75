// The client as measurements start it: `child.js FOLDER CHAT`, on whatever display there is. Prints what happens as JSON lines.
import { PerformanceObserver } from "node:perf_hooks";
import { bootQt, eventLoopStats } from "../../../gui/boot.ts";

const [folder = "", chatId = "common"] = process.argv.slice(2);
bootQt();
const { Application } = await import("../../../gui/chat/application.ts");
const tell = (event: string, more: object = {}): void =>
  void process.stdout.write(
    `${JSON.stringify({ event, nowMs: Date.now(), sinceStartMs: performance.now(), ...more })}\n`,
  );

const logger = {
  error: (text: string, fields: object = {}) => tell("error", { text, fields }),
  warn() {},
  info() {},
  debug() {},
  child: () => logger,
  async close() {},
};
const application = new Application({
  folder,
  server: undefined,
  username: undefined,
  logger,
  onQuit: (code) => process.exit(code),
});
await application.start();
const { chat, session } = application.windows;
if (!chat || !session) throw new Error("no session to resume in this folder");
chat.openChat(chatId);

const { edit } = chat.parts.composer;
edit.addEventListener("textChanged", () => {
  edit.repaint();
  tell("painted", { text: edit.toPlainText().slice(-1) });
});

let longestGcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration);
}).observe({ entryTypes: ["gc"] });

const timer = setInterval(() => {
  const rows = chat.parts.messages.shownRows.length;
  if (rows < 5) return;
  clearInterval(timer);
  chat.window.repaint();
  tell("shown", { rows });
}, 2);

process.on("SIGUSR2", () => {
  const memory = process.memoryUsage();
  tell("state", {
    state: session.messenger.state.kind,
    items: chat.parts.messages.rows.length,
    heapUsed: memory.heapUsed,
    external: memory.external,
    loop: eventLoopStats(),
    longestGcMs,
  });
});

// Commands of the measuring process, one a line.
let rest = "";
process.stdin.setEncoding("utf8").on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) void command(line.split(" "));
});

async function command([verb, ...words]: string[]): Promise<void> {
  const conversation = session?.workspace.conversation(chat?.chatId ?? "common");
  if (verb === "open") chat?.openChat(words[0] ?? "common");
  if (verb === "scroll") chat?.parts.messages.scrollPages(Number(words[0]));
  if (verb === "end") await chat?.parts.messages.jumpToEnd();
  if (verb === "send") conversation?.send(words.join(" "));
  if (verb === "load")
    while (conversation?.hasOlder === true && conversation.items.length < Number(words[0]))
      await conversation.loadOlder(200);
  if (verb === "gc") (globalThis as { gc?: () => void }).gc?.();
  if (verb === "quit") await application.quit();
  tell("done", { verb, items: conversation?.items.length });
}
tell("started");
