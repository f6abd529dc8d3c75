// The panel when something goes wrong: real windows of a real server process.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { childrenOf, parentOf } from "../../support/child-processes.ts";
import { eventually } from "../../support/eventually.ts";
import { Person } from "../../support/person.ts";
import { ServerProcess } from "../../support/server-process.ts";
import { WireClient } from "../../support/wire-client.ts";
import { TestPanel } from "../support/panel.ts";
import { user } from "../support/qt.ts";

/** A start of a process on a machine under load takes its time. */
const PATIENCE_MS = 25_000;

/** Takes a port of the loopback address. */
async function takePort(): Promise<{ readonly holder: Server; readonly port: number }> {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const place = holder.address();
  if (place === null || typeof place === "string") throw new Error("no port");
  return { holder, port: place.port };
}

describe("control panel in trouble", () => {
  let server: ServerProcess;
  const panels: TestPanel[] = [];
  beforeEach(async () => {
    server = await ServerProcess.start();
  });
  afterEach(async () => {
    for (const panel of panels.splice(0)) {
      panel.close();
      assert.deepEqual(panel.errors, []);
    }
    await server.remove();
  });

  async function openPanel(): Promise<TestPanel> {
    const panel = await TestPanel.open(server.data);
    panels.push(panel);
    return panel;
  }

  async function newPerson(username: string): Promise<Person> {
    const wire = await WireClient.connect(server.port);
    await wire.ok("register", { username, password: "a long password" });
    return Person.login(wire, username, "a long password");
  }

  it("says that a killed server is gone, refuses what needs it, and goes on when it is back", async () => {
    const { window, pages } = await openPanel();
    const { banner, bannerText, listener } = window;
    window.show(pages.sessions);
    await newPerson("anna");
    await eventually("she is listed", () => pages.sessions.table.values.length === 1);
    await server.kill();
    await eventually("the banner is there", () => !banner.isHidden());
    assert.match(bannerText.text(), /^No connection: .*server.*\. It is tried again every second\.$/);
    assert.equal(listener.state.text(), "No connection");
    for (const part of [listener.run, listener.stop, listener.restart, listener.port]) assert.ok(!part.isEnabled());
    await eventually("it says where none runs", () => bannerText.text().includes(`no server runs in the data folder`));
    window.show(pages.announce);
    user.type(pages.announce.text, "Does anybody hear me?");
    user.click(pages.announce.send);
    await eventually("it is told in place", () => /no connection/.test(pages.announce.outcome.widget.text()));
    window.show(pages.sessions);
    const killed = server;
    server = await killed.again();
    await eventually("the banner is gone", () => banner.isHidden());
    await eventually("it runs", () => listener.state.text() === `Running on 127.0.0.1:${server.port}`);
    const wire = await WireClient.connect(server.port);
    await wire.ok("login", { username: "anna", password: "a long password" });
    await eventually("the page goes on", () => pages.sessions.table.values[0]?.username === "anna");
    await eventually("and so do the curves", () => (pages.overview.samples.last?.sessions ?? 0) === 1);
  });

  it("shows what is done in another panel, and is not closed with it", async () => {
    const [one, other] = [await openPanel(), await openPanel()];
    user.click(one.window.listener.stop);
    await one.answer(/Stop listening\?/, "Stop");
    for (const { window } of [one, other]) {
      await eventually("it is stopped", () => window.listener.state.text() === "Stopped");
    }
    one.window.window.close();
    assert.deepEqual(one.exitCodes, [0]);
    await eventually("it can be run again", () => other.window.listener.run.isEnabled());
    user.click(other.window.listener.run);
    await eventually("it runs", () => other.window.listener.state.text().startsWith("Running"));
    await newPerson("anna");
  });

  it("says why a restart on a taken port failed, and runs where it ran before", async () => {
    const panel = await openPanel();
    const { window, pages } = panel;
    const { listener } = window;
    const anna = await newPerson("anna");
    const { holder, port } = await takePort();
    try {
      listener.port.setText(String(port));
      user.click(listener.restart);
      await panel.answer(/Restart listening\?/, "Restart");
      await eventually("it has failed", () => listener.state.text() === "Stopped");
      await eventually("the reason is told", () => listener.outcome.widget.text() !== "");
      assert.match(listener.outcome.widget.text(), new RegExp(`port: ${port} is in use on 127\\.0\\.0\\.1`));
      assert.equal(listener.port.text(), String(port), "what was typed stays");
      await anna.client.closed();
      window.show(pages.sessions);
      await eventually("nobody is connected", () => pages.sessions.table.values.length === 0);
    } finally {
      holder.close();
    }
    listener.port.setText(String(server.port));
    await eventually("it can be run again", () => listener.run.isEnabled());
    user.click(listener.run);
    await eventually("it runs", () => listener.state.text() === `Running on 127.0.0.1:${server.port}`);
    await WireClient.connect(server.port);
  });
});

describe("control panel that was killed", () => {
  it("leaves the server, and the next one shows what happened", async () => {
    const server = await ServerProcess.start(["-g"]);
    try {
      await eventually("the panel runs", () => childrenOf(server.pid).length === 1, PATIENCE_MS);
      const [killed = 0] = childrenOf(server.pid);
      process.kill(killed, "SIGKILL");
      await eventually("it is gone", () => parentOf(killed) === undefined, PATIENCE_MS);
      const panel = await TestPanel.open(server.data, false, "log");
      const { window, pages } = panel;
      assert.equal(window.page, pages.log, "it is opened on the page that was asked for");
      assert.equal(window.listener.state.text(), `Running on 127.0.0.1:${server.port}`);
      const isTold = (): boolean => pages.log.list.rows.some(({ text }) => /panel has ended.*SIGKILL/.test(text));
      await eventually("the log has it", isTold, PATIENCE_MS);
      panel.close();
      assert.deepEqual(panel.errors, []);
    } finally {
      await server.remove();
    }
  });
});

describe("messenger server -g on a taken port", () => {
  it("says so in one line and does not start, nor open a panel", async () => {
    const { holder, port } = await takePort();
    const server = await ServerProcess.fail(["-g", "-p", String(port)]);
    try {
      const { code } = await server.exit();
      assert.notEqual(code, 0);
      const lines = server.stderr.split("\n").filter((line) => line.startsWith("messenger:"));
      assert.equal(lines.length, 1, server.stderr);
      assert.match(lines[0] ?? "", new RegExp(`${port}.*in use`));
    } finally {
      holder.close();
      await server.remove();
    }
  });
});
