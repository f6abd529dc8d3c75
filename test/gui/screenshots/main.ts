// Pictures of the documents: a real server, a scripted conversation, the client's own windows.
//
//   node gui/dist/test/gui/screenshots/main.js FOLDER [NAME…]
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../support/qt.ts";
import type { QWidget } from "@nodegui/nodegui";
import type { ChatId } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import { Stage, PASSWORD } from "../support/stage.ts";
import { Key, user } from "../support/qt.ts";
import { playGroup } from "./group.ts";
import { play, playDetails, playHard, WIDE_NAME } from "./script.ts";

const { Application } = await import("../../../gui/chat/application.ts");
const { portrait } = await import("./portrait.ts");
const { shootTalk } = await import("./talk.ts");
const { shootTrust } = await import("./trust.ts");

const [folder = "docs/images", ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const client = mkdtempSync(join(tmpdir(), "messenger-screenshots-"));
const NAMES = ["anna", "boris", "chiara", "dmitri", "emeka", "fatima.zahra", "grace_h", "hiroshi", WIDE_NAME];
const SETTLE_MS = 600;

if (wanted.length === 0 || wanted.includes("talk")) {
  const three = await Stage.start(["anna", "boris", "emeka"]);
  await shootTalk(three, join(folder, "client-talk.png"));
  await three.remove();
}
if (wanted.length === 0 || wanted.includes("trust")) await shootTrust(join(folder, "client-trust.png"));
const stage = await Stage.start(NAMES);
const application = new Application({
  folder: client,
  server: { host: "127.0.0.1", port: stage.server.port, tls: false },
  username: undefined,
  logger: {
    error: console.error,
    warn: console.error,
    info() {},
    debug() {},
    child() {
      return this;
    },
    async close() {},
  },
  onQuit: () => {},
});

function filesIn(path: string): number {
  return existsSync(path) ? readdirSync(path).length : 0;
}

/** Lets everything be painted and fetched, then takes the picture. */
async function shoot(name: string, window: QWidget): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  window.grab().save(join(folder, `client-${name}.png`), "PNG");
}

function setTheme(theme: "light" | "dark", textPx = 14): void {
  application.preferences.set({ theme, textPx });
  application.theme.apply(theme, textPx);
}

setTheme("light");
await application.start();
const { welcome } = application.windows;
if (!welcome) throw new Error("no window to log in");
await shoot("welcome", welcome.window);
user.click(welcome.parts.tabs[1]);
user.type(welcome.parts.username, "ab");
user.type(welcome.parts.password, "short");
user.type(welcome.parts.repeat, "other");
user.click(welcome.parts.submit);
await shoot("welcome-register", welcome.window);
user.click(welcome.parts.tabs[0]);
welcome.parts.username.setText("anna");
welcome.parts.password.setText(PASSWORD);
welcome.parts.repeat.setText("");

for (const [index, name] of NAMES.entries()) if (index % 3 !== 1) await stage.picture(name, portrait(index));
await stage.befriend("anna", WIDE_NAME, "boris", "chiara", "dmitri", "emeka", "fatima.zahra", "grace_h");
await play(stage);
user.click(welcome.parts.submit);
await eventually("the chat window is open", () => application.windows.chat !== undefined);
const { chat, session } = application.windows;
if (!chat || !session) throw new Error("no chat window");
const { window } = chat;

async function open(chatId: ChatId): Promise<void> {
  chat?.openChat(chatId);
  const conversation = session?.workspace.conversation(chatId);
  await eventually("the chat is loaded", () => conversation !== undefined && !conversation.isLoading);
}

const boris = stage.person("anna").chatWith(stage.person("boris"));
await eventually("the history has come", () => session.messenger.liveSeq("common") > 5);
await open("common");
await eventually("the pictures of people are here", () => filesIn(join(session.account.folder ?? "", "avatars")) >= 4);
await shoot("common-light", window);
await open(boris);
await stage.person("boris").ok("typing", { chat_id: boris });
await shoot("main-light", window);
setTheme("dark");
await shoot("main-dark", window);
await open("common");
await shoot("common-dark", window);

chat.openSearch();
user.type(chat.parts.search.field, "tea");
await chat.parts.search.find("tea");
await shoot("search-dark", window);
setTheme("light");
await shoot("search", window);
chat.parts.search.close();

