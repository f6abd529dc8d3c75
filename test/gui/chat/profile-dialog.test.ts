// Profiles: a picture that is dropped goes round, what is no picture is refused in place, names are saved.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { png } from "../../support/pictures.ts";
import { TestClient } from "../support/client.ts";
import { textsIn, treeOf, user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const { openProfile } = await import("../../../gui/chat/profile-dialog.ts");

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
    await eventually("the dialog says so", () => treeOf(dialog).includes("This will be your picture when you save."));
    dialog.close();
    const profileOf = async (): Promise<string | null> => {
      const { user_data: profile } = await stage.person("boris").ok("profile", { username: "anna" });
      return profile.file_name;
    };
    assert.equal(await profileOf(), null, "it was given up");
    const again = openOf("anna");
    user.drop(again, file);
    await eventually("the dialog says so", () => treeOf(again).includes("This will be your picture when you save."));
    user.pressButton(again, "Save");
    const { user_data: profile } = await stage.person("boris").client.nextEvent("profile");
    assert.match(profile.file_name ?? "", new RegExp(stage.person("anna").userId));
    await eventually("the dialog is gone", () => !treeOf(client.chat.window).includes("QDialog"));
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
