// Groups in `messenger chat`, as people and scripts use them: made, changed, left, and lines that stay out of other chats.
import assert from "node:assert/strict";
import { join } from "node:path";
import { AdminClient } from "../../src/client/admin-client.ts";
import { loginResult, ScriptedServer } from "../support/scripted-server.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { Terminal } from "../support/terminal.ts";

describe("groups in messenger chat", () => {
  const folder = tempDirPerTest();
  const terminals: Terminal[] = [];
  let server: ServerProcess;
  let ann: Terminal;
  let ben: Terminal;

  const open = (...args: string[]): Terminal => {
    const terminal = new Terminal(server.port, join(folder(), "clients"), args);
    terminals.push(terminal);
    return terminal;
  };

  beforeEach(async () => {
    server = await ServerProcess.start([], join(folder(), "server"));
    [ann, ben] = [open(), open()];
    for (const [terminal, name] of [
      [ann, "Ann"],
      [ben, "Ben"],
    ] as const) {
      terminal.type(`/register ${name}`);
      await terminal.sees("logged in");
    }
  });

  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.kill();
    await server.stop();
  });

  it("are made with members, talked in, listed and changed", async () => {
    ann.type('/group new "Trip to Rome" Ben', "hello both");
    await ann.sees("* made the group Trip to Rome (group:");
    await ben.sees("* you are in the group Trip to Rome now (member); /group go Trip to Rome");
    await ben.sees("[group Trip to Rome] Ann: hello both");
    ben.type("/group go trip to rome", "hello Ann", "/members", "/groups", "/group");
    await ann.sees("[group Trip to Rome] Ben: hello Ann");
    await ben.sees("* Ann (owner, online)");
    await ben.sees("* Ben (member, online)");
    await ben.sees("): member, 2 members");
    await ben.sees("* rules: all members may write; members see everything (posting all, history all)");
    ann.type("/group title Trip to Pisa", "/group topic in May", "/group rules posting moderators history joined");
    await ann.sees("* the title is now Trip to Pisa");
    await ann.sees("* rules: moderators may write; members see what came after they joined");
    await ben.sees("* the group Trip to Rome is called Trip to Pisa now");
    await ben.sees("* the topic of the group Trip to Pisa is now: in May");
    await ben.sees("* the rules of the group Trip to Pisa are now: posting moderators, history joined");
    ann.type("/group role Ben moderator", "/members");
    await ann.sees("* Ben is now moderator");
    await ann.sees("* Ben (moderator, online)");
    await ben.sees("* you are moderator in the group Trip to Pisa now");
    const admin = await AdminClient.open(server.data);
    const { groups } = await admin.request("groups", {});
    const chat = { chat_id: groups[0]?.chat_id ?? "" };
    await admin.request("archive_group", chat);
    await ben.sees("* the group Trip to Pisa is archived: nobody can write in it any more");
    ben.type("/group");
    await ben.sees("* rules: nobody (it is archived) may write");
    await admin.request("unarchive_group", chat);
    admin.close();
    await ben.sees("* the group Trip to Pisa can be written in again");
    assert.equal(await ann.end(), 0);
    assert.equal(await ben.end(), 0);
    assert.deepEqual(
      ann.lines.filter((line) => /is in the group|is called/.test(line)),
      [],
      "whoever did it is not told of it as news",
    );
  }).timeout(60_000);

  it("keep what is written for them out of other chats once somebody is removed", async () => {
    ann.type("/group new Plans Ben");
    await ben.sees("you are in the group Plans");
    ben.type("/group go Plans", "only for the group");
    await ann.sees("[group Plans] Ben: only for the group");
    ann.type("/group remove ben", "/members", "after");
    await ann.sees("* ben is no longer in the group");
    await ben.sees("* you were removed from the group Plans");
    ben.type("not for everybody");
    await ben.sees("* you are not in this group any more: /common, /msg NAME or /group go TITLE");
    assert.equal(await ben.left(), 1);
    ann.type("/common", "/history");
    assert.equal(await ann.end(), 0);
    for (const terminal of [ann, ben]) assert.deepEqual(terminal.said("common"), []);
    assert.deepEqual(ben.said("group Plans"), ["Ben: only for the group"]);
  }).timeout(60_000);

  it("are left, handed over and deleted", async () => {
    ann.type("/group new Plans Ben");
    await ben.sees("you are in the group Plans");
    ann.type("/group leave");
    await ann.sees("* the last owner cannot leave: /group hand-over NAME first, or /group delete");
    assert.equal(await ann.left(), 1, "a script stops where it fails");
    const again = open("--username", "Ann");
    await again.sees("logged in");
    again.type("/group go Plans", "/group hand-over Ben", "/group leave", "/groups");
    await again.sees("* you have left the group; /common or /msg NAME goes on");
    await again.sees("* you are in no group");
    again.type("/group new Own", "/group leave", "own", "/groups");
    await again.sees("* you are its last member: without you it is deleted");
    await again.sees("* the group is deleted; /common or /msg NAME goes on");
    await ben.sees("* you are owner in the group Plans now");
    await ben.sees("* Ann is no longer in the group Plans");
    ben.type("/group go Plans", "/group delete", "plans", "/groups");
    await ben.sees("* the group is deleted");
    await ben.sees("* you are in no group");
    assert.equal(await again.end(), 0);
    assert.equal(await ben.end(), 0);
  }).timeout(60_000);

  it("are named without doubt, and mistakes are explained", async () => {
    ann.type('/group new "x] Ben: I owe [you"', "a text");
    await ann.sees("[group x) Ben: I owe (you] Ann: a text");
    ann.type("/group new Plans", "/group new plans", "/group go PLANS");
    await ann.sees("* several groups are called PLANS; say which by its id: group:");
    assert.equal(await ann.left(), 1);
    for (const [line, answer] of [
      ["/group add Ann", "* the current chat is no group: /group go TITLE, or /group new TITLE"],
      ["/group go Nowhere", "* you are in no group Nowhere; see /groups"],
      ["/group rename x", "* there is no command /group rename; see /help"],
      ['/group new "Plans', '* a quotation mark (") has to be closed by another, before a space'],
      ["/group new Plans Nobody", "* members: no such user"],
      ["/members", "* the current chat is no group"],
    ] as const) {
      const script = open("--username", "Ben");
      script.type(line);
      await script.sees(answer);
      assert.equal(await script.left(), 1, line);
    }
  }).timeout(60_000);

  it("are refused in plain words by a server that has none", async () => {
    const old = await ScriptedServer.start();
    old.onRequest = (request) => {
      const page = { chat_id: "common", length: 0, messages: [], has_more: false };
      request.peer.answer(request, request.action === "login" ? loginResult("token") : page);
    };
    try {
      const script = new Terminal(old.port, join(folder(), "others"), ["--username", "Alice"]);
      terminals.push(script);
      script.type("/groups", "/group new Plans Ben", "never sent");
      await script.sees("* you are in no group");
      await script.sees("* this server has no groups");
      assert.equal(await script.left(), 1);
      assert.ok(!old.actions.some((action) => /group|add_message/.test(action)));
    } finally {
      await old.close();
    }
  }).timeout(60_000);

  it("are silent when muted, but for mentions; and unread when marked", async () => {
    ann.type("/group new Plans Ben");
    await ben.sees("you are in the group Plans");
    ben.type("/group go Plans", "/mute", "/unread", "/common", "/contacts");
    await ben.sees("* unread: group Plans (marked)");
    ann.type("not heard", "for @Ben");
    await ben.sees("[group Plans] Ann: for @Ben");
    ben.type("/contacts");
    await ben.sees("* unread: 2 in group Plans (1 of them with your name)");
    ben.type("/group go Plans", "/unmute", "/read", "/common", "/contacts", "heard?");
    await ann.sees("[common] Ben: heard?");
    await ben.sees("* unread: nothing");
    ann.type("heard again");
    await ben.sees("[group Plans] Ann: heard again");
    assert.equal(ben.said("group Plans").filter((line) => line === "Ann: not heard").length, 1, "in the history only");
  }).timeout(60_000);
});
