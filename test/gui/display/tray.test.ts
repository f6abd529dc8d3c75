// Closing the window: the program stays where there is a tray, and ends where there is none or the user wants it so.
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { hasTray } = await import("../../../gui/boot.ts");
const hasTrayer = spawnSync("which", ["trayer"], { stdio: "ignore" }).status === 0;

(hasDisplay ? describe : describe.skip)("closing the window (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  let tray: ChildProcess | undefined;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  afterEach(async () => {
    tray?.kill();
    tray = undefined;
    await client.quit();
    await stage.remove();
    await eventually("the tray is gone", () => !hasTray());
  });

  async function startTray(): Promise<void> {
    tray = spawn("trayer", [], { stdio: "ignore" });
    await eventually("the tray is there", hasTray);
  }

  it("ends the program where there is no tray", async () => {
    await hands.press("alt+F4");
    await eventually("it ends", () => client.quitCodes.length === 1);
  });

  it("keeps it running in the tray, from where it comes back (needs trayer)", async function () {
    if (!hasTrayer) return this.skip();
    await startTray();
    await hands.press("alt+F4");
    await eventually("the window is gone", () => !client.chat.window.isVisible());
    await stage.person("boris").say("are you there?");
    await eventually("it still listens", () => client.session.workspace.chats.unread === 1);
    assert.deepEqual(client.quitCodes, []);
    client.application.present();
    await client.inFront();
    assert.ok(client.application.preferences.get().knowsTray, "it was said once");
  });

  it("ends where the user has chosen so, tray or not (needs trayer)", async function () {
    if (!hasTrayer) return this.skip();
    await startTray();
    await hands.press("ctrl+comma");
    await hands.inFront("Settings");
    await hands.click("Stay in the tray when the window is closed");
    await hands.press("Escape");
    await client.inFront();
    await hands.press("alt+F4");
    await eventually("it ends", () => client.quitCodes.length === 1);
  });
});
