// Users without a home folder: containers run as numbers that no list of users has.
import assert from "node:assert/strict";
import { ConfigError } from "../../../src/config/config.ts";
import { homeFolder } from "../../../src/config/home-folder.ts";
import { loadChatConfig } from "../../../src/config/chat-options.ts";
import { loadConfig } from "../../../src/config/load.ts";

const unknown = (): never => {
  throw new Error("ENOENT: no such file or directory, uv_os_homedir");
};

describe("homeFolder", () => {
  it("is what HOME says, else what the system knows", () => {
    assert.equal(homeFolder([() => "/home/ann", unknown]), "/home/ann");
    for (const nowhere of ["", ".", "home/ann"])
      assert.equal(homeFolder([() => nowhere, () => "/home/ann"]), "/home/ann");
    assert.equal(homeFolder([unknown, () => "/home/ann"]), "/home/ann");
  });

  it("says in one line what to do where there is none", () => {
    for (const finders of [
      [unknown, unknown],
      [() => "", unknown],
      [() => "", () => ""],
    ]) {
      assert.throws(
        () => homeFolder(finders),
        (error) => error instanceof ConfigError && /--data/.test(error.message),
      );
    }
  });

  it("is not needed with --data, or by who keeps nothing", () => {
    const { HOME } = process.env;
    process.env["HOME"] = "";
    try {
      assert.equal(loadConfig({ data: "/srv/messenger" }, {}).data, "/srv/messenger");
      assert.equal(loadChatConfig({ keep: false }, {}).folder, undefined);
      assert.ok(!loadConfig({}, {}).data.startsWith(process.cwd()), "an empty HOME is not the current folder");
    } finally {
      process.env["HOME"] = HOME;
    }
  });
});
