// The control panel's pages on a real server: what they show, and what their buttons do.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { createServer } from "node:net";
import { once } from "node:events";
import { eventually } from "../../support/eventually.ts";
import { TestServer } from "../../support/server.ts";
import { TestPanel } from "../support/panel.ts";
import { textsIn, treeOf, user } from "../support/qt.ts";

const { QPoint } = await import("@nodegui/nodegui");

describe("control panel", () => {
  let server: TestServer;
  let panel: TestPanel;
  beforeEach(async () => {
    server = await TestServer.start({ registrationsPerAddress: 1000 });
    panel = await TestPanel.open(server.config.data);
  });
  afterEach(async () => {
    panel.close();
    assert.deepEqual(panel.errors, []);
    await server.remove();
  });

  it("shows state, facts and samples", async () => {
    const { listener, pages, banner } = panel.window;
    assert.equal(listener.state.text(), `Running on 127.0.0.1:${server.port}`);
    assert.equal(listener.port.text(), String(server.port));
    assert.ok(banner.isHidden());
    const anna = await server.newPerson("anna");
    await anna.say("hello");
    await eventually("the fact is up to date", () => pages.overview.fact("Users online") === "1");
    assert.match(pages.overview.fact("Acknowledged means"), /SQLite/);
    await eventually("a sample has come", () => pages.overview.samples.count > 0);
  });

  it("lists sessions, sorts and filters them, and disconnects one", async () => {
    const [anna, boris] = await server.newPeople("anna", "boris");
    const { sessions } = panel.pages;
    panel.window.show(sessions);
    const names = (): (string | null)[] => sessions.table.values.map(({ username }) => username);
    await eventually("both are listed", () => names().length === 2);
    const shown = treeOf(sessions.table.widget);
    assert.match(shown, /Messenger/); // the client, by its mode
    assert.match(shown, /framed/);
    user.click(sessions.table.heads[1] ?? sessions.filter);
    assert.deepEqual(names(), [anna.username, boris.username]);
    user.click(sessions.table.heads[1] ?? sessions.filter);
    assert.deepEqual(names(), [boris.username, anna.username]);
    user.type(sessions.filter, "ANN");
    assert.deepEqual(names(), [anna.username]);
    assert.ok(!sessions.disconnect.isEnabled(), "nothing is chosen yet");
    const [only] = sessions.table.values;
    if (only) sessions.table.select(only);
    user.click(sessions.disconnect);
    await anna.client.closed();
    await eventually("the list is up to date", () => names().length === 0);
    assert.match(sessions.outcome.widget.text(), /anna.*disconnected/);
  });

  it("bans the address of a session, and lifts the ban", async () => {
    const anna = await server.newPerson("anna");
    const { sessions } = panel.pages;
    panel.window.show(sessions);
    await eventually("she is listed", () => sessions.table.values.length === 1);
    const [only] = sessions.table.values;
    if (only) sessions.table.select(only);
    user.click(sessions.ban);
    const asked = await panel.answer(/Ban 127.0.0.1 for 1 hour\?/, "Ban");
    assert.match(asked, /1 connection of 1 user will be closed/);
    assert.match(asked, /the server's own machine/);
    await anna.client.closed();
    await eventually("it is told", () => /banned for 1 hour/.test(sessions.outcome.widget.text()));
    const { openBans } = await import("../../../gui/panel/bans-dialog.ts");
    const bans = openBans(panel.window.window, panel.window.connection, panel.application.theme);
    await eventually("the ban is listed", () => bans.table.values.length === 1);
    const [ban] = bans.table.values;
    if (ban) bans.table.select(ban);
    user.click(bans.lift);
    await eventually("the ban is lifted", () => bans.table.values.length === 0);
    bans.dialog.close();
    await server.newPerson("boris");
  });

  it("finds users, resets a password, disables, enables", async () => {
    const anna = await server.newPerson("anna");
    await server.newPerson("boris");
    const { users } = panel.pages;
    panel.window.show(users);
    const names = (): string[] => users.table.values.map(({ username }) => username);
    await eventually("both are there", () => names().length === 2);
    const byName = names();
    user.click(users.table.heads[0] ?? users.filter);
    assert.deepEqual(names(), byName.toReversed());
    assert.match(users.table.heads[0]?.text() ?? "", /▾/);
    user.type(users.filter, "anna");
    await eventually("one is found", () => users.table.values.length === 1);
    const [found] = users.table.values;
    if (found) users.table.select(found);
    user.click(users.buttons.reset);
    assert.match(await panel.answer(/Reset the password of anna/, "Reset"), /1 session will end/);
    await anna.client.closed();
    await eventually("it is told", () => /new password/.test(users.outcome.widget.text()));
    user.click(users.buttons.state);
    assert.match(await panel.answer(/Disable anna/, "Disable"), /0 sessions will end/);
    await eventually("she is disabled", () => users.table.values[0]?.state === "disabled");
    await eventually("the button turns round", () => users.buttons.state.text() === "Enable");
    user.click(users.buttons.state);
    await eventually("she is enabled", () => users.table.values[0]?.state === "active");
  });

  it("acts on nobody in the name of the server", async () => {
    await server.newPerson("anna");
    const { users, announce } = panel.pages;
    panel.window.show(announce);
    user.type(announce.text, "Tea is ready");
    user.click(announce.send);
    await eventually("it is said", () => /common chat/.test(announce.outcome.widget.text()));
    panel.window.show(users);
    await eventually("both are listed", () => users.table.values.length === 2);
    const { reset, state, end, remove } = users.buttons;
    const canAct = (): boolean[] => [reset, state, end, remove].map((button) => button.isEnabled());
    for (const account of users.table.values) {
      users.table.select(account);
      const isPerson = account.username.startsWith("anna");
      assert.deepEqual(canAct(), [isPerson, isPerson, isPerson, isPerson], account.username);
    }
    assert.match(textsIn(users.table.widget), /the server\b/);
  });

  it("says so where a list has nothing to show", async () => {
    const { backup, users } = panel.pages;
    panel.window.show(backup);
    await eventually("there is no backup", () => /No backup/.test(textsIn(backup.table.widget)));
    panel.window.show(users);
    await server.newPerson("anna");
    user.type(users.filter, "nobody has such a name");
    await eventually("nobody is found", () => /No user/.test(textsIn(users.table.widget)));
  });

  it("keeps the page where it is when the connection comes and goes", async () => {
    const top = (): number => panel.window.page.widget.mapToGlobal(new QPoint(0, 0)).y();
    const before = top();
    await server.stop();
    await eventually("the banner is there", () => !panel.window.banner.isHidden());
    assert.equal(top(), before);
    await server.start();
    await eventually("the banner is gone", () => panel.window.banner.isHidden());
    assert.equal(top(), before);
  });

  it("tells in place why a user cannot be made, and shows a one-time password", async () => {
    const { openCreateUser } = await import("../../../gui/panel/create-user-dialog.ts");
    const { openOneTimePassword } = await import("../../../gui/panel/one-time-password.ts");
    const { window, connection } = panel.window;
    const made: (string | null)[] = [];
    const dialog = openCreateUser(window, connection, (_, password) => void made.push(password));
    user.type(dialog.name, "no good name!");
    user.click(dialog.yes);
    await eventually("it is refused", () => dialog.outcome.widget.text() !== "");
    assert.match(dialog.outcome.widget.text(), /username/);
    dialog.name.setText("chiara");
    user.click(dialog.yes);
    await eventually("it is made", () => made.length === 1);
    const password = made[0] ?? "";
    const shown = openOneTimePassword(window, "chiara", password);
    assert.equal(shown.secret.text(), password);
    user.click(shown.copy);
    assert.equal(shown.copy.text(), "Copied");
    shown.dialog.close();
    await (await server.connect()).ok("login", { username: "chiara", password });
  });

  it("shows traffic while its page is open, and only then, without texts unless asked", async () => {
    const anna = await server.newPerson("anna");
    const { traffic, announce } = panel.pages;
    panel.window.show(traffic);
    await panel.window.connection.request("status", {});
    await anna.say("a secret of hers");
    await eventually("it is listed", () => traffic.table.values.length === 1);
    const [row] = traffic.table.values;
    if (row) traffic.table.select(row);
    assert.match(traffic.request.toPlainText(), /"action": "add_message"/);
    assert.match(traffic.response.toPlainText(), /"code": 200/);
    assert.doesNotMatch(traffic.request.toPlainText(), /secret/);
    traffic.unmask.setChecked(true);
    await panel.window.connection.request("status", {});
    await anna.say("no secret any more");
    await eventually("the next is listed", () => traffic.table.values.length === 2);
    assert.match(traffic.table.values[1]?.entry.request ?? "", /no secret any more/);
    panel.window.show(announce);
    await panel.window.connection.request("status", {});
    await anna.say("nobody looks");
    await panel.window.connection.request("status", {});
    assert.equal(traffic.model.totalCount, 2);
    panel.window.show(traffic);
    assert.ok(!traffic.unmask.isChecked(), "texts are masked again");
  });

  it("announces to everybody and to one", async () => {
    const anna = await server.newPerson("anna");
    const { announce } = panel.pages;
    panel.window.show(announce);
    await eventually("it says whom it reaches", () => announce.reach.text() === "All accounts, of which 1 online");
    user.click(announce.send);
    assert.match(announce.outcome.widget.text(), /no text/);
    user.type(announce.text, "Tea is ready");
    user.click(announce.send);
    await eventually("it is said", () => /common chat/.test(announce.outcome.widget.text()));
    user.type(announce.text, "For you");
    user.type(announce.username, anna.username);
    assert.ok(announce.toOne.isChecked());
    user.click(announce.send);
    await eventually("it is said to her", () => announce.outcome.widget.text().includes(anna.username));
    const said = await anna.events("message");
    assert.deepEqual(
      said.map(({ message }) => message),
      ["Tea is ready", "For you"],
    );
  });

  it("tails the log, by level", async () => {
    const { log } = panel.pages;
    panel.window.show(log);
    await eventually("the past is there", () => log.list.rows.length > 0);
    assert.equal(log.list.placeOf(log.list.rows[0]?.key ?? "")?.topPx, 6, "few entries stand at the top");
    await server.newPerson("anna");
    await eventually("it goes on", () => log.list.rows.some(({ text }) => text.startsWith("session began")));
    log.level.setCurrentIndex(0);
    assert.equal(log.list.rows.length, 0);
  });

  it("makes a backup and lists it as counted", async () => {
    const { backup } = panel.pages;
    panel.window.show(backup);
    assert.ok(!backup.folder.isEnabled(), "there is none yet");
    user.click(backup.make);
    await eventually("it is made", () => backup.table.values.length === 1);
    assert.match(backup.outcome.widget.text(), /opened and counted/);
    assert.ok(backup.progress.isHidden());
    await eventually("its folder can be opened", () => backup.folder.isEnabled());
  });

  it("stops and runs the listener, and says why it cannot run on a taken port", async () => {
    const { listener } = panel.window;
    const { port } = server;
    user.click(listener.stop);
    await panel.answer(/Stop listening\?/, "Stop");
    await eventually("it is stopped", () => listener.state.text() === "Stopped");
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const place = other.address();
    listener.port.setText(String(typeof place === "object" ? place?.port : ""));
    await eventually("it can be run again", () => listener.run.isEnabled());
    user.click(listener.run);
    await eventually("the reason is told", () => /in use/.test(listener.outcome.widget.text()));
    assert.equal(listener.state.text(), "Stopped");
    other.close();
    await eventually("it can be tried again", () => listener.run.isEnabled());
    listener.port.setText("no port");
    user.click(listener.run);
    assert.match(listener.outcome.widget.text(), /whole number/);
    listener.port.setText(String(port));
    user.click(listener.run);
    await eventually("it runs", () => listener.state.text() === `Running on 127.0.0.1:${port}`);
    await server.newPerson("anna");
  });

  it("says that the server is gone, and goes on when it is back", async () => {
    const { banner, bannerText, listener } = panel.window;
    panel.window.show(panel.pages.sessions);
    await server.stop();
    await eventually("the banner is there", () => !banner.isHidden());
    assert.match(bannerText.text(), /No connection/);
    assert.ok(!listener.restart.isEnabled());
    await server.start();
    await eventually("the banner is gone", () => banner.isHidden());
    await eventually("the state is shown", () => listener.state.text().startsWith("Running"));
    await server.newPerson("anna");
    await eventually("the page goes on", () => panel.pages.sessions.table.values.length === 1);
  });

  it("closes without a question when the server is not its own", () => {
    panel.window.window.close();
    assert.deepEqual(panel.exitCodes, [0]);
    assert.equal(panel.application.question, undefined);
  });
});

describe("control panel of `messenger server -g`", () => {
  let server: TestServer;
  let panel: TestPanel;
  beforeEach(async () => {
    server = await TestServer.start();
    panel = await TestPanel.open(server.config.data, true);
  });
  afterEach(async () => {
    panel.close();
    await server.remove();
  });

  it("asks what becomes of the server, and stays when that is not answered", () => {
    panel.window.window.close();
    const { question } = panel.application;
    assert.ok(question !== undefined);
    assert.ok(panel.window.window.isVisible());
    assert.deepEqual(panel.exitCodes, []);
    question.dialog.close();
    assert.deepEqual(panel.exitCodes, []);
  });

  it("leaves the server running, or stops it", async () => {
    panel.window.window.close();
    const { question } = panel.application;
    if (!question) throw new Error("nothing was asked");
    user.click(question.stop);
    await server.running.shutDownAsked;
    await eventually("the panel ends", () => panel.exitCodes.length === 1);
  });

  it("goes alone when the server shall run on", async () => {
    panel.window.window.close();
    const { question } = panel.application;
    if (!question) throw new Error("nothing was asked");
    user.click(question.keep);
    assert.deepEqual(panel.exitCodes, [0]);
    await server.newPerson("anna");
  });
});
