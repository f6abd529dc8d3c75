// Profiles: a picture that is dropped goes round, what is no picture is refused in place, names are saved.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { QWidget } from "@nodegui/nodegui";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { png } from "../../support/pictures.ts";
import { fetchAvatar } from "../../../src/avatars/ftp-client.ts";
import { TestClient } from "../support/client.ts";
import { Key, textsIn, treeOf, user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const { QImage, QColor, QImageFormat, QPainter } = await import("@nodegui/nodegui");
const { picturesFolder } = await import("../../../gui/chat/pictures-folder.ts");
const { openProfile } = await import("../../../gui/chat/profile-dialog.ts");

const times = (count: number, act: () => void): void => {
  for (let time = 0; time < count; time += 1) act();
};
const PORTRAIT = "Part of the picture that is shown, moved by arrow keys";
const CHOSEN = "Drag it to choose the part. It will be your picture";
const LEFT = "#ff0000";
const RIGHT = "#0000ff";

/** Twice as wide as high, its halves of two colours. */
function writeHalves(file: string): void {
  const image = new QImage(400, 200, QImageFormat.RGB32);
  const painter = new QPainter(image);
  painter.fillRect(0, 0, 200, 200, new QColor(LEFT));
  painter.fillRect(200, 0, 200, 200, new QColor(RIGHT));
  painter.end();
  assert.ok(image.save(file, "PNG"));
}

describe("profile dialog", () => {
  let stage: Stage;
  let client: TestClient;
  const links: string[] = [];
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("boris", "anna");
    client = await TestClient.loggedIn(stage, "anna");
  });
  afterEach(async () => {
    await client.quit();
    await stage.remove();
  });

  function openOf(name: string) {
    const { session, application } = client;
    const { userId } = stage.person(name);
    return openProfile({
      parent: client.chat.window,
      session,
      theme: application.theme,
      userId,
      username: name,
      onChat: () => {},
      onLink: (url) => void links.push(url),
    });
  }

  it("shows a picture that is dropped, and stores it when the profile is saved, not before", async () => {
    const file = join(client.folder, "portrait.png");
    writeFileSync(file, png(60, 40));
    const dialog = openOf("anna");
    user.drop(dialog, file);
    await eventually("the dialog says so", () => treeOf(dialog).includes(CHOSEN));
    dialog.close();
    const profileOf = async (): Promise<string | null> => {
      const { user_data: profile } = await stage.person("boris").ok("profile", { username: "anna" });
      return profile.file_name;
    };
    assert.equal(await profileOf(), null, "it was given up");
    const again = openOf("anna");
    user.drop(again, file);
    await eventually("the dialog says so", () => treeOf(again).includes(CHOSEN));
    user.pressButton(again, "Save");
    const { user_data: profile } = await stage.person("boris").client.nextEvent("profile");
    assert.match(profile.file_name ?? "", new RegExp(stage.person("anna").userId));
    await eventually("the dialog is gone", () => !treeOf(client.chat.window).includes("QDialog"));
  });

  /** The colours at the left and right edge of the picture that is stored, in their middle. */
  async function storedColors(): Promise<string[]> {
    const boris = stage.person("boris");
    const { user_data: profile } = await boris.ok("profile", { username: "anna" });
    const { ftp: ticket } = await boris.ok("avatar_ticket", {});
    const file = join(client.folder, "stored.png");
    writeFileSync(file, await fetchAvatar({ host: "127.0.0.1", ticket }, profile.file_name ?? ""));
    const image = new QImage(file);
    assert.equal(image.width(), image.height());
    return [0.02, 0.98].map((part) => {
      const color = image.pixelColor(Math.floor(image.width() * part), Math.floor(image.height() / 2));
      return color.red() > color.blue() ? LEFT : RIGHT;
    });
  }

  for (const [how, move, expected] of [
    ["its middle where nothing is moved", () => {}, [LEFT, RIGHT]],
    [
      "its left end after it was dragged to the right",
      (dialog: QWidget) => user.dragNamed(dialog, PORTRAIT, [20, 60], [100, 0]),
      [LEFT, LEFT],
    ],
    [
      "its right end after ten arrows",
      (dialog: QWidget) => times(10, () => user.pressNamed(dialog, PORTRAIT, Key.Right)),
      [RIGHT, RIGHT],
    ],
  ] as const)
    it(`stores of a picture that is no square ${how}`, async () => {
      const file = join(client.folder, "halves.png");
      writeHalves(file);
      const dialog = openOf("anna");
      user.drop(dialog, file);
      await eventually("it is shown", () => treeOf(dialog).includes(CHOSEN));
      move(dialog);
      user.pressButton(dialog, "Save");
      await stage.person("boris").client.nextEvent("profile");
      assert.deepEqual(await storedColors(), expected);
    });

  it("stores a smaller part of a picture that was made larger", async () => {
    const file = join(client.folder, "halves.png");
    writeHalves(file);
    const dialog = openOf("anna");
    user.drop(dialog, file);
    await eventually("it is shown", () => treeOf(dialog).includes(CHOSEN));
    times(10, () => user.pressNamed(dialog, "Size of the picture", Key.PageUp));
    user.dragNamed(dialog, PORTRAIT, [40, 60], [80, 0]);
    user.pressButton(dialog, "Save");
    await stage.person("boris").client.nextEvent("profile");
    assert.deepEqual(await storedColors(), [LEFT, LEFT]);
  });

  it("takes the own picture away when that is saved, and offers it only where there is one", async () => {
    const isOffered = (dialog: QWidget): boolean => /Button# Remove the picture/.test(treeOf(dialog));
    const without = openOf("anna");
    await client.session.messenger.request("ping", {});
    assert.ok(!isOffered(without));
    without.close();
    await stage.picture("anna", png(60, 60));
    await stage.person("boris").client.nextEvent("profile");
    const given = openOf("anna");
    await eventually("it is offered", () => isOffered(given));
    user.pressButton(given, "Remove the picture");
    assert.match(treeOf(given), /Your picture will be removed when you save/);
    given.close();
    const again = openOf("anna");
    await eventually("it is offered still: it was given up", () => isOffered(again));
    user.pressButton(again, "Remove the picture");
    user.pressButton(again, "Save");
    const { user_data: profile } = await stage.person("boris").client.nextEvent("profile");
    assert.equal(profile.file_name, null);
    await eventually("the dialog is gone", () => !treeOf(client.chat.window).includes("QDialog"));
  });

  it("looks for pictures first where the user keeps them", () => {
    const home = client.folder;
    assert.equal(picturesFolder(home), home);
    mkdirSync(join(home, "Pictures"));
    assert.equal(picturesFolder(home), join(home, "Pictures"));
    mkdirSync(join(home, ".config"));
    const noted = join(home, ".config", "user-dirs.dirs");
    writeFileSync(noted, 'XDG_MUSIC_DIR="$HOME/Musik"\nXDG_PICTURES_DIR="$HOME/Bilder"\n');
    assert.equal(picturesFolder(home), join(home, "Pictures"), "there is no folder of that name");
    mkdirSync(join(home, "Bilder"));
    assert.equal(picturesFolder(home), join(home, "Bilder"));
  });

  it("refuses what is no picture, in place", async () => {
    const file = join(client.folder, "text.png");
    writeFileSync(file, "this is no picture");
    const dialog = openOf("anna");
    user.drop(dialog, file);
    await eventually("the dialog says so", () => treeOf(dialog).includes("Not taken"));
    assert.deepEqual(client.errors, []);
    dialog.close();
  });

  it("may be closed before anything has come", async () => {
    openOf("anna").close();
    openOf("boris").close();
    await client.session.messenger.request("ping", {});
    await eventually("the dialogs are gone", () => !treeOf(client.chat.window).includes("QDialog"));
    assert.deepEqual(client.errors, []);
  });

  it("shows others without anything to change", async () => {
    await stage.person("boris").ok("update_profile", {
      first_name: "Boris",
      second_name: "Ek",
      bio: "<b>plain</b> example.org/me https://example.org",
    });
    const dialog = openOf("boris");
    await eventually("the profile is shown", () => treeOf(dialog).includes("Boris Ek"));
    assert.match(textsIn(dialog), /&lt;b&gt;plain/);
    assert.match(textsIn(dialog), /<a href="https:\/\/example.org"/);
    assert.ok(!treeOf(dialog).includes("QLineEdit"));
    dialog.close();
  });
});