const group = await playGroup(stage);
await eventually("the group has come", () => session.messenger.liveSeq(group) >= 17);
await open(group);
await shoot("group", window);
chat.parts.messages.scrollPages(-1);
await shoot("group-above", window);
setTheme("dark");
await chat.parts.messages.jumpToEnd();
await shoot("group-dark", window);
chat.parts.messages.scrollPages(-1);
await shoot("group-above-dark", window);
user.type(chat.parts.list.field, "ch");
await eventually("messages are found", () => chat.parts.list.rows.some(({ kind }) => kind === "hit"));
await shoot("found-dark", window);
setTheme("light");
await shoot("found", window);
chat.parts.list.field.setText("");
session.workspace.book.mute("common", true);
session.workspace.book.markUnread(boris);
await stage.person("grace_h").say("@anna, the server is *yours* tonight");
await shoot("marks", window);
session.workspace.book.mute("common", false);

const details = stage.person("anna").chatWith(stage.person("chiara"));
await playDetails(stage);
await eventually("the details have come", () => session.messenger.liveSeq(details) > 5);
await open(details);
await shoot("details", window);
setTheme("dark");
await shoot("details-dark", window);
setTheme("light");

await open(boris);
window.resize(420, 720);
await shoot("narrow", window);
await open(group);
await shoot("group-narrow", window);
await open(boris);
setTheme("light", 20);
window.resize(1000, 720);
await shoot("large-text", window);
setTheme("light");
user.type(chat.parts.composer.edit, "A draft that\u00a0is not sent yet, **with** `marks`");
await shoot("composer", window);
chat.parts.composer.edit.setPlainText("");

const { openProfile } = await import("../../../gui/chat/profile-dialog.ts");
const { openSettings } = await import("../../../gui/chat/settings-dialog.ts");
const { openAddContact } = await import("../../../gui/chat/add-contact-dialog.ts");
const people = { parent: window, session, theme: application.theme, onChat: () => {}, onLink: () => {} };
const own = openProfile({ ...people, userId: session.messenger.userId ?? "", username: "anna" });
await shoot("profile-own", own);
own.close();
const other = openProfile({ ...people, userId: stage.person("chiara").userId, username: "chiara" });
await shoot("profile", other);
other.close();
const settings = openSettings({
  parent: window,
  preferences: application.preferences,
  server: session.server,
  username: "anna",
  onChange: () => {},
  account: { onPassword: () => {}, onSessions: () => {}, onDelete: () => {} },
});
await shoot("settings", settings);
settings.close();
const { dialog: add } = openAddContact({ ...people, onAdded: () => {} });
await shoot("add-contact", add);
add.close();

const { openGroup } = await import("../../../gui/chat/group-dialog.ts");
const { openNewGroup } = await import("../../../gui/chat/new-group-dialog.ts");
const about = openGroup({ ...people, chatId: group, onProfile: () => {}, onWrite: () => {} });
if (!about) throw new Error("there is no group");
await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
await shoot("group-info", about);
setTheme("dark");
await shoot("group-info-dark", about);
setTheme("light");
about.close();
const made = openNewGroup({ ...people, onMade: () => {} });
made.name.setText("Tea on Friday");
for (const name of ["boris", "emeka"]) {
  made.people.people.field.setText(name);
  await eventually(`${name} is found`, () => made.people.people.chosen?.username === name);
  user.press(made.people.people.field, Key.Return);
}
made.people.people.field.setText("ch");
await shoot("new-group", made.dialog);
setTheme("dark");
await shoot("new-group-dark", made.dialog);
setTheme("light");
made.dialog.close();
await playHard(stage);
await open("common");
await shoot("hard", window);
await chat.parts.messages.jumpToEnd();
await shoot("hard-end", window);
chat.parts.messages.scrollPages(-1.25);
await shoot("hard-emoji", window);

await open(boris);
await stage.server.stop();
stage.server.cutClients();
await eventually("the client is offline", () => session.messenger.state.kind === "offline");
session.workspace.conversation(boris).send("Written while the server is away: it goes out by itself later.");
await new Promise((resolve) => setTimeout(resolve, 1200));
await shoot("offline", window);

await application.quit();
await stage.remove();
rmSync(client, { recursive: true, force: true });
process.exit(0);
