// Metrics: their format, their truth, their readers, and the shipped rules and dashboard.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { monitoringRoutes, type MonitoringParts } from "../../src/server/monitoring/monitoring.ts";
import { eventually } from "../support/eventually.ts";
import { range } from "../support/lists.ts";
import { RawHttp } from "../support/raw-http.ts";
import { TestServer, useServer } from "../support/server.ts";

/** Values by name and labels, with the type of each name. */
interface Page {
  readonly values: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
}

/** Reads the text format strictly, as Prometheus' documentation has it. */
function parse(text: string): Page {
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  let family = "";
  assert.ok(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) {
    const [, name = "", type] = /^# (?:HELP (\S+) \S.*|TYPE \S+ (counter|gauge|histogram))$/.exec(line) ?? [];
    if (type !== undefined) types.set(family, type);
    else if (line.startsWith("#")) {
      assert.match(name, /^messenger_[a-z0-9_]+$/);
      assert.ok(!types.has(name), `${name} is there twice`);
      family = name;
    } else {
      const [, key = "", metric = "", value = ""] =
        /^(([a-z0-9_]+)(?:\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})?) (\d+(?:\.\d+)?(?:e-\d+)?)$/.exec(line) ??
        [];
      assert.notEqual(key, "", line);
      const suffix = types.get(family) === "histogram" ? /_(?:bucket|sum|count)$/ : /(?!)/;
      assert.equal(metric.replace(suffix, ""), family, line);
      assert.ok(!values.has(key), `${key} is there twice`);
      values.set(key, Number(value));
    }
  }
  return { values, types };
}

describe("/metrics", () => {
  const server = useServer();

  async function page(): Promise<Page> {
    const { status, headers, body } = await RawHttp.get(server().port, "/metrics");
    assert.equal(status, 200);
    assert.match(headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
    return parse(body);
  }

  it("count what happens, in the text format", async () => {
    const before = await page();
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    for (const index of range(1, 5)) await ann.say(`hello ${index}`);
    await ben.client.fails("login", { username: ann.username, password: "wrong password" }, 401);
    await ben.client.barrier();
    const { values, types } = await page();
    const grown = (key: string): number => (values.get(key) ?? NaN) - (before.values.get(key) ?? NaN);
    assert.equal(grown("messenger_messages_total"), 5);
    assert.equal(grown("messenger_sessions_started_total"), 2);
    assert.equal(grown("messenger_failed_logins_total"), 1);
    assert.ok(grown("messenger_requests_total") >= 10);
    assert.equal(values.get("messenger_sessions"), 2);
    assert.equal(values.get("messenger_connections"), 2, "those that speak HTTP are not of the chat");
    assert.equal(values.get("messenger_store_up"), 1);
    assert.equal(grown("messenger_delivery_duration_seconds_count"), 5);
    const buckets = [...values].filter(([key]) => key.startsWith("messenger_commit_duration_seconds_bucket"));
    const counts = buckets.map(([, count]) => count);
    assert.deepEqual(
      counts,
      counts.toSorted((one, other) => one - other),
      "cumulative",
    );
    assert.equal(buckets.at(-1)?.[0], 'messenger_commit_duration_seconds_bucket{le="+Inf"}');
    assert.equal(counts.at(-1), values.get("messenger_commit_duration_seconds_count"));
    for (const name of types.keys()) assert.ok(name.startsWith("messenger_"), name);
    for (const [name, type] of types) assert.equal(name.endsWith("_total"), type === "counter", name);
  });

  it("tell nobody's name", async () => {
    const ann = await server().newPerson("Ann-Unmistakable");
    await ann.say("unmistakable");
    const { body } = await RawHttp.get(server().port, "/metrics");
    assert.doesNotMatch(body, /unmistakable|common/i);
  });

  it("are what the shipped rules and the dashboard ask for", async () => {
    let shown = await page();
    await eventually("the first sample is taken", async () => {
      shown = await page();
      return shown.types.has("messenger_resident_memory_bytes");
    });
    const { types, values } = shown;
    const names = new Set([...types.keys(), ...[...values.keys()].map((key) => key.replace(/\{.*/, ""))]);
    const folder = new URL("../../../docs/monitoring/", import.meta.url);
    const files = readdirSync(folder);
    assert.deepEqual(files.toSorted(), ["alerts.yml", "dashboard.json"]);
    for (const file of files) {
      const text = readFileSync(new URL(file, folder), "utf8");
      if (file.endsWith(".json")) JSON.parse(text);
      const asked = new Set(text.match(/messenger_[a-z0-9_]+/g));
      assert.ok(asked.size >= 5, file);
      for (const name of asked) assert.ok(names.has(name), `${file}: ${name}`);
    }
  });
});

describe("who may read /metrics", () => {
  it("is this machine alone, unless there is a token", async () => {
    // Only what the answer to a stranger needs.
    const parts = { metricsToken: undefined } as unknown as MonitoringParts;
    const route = monitoringRoutes(parts)["/metrics"];
    assert.equal((await route?.({ address: "192.0.2.7", authorization: undefined }))?.status, 403);
    assert.equal((await route?.({ address: "2001:db8::1", authorization: "Bearer x" }))?.status, 403);
  });

  it("is the bearer of the token, whoever that is; wrong ones count as failed logins", async () => {
    const server = await TestServer.start({ metricsToken: "the token of monitoring" });
    try {
      const ask = async (authorization?: string) => {
        const headers = authorization === undefined ? {} : { Authorization: authorization };
        return RawHttp.get(server.port, "/metrics", headers);
      };
      const bare = await ask();
      assert.deepEqual([bare.status, bare.headers["www-authenticate"]], [401, "Bearer"]);
      assert.equal((await ask("Bearer thetokenofmonitoring")).status, 401);
      assert.equal((await ask("Basic dGVzdDp0ZXN0")).status, 401);
      for (const _ of range(1, 29)) assert.equal((await ask("Bearer wrong")).status, 401);
      const locked = await ask("Bearer wrong");
      assert.equal(locked.status, 429);
      assert.ok(Number(locked.headers["retry-after"]) > 0);
      const client = await server.connect();
      await client.fails("login", { username: "nobody", password: "wrong password" }, 429);
    } finally {
      await server.remove();
    }
  });

  it("is whoever shows it, and it is in no log", async () => {
    const server = await TestServer.start({ metricsToken: "grüße an secret-token" });
    try {
      const shown = Buffer.from("grüße an secret-token").toString("latin1"); // as bytes of UTF-8 go over the wire
      const { status } = await RawHttp.get(server.port, "/metrics", { Authorization: `bearer ${shown}` });
      assert.equal(status, 200);
      assert.doesNotMatch(server.log.text, /secret-token/);
    } finally {
      await server.remove();
    }
  });
});
