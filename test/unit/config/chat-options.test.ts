// The settings of `messenger chat`: what the command line and the environment come to, and what is refused.
import assert from "node:assert/strict";
import { clientFolder, loadChatConfig } from "../../../src/config/chat-options.ts";

describe("chat options", () => {
  it("has defaults that reach a server on this machine", () => {
    const { folder, ...config } = loadChatConfig({}, { XDG_DATA_HOME: "/data" });
    assert.deepEqual(config, {
      host: "127.0.0.1",
      port: 40_000,
      tls: false,
      fingerprint: undefined,
      username: undefined,
      password: undefined,
      invitation: undefined,
      drainTimeoutMs: 30_000,
    });
    assert.match(folder ?? "", /chat$/);
  });

  it("takes the server in one word or two", () => {
    const where = (args: Record<string, unknown>): unknown[] => {
      const { host, port } = loadChatConfig(args, {});
      return [host, port];
    };
    assert.deepEqual(where({ address: "a.example", port: "8001" }), ["a.example", 8001]);
    assert.deepEqual(where({ server: "a.example:8001" }), ["a.example", 8001]);
    assert.deepEqual(where({ server: "[::1]:8001" }), ["::1", 8001]);
  });

  it("takes the password from the environment, and keeps nothing when told so", () => {
    const config = loadChatConfig({ keep: false }, { MESSENGER_PASSWORD: "secret" });
    assert.equal(config.password, "secret");
    assert.equal(config.folder, undefined);
  });

  it("takes the invitation code from the command line, else from the environment", () => {
    const environment = { MESSENGER_INVITATION: "theirs" };
    assert.equal(loadChatConfig({}, environment).invitation, "theirs");
    assert.equal(loadChatConfig({ invitation: "mine" }, environment).invitation, "mine");
    assert.equal(loadChatConfig({}, { MESSENGER_INVITATION: "" }).invitation, undefined);
  });

  it("uses TLS when a fingerprint is given", () => {
    assert.ok(loadChatConfig({ fingerprint: "AB:".repeat(31) + "AB" }, {}).tls);
  });

  for (const [args, message] of [
    [{ port: "0" }, /--port/],
    [{ port: "70000" }, /--port/],
    [{ server: "host" }, /--server/],
    [{ server: "::1:8001" }, /--server/],
    [{ fingerprint: "12" }, /--fingerprint/],
    [{ "drain-timeout": "soon" }, /--drain-timeout/],
    [{ username: "" }, /--username/],
    [{ invitation: "" }, /--invitation/],
  ] as const) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => loadChatConfig(args, {}), { name: "UserError", message });
    });
  }

  it("follows the customs of each system", () => {
    assert.equal(clientFolder({ XDG_DATA_HOME: "/data" }, "linux"), "/data/messenger-client");
    assert.match(clientFolder({ XDG_DATA_HOME: "relative" }, "linux"), /\.local\/share\/messenger-client$/);
    assert.match(clientFolder({}, "darwin"), /Application Support\/Messenger client$/);
  });
});
