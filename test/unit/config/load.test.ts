// Settings: what wins over what, every kind of value, and errors that name the place.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../../src/config/config.ts";
import { loadConfig, type CommandLine } from "../../../src/config/load.ts";
import type { Environment } from "../../../src/config/option.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

function errorOf(commandLine: CommandLine, env: Environment = {}): string {
  try {
    loadConfig(commandLine, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.message.split("\n").length, 1);
    return error.message;
  }
  return assert.fail("no error");
}

describe("loadConfig", () => {
  const dir = tempDirPerTest();

  function configFile(content: unknown): string {
    const file = join(dir(), "config.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  }

  it("has a default for everything, frozen", () => {
    const config = loadConfig({}, { XDG_DATA_HOME: "/somewhere" });
    assert.equal(config.port, 40_000);
    assert.equal(config.address, "127.0.0.1");
    assert.equal(config.store, "sqlite:messenger.db");
    assert.equal(config.handshakeTimeoutMs, 60_000);
    assert.equal(config.outboxBytes, 1_048_576);
    assert.equal(config.ftp, true);
    assert.equal(config.ftpPassivePorts, undefined);
    assert.equal(Object.isFrozen(config), true);
  });

  it("puts the data folder where the platform's users expect it", function () {
    if (process.platform !== "linux") return;
    assert.equal(loadConfig({}, { XDG_DATA_HOME: "/somewhere" }).data, "/somewhere/messenger");
    assert.equal(loadConfig({}, { XDG_DATA_HOME: "relative" }).data, join(homedir(), ".local/share/messenger"));
  });

  it("lets the command line win over the environment, and that over the file", () => {
    const config = configFile({ port: 1, "ftp-port": 2, workers: 3, "bcrypt-cost": 4 });
    const env = { MESSENGER_CONFIG: config, MESSENGER_PORT: "11", MESSENGER_FTP_PORT: "12" };
    const loaded = loadConfig({ port: "21" }, env);
    assert.deepEqual([loaded.port, loaded.ftpPort, loaded.workers, loaded.bcryptCost], [21, 12, 3, 4]);
    assert.equal(loadConfig({ config }, { MESSENGER_CONFIG: "/nowhere" }).port, 1);
  });

  it("takes the last of an option given twice, and an empty variable as not set", () => {
    assert.equal(loadConfig({ port: ["1", "2"] }, {}).port, 2);
    assert.equal(loadConfig({}, { MESSENGER_PORT: "" }).port, 40_000);
  });

  it("knows flags and their opposites everywhere", () => {
    assert.equal(loadConfig({ ftp: false }, {}).ftp, false);
    assert.equal(loadConfig({ panel: true }, {}).panel, true);
    assert.equal(loadConfig({}, { MESSENGER_FTP: "off" }).ftp, false);
    assert.equal(loadConfig({}, { MESSENGER_NO_FTP: "1" }).ftp, false);
    assert.equal(loadConfig({ config: configFile({ ftp: false }) }, {}).ftp, false);
    assert.equal(loadConfig({ config: configFile({ "no-ftp": true }) }, {}).ftp, false);
    assert.equal(loadConfig({ config: configFile({ ftp: false }), ftp: true }, {}).ftp, true);
  });

  it("reads every kind of value", () => {
    writeFileSync(join(dir(), "cert.pem"), "");
    const env = { MESSENGER_TLS_CERT: join(dir(), "cert.pem"), MESSENGER_TLS_KEY: join(dir(), "cert.pem") };
    const words = { "ftp-passive-ports": "50000-50010", "ftp-passive-address": "203.0.113.7", "log-level": "debug" };
    const config = loadConfig({ address: "::1", ...words }, env);
    assert.equal(config.address, "::1");
    assert.deepEqual(config.ftpPassivePorts, { min: 50_000, max: 50_010 });
    assert.equal(config.ftpPassiveAddress, "203.0.113.7");
    assert.match(errorOf({ "ftp-passive-address": "example.org" }), /must be an IPv4 address/);
    assert.equal(config.logLevel, "debug");
    assert.equal(config.tlsCert, join(dir(), "cert.pem"));
  });

  it("takes relative files of the config file from its folder", () => {
    assert.equal(loadConfig({ config: configFile({ data: "d" }) }, {}).data, join(dir(), "d"));
    assert.equal(loadConfig({ data: "d" }, {}).data, join(process.cwd(), "d"));
  });

  it("names the option, the variable or the key that is wrong", () => {
    assert.equal(errorOf({ port: "70000" }), 'option --port: must be a whole number, 0 to 65535, not "70000"');
    assert.match(errorOf({}, { MESSENGER_FTP_PORT: "x" }), /^environment variable MESSENGER_FTP_PORT: must be a whole/);
    const file = configFile({ port: "80" });
    assert.equal(
      errorOf({ config: file }),
      `config file ${file}: "port": must be a whole number, 0 to 65535, not "80"`,
    );
    assert.match(errorOf({}, { MESSENGER_NO_FTP: "maybe" }), /^environment variable MESSENGER_NO_FTP: must be true or/);
    assert.match(errorOf({ config: configFile({ "no-ftp": 1 }) }), /"no-ftp": must be true or false, not 1$/);
  });

  for (const [option, ...values] of [
    ["port", "", " ", "-1", "1.5", "1e3", "0x10", "abc", "65536", "99999999999999999999"],
    ["bcrypt-cost", "3", "17"],
    ["outbox-bytes", "1000"],
    ["address", "", "a b", "-", "1.2.3.4/8"],
    ["store", "", "sqlite:", "mysql://h/d", "messenger.db", "mongodb://"],
    ["log-level", "verbose", "INFO"],
    ["ftp-passive-ports", "50000", "2-1", "0-10", "1-70000", "-"],
    ["data", "", "a\0b"],
    ["tls-cert", "/nowhere/cert.pem", "/"],
  ] as const) {
    it(`refuses ${option} of a wrong form`, () => {
      for (const value of values)
        assert.match(errorOf({ [option]: value }), new RegExp(`^option --${option}: `), value);
    });
  }

  it("refuses a file that is no JSON object or holds what is no option, without quoting it", () => {
    const broken = errorOf({ config: configFile('{\n"store": "mongodb://ann:hunter2@db/x"\n"port": 1}') });
    assert.match(broken, /^config file .*config\.json: not valid JSON \(line 3\)$/);
    assert.match(errorOf({ config: configFile("hunter2") }), /not valid JSON$/);
    assert.match(errorOf({ config: configFile([1]) }), /must hold one JSON object$/);
    assert.match(errorOf({ config: configFile({ prot: 1 }) }), /config\.json: unknown option "prot"/);
    assert.match(errorOf({ config: configFile({ config: "x" }) }), /unknown option "config"/);
    assert.match(errorOf({ config: join(dir(), "none.json") }), /^option --config: .*none\.json does not exist$/);
    mkdirSync(join(dir(), "folder"));
    assert.match(errorOf({ config: join(dir(), "folder") }), /is not a file$/);
  });

  it("keeps a store's password and the invitation code out of the error", () => {
    assert.doesNotMatch(errorOf({ "invitation-code": "hunter2\0" }), /hunter2/);
    assert.doesNotMatch(errorOf({ store: "mongo://ann:hunter2@db/x" }), /hunter2/);
  });

  it("takes the invitation code from a file of its own, and quotes nothing of it", () => {
    const file = join(dir(), "code");
    const codeOf = (content: string, words: CommandLine = {}): string | undefined => {
      writeFileSync(file, content);
      return loadConfig({ "invitation-code-file": file, ...words }, {}).invitationCode;
    };
    assert.equal(codeOf("open sesame\n"), "open sesame");
    assert.equal(codeOf("open sesame"), "open sesame");
    assert.equal(codeOf("open sesame\r\n"), "open sesame");
    for (const content of ["", "\n", "hunter2\nhunter3\n", "hunter2\0", "h".repeat(4097)]) {
      writeFileSync(file, content);
      const message = errorOf({ "invitation-code-file": file });
      assert.equal(message, `option --invitation-code-file: ${file} must hold one line of text, of at most 4096 bytes`);
    }
    assert.match(errorOf({ "invitation-code-file": join(dir(), "none") }), /does not exist$/);
    writeFileSync(file, "hunter2");
    const both = errorOf({ "invitation-code-file": file }, { MESSENGER_INVITATION_CODE: "hunter3" });
    assert.equal(both, "options --invitation-code and --invitation-code-file: only one of them may be given");
  });

  it("names a file that can be opened and not be read", function () {
    const file = "/proc/self/mem"; // Linux alone has it
    if (!existsSync(file)) this.skip();
    assert.equal(errorOf({ config: file }), `config file ${file}: cannot be read`);
    const option = "metrics-token-file";
    assert.equal(errorOf({ [option]: file }), `option --${option}: ${file} cannot be read`);
  });

  it("wants a certificate and its key together", () => {
    writeFileSync(join(dir(), "cert.pem"), "");
    assert.match(errorOf({ "tls-cert": join(dir(), "cert.pem") }), /--tls-cert and --tls-key/);
  });
});
