// Requests and responses by user and action.
import assert from "node:assert/strict";
import { AdminTraffic, messageOf, prettyJson } from "../../../../src/client/models/admin-traffic.ts";
import type { TrafficEntry } from "../../../../src/protocol/admin.ts";

function entry(username: string | null, action: string, code = 200): TrafficEntry {
  const request = JSON.stringify({ action, id: 1, data: { message: `"action":"never"` } });
  return { time_ms: 0, connection: 1, username, request, response: JSON.stringify({ action, id: 1, code }) };
}

describe("AdminTraffic", () => {
  it("finds action and code", () => {
    const traffic = new AdminTraffic();
    traffic.add(entry("anna", "add_message", 404));
    assert.deepEqual([traffic.rows[0]?.action, traffic.rows[0]?.code], ["add_message", 404]);
  });

  it("finds why a request was refused, and the message of one that sent it", () => {
    const traffic = new AdminTraffic();
    const sent = { code: 200, chat_id: "common", seq: 7, info: `"reason":"never"` };
    traffic.add({ ...entry("anna", "add_message"), response: JSON.stringify(sent) });
    traffic.add({ ...entry("anna", "edit_message"), response: JSON.stringify(sent) });
    traffic.add({ ...entry("anna", "react"), response: JSON.stringify(sent) });
    traffic.add({ ...entry("anna", "add_message"), response: JSON.stringify({ code: 403, reason: "blocked" }) });
    traffic.add({ ...entry("anna", "add_message"), response: `{"code":200,"chat_id":"com` });
    assert.deepEqual(
      traffic.rows.map((row) => [messageOf(row)?.seq, row.reason]),
      [
        [7, undefined],
        [7, undefined],
        [undefined, undefined],
        [undefined, "blocked"],
        [undefined, undefined],
      ],
    );
  });

  it("takes what cannot be read as it is", () => {
    const traffic = new AdminTraffic();
    traffic.add({ ...entry(null, ""), request: "(12 bytes that are no JSON)", response: "" });
    assert.deepEqual([traffic.rows[0]?.action, traffic.rows[0]?.code], ["(no action)", undefined]);
    assert.equal(prettyJson('{"a":1'), '{"a":1');
    assert.equal(prettyJson('{"a":1}'), '{\n  "a": 1\n}');
  });

  it("filters by user or action", () => {
    const traffic = new AdminTraffic();
    traffic.add(entry("Anna", "login"));
    traffic.add(entry("boris", "add_message"));
    traffic.add(entry(null, "login"));
    traffic.filter = "ANNA";
    assert.equal(traffic.rows.length, 1);
    traffic.filter = "log";
    assert.equal(traffic.rows.length, 2);
  });

  it("stands still while it is paused", () => {
    const traffic = new AdminTraffic();
    traffic.isPaused = true;
    traffic.add(entry("anna", "login"));
    assert.equal(traffic.totalCount, 0);
  });

  it("keeps the latest 5,000", () => {
    const traffic = new AdminTraffic();
    for (let index = 0; index < 5_010; index += 1) traffic.add(entry(`user${index}`, "ping"));
    assert.equal(traffic.totalCount, 5_000);
    assert.equal(traffic.rows[0]?.entry.username, "user10");
  });
});
