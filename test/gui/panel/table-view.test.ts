// A table with 10,000 rows: widgets only for those in view, and a choice that lasts.
import assert from "node:assert/strict";
import "../support/qt.ts";
import type { SessionInfo } from "../../../src/protocol/admin.ts";
import { sessionsTable } from "../../../src/client/models/admin-sessions.ts";
import { eventually } from "../../support/eventually.ts";
import { inksIn, user } from "../support/qt.ts";

const { TableView } = await import("../../../gui/panel/table-view.ts");
const { Theme } = await import("../../../gui/kit/theme.ts");

function sessionsOf(count: number, messages = 0): SessionInfo[] {
  return Array.from({ length: count }, (_, index) => ({
    connection: index + 1,
    username: index % 10 === 0 ? null : `user-${(index * 7919) % count}`,
    address: `10.0.${index >> 8}.${index & 255}`,
    mode: "lines",
    secure: index % 2 === 0,
    since_ms: 0,
    idle_ms: index,
    messages: messages + ((index * 31) % 1000),
    queued_bytes: 0,
    gaps: 0,
  }));
}

async function shownTable() {
  const chosen: SessionInfo[] = [];
  const table = new TableView<SessionInfo>({
    title: "Connections",
    theme: new Theme(),
    columns: [
      { name: "connection", title: "Number", minPx: 60, alignsRight: true, text: (row) => String(row.connection) },
      { name: "username", title: "User", minPx: 90, share: 1, text: (row) => row.username ?? "" },
      { name: "messages", title: "Messages", minPx: 70, alignsRight: true, text: (row) => String(row.messages) },
    ],
    keyOf: ({ connection }) => String(connection),
    onSelect: (row) => void chosen.push(row),
  });
  table.widget.resize(700, 600);
  table.widget.show();
  await eventually("the table has its width", () => table.list.widthPx > 0);
  return { table, chosen };
}

describe("TableView", () => {
  it("keeps headings above their columns, with and without a scroll bar", async () => {
    const { table } = await shownTable();
    const last = table.heads.at(-1) ?? assert.fail("no heading");
    const toTheEdge = (): number => table.list.widthPx - last.pos().x - last.width();
    table.setRows(sessionsOf(3));
    const [wide, edge] = [table.list.widthPx, toTheEdge()];
    table.setRows(sessionsOf(10_000));
    assert.ok(table.list.widthPx < wide, "there is a scroll bar");
    assert.ok(Math.abs(toTheEdge() - edge) <= 1, `${toTheEdge()} in place of ${edge}`);
    table.setRows(sessionsOf(2));
    assert.equal(toTheEdge(), edge);
    table.widget.close();
  });

  it("has widgets for the rows in view only, also while everything changes", async () => {
    const { table } = await shownTable();
    const model = sessionsTable();
    for (let round = 0; round < 5; round += 1) {
      model.replace(sessionsOf(10_000, round));
      model.sortBy(round % 2 === 0 ? "username" : "messages");
      table.setRows(model.rows);
      user.wheel(table.list.area.viewport(), -30);
    }
    assert.equal(table.list.rows.length, 10_000);
    assert.ok(table.list.scrollPx > 0);
    assert.ok(table.list.createdCount < 80, `created ${table.list.createdCount}`);
    table.widget.close();
  });

  it("keeps the chosen row, and tells its present values", async () => {
    const { table, chosen } = await shownTable();
    table.setRows(sessionsOf(100));
    user.click(table.list.content, 100, 50);
    const [first] = table.values;
    if (first) table.select(first);
    assert.equal(chosen.at(-1)?.connection, 1);
    table.setRows(sessionsOf(100, 5).reverse());
    assert.equal(table.selected?.connection, 1);
    assert.equal(table.selected?.messages, 5);
    table.setRows([]);
    assert.equal(table.selected, undefined);
    table.widget.close();
  });

  it("keeps all columns in view where there is no room for their least widths", async () => {
    const { table } = await shownTable();
    table.setRows(sessionsOf(3));
    table.widget.resize(180, 600);
    await eventually("it is narrow", () => table.list.widthPx > 0 && table.list.widthPx <= 180);
    const ends = table.heads.map((head) => head.pos().x + head.width());
    assert.ok(Math.max(...ends) <= 180, `ends ${ends.join(", ")}`);
    assert.ok(table.heads.every((head) => head.width() > 20));
    table.widget.close();
  });

  it("puts headings above their columns, and marks the order", async () => {
    const { table } = await shownTable();
    table.setRows(sessionsOf(3));
    table.showOrder({ column: "messages", descending: true });
    assert.deepEqual(
      table.heads.map((head) => head.text()),
      ["Number", "User", "Messages ▾"],
    );
    const [number, name, messages] = table.heads.map((head) => ({ x: head.pos().x, width: head.width() }));
    assert.ok(number && name && messages && number.x + number.width < name.x && name.x + name.width < messages.x);
    table.widget.close();
  });

  it("lets a column be made wider and narrower, within the table, and undoes it at a double click", async () => {
    const { table } = await shownTable();
    table.setRows(sessionsOf(100));
    const placed = () => table.heads.map((head) => ({ from: head.pos().x, to: head.pos().x + head.width() }));
    const before = placed();
    const drag = (by: number): void => user.dragNamed(table.widget, "Border of the column Number", [5, 10], [by, 0]);
    drag(80);
    const [number, name, messages] = placed();
    assert.ok(number && name && messages);
    assert.equal(number.to, (before[0]?.to ?? 0) + 80, "its border is where the mouse is");
    assert.equal(messages.to, before[2]?.to, "the table is as wide as before");
    assert.ok(name.from > number.to && name.to > name.from + 30);
    const [left] = inksIn(table.widget, "cell");
    assert.equal(left?.width, number.to - number.from, "cells are as wide as their headings");
    drag(5000);
    assert.ok(placed().every(({ from, to }) => to - from >= 30 && to <= table.list.widthPx));
    drag(-5000);
    assert.ok(placed().every(({ from, to }) => to - from >= 30 && to <= table.list.widthPx));
    table.widget.resize(300, 600);
    await eventually("it is narrow", () => table.list.widthPx <= 300);
    assert.ok(placed().every(({ from, to }) => to - from >= 30 && to <= 300));
    table.widget.resize(700, 600);
    await eventually("it is wide again", () => table.list.widthPx > 600);
    user.doubleClickNamed(table.widget, "Border of the column Number");
    assert.deepEqual(placed(), before);
    table.widget.close();
  });

  it("has names in Arabic at the left of their column, as all others", async () => {
    const { table } = await shownTable();
    const [session] = sessionsOf(1);
    table.setRows(session ? [{ ...session, username: "محمد" }] : []);
    const inks = inksIn(table.widget, "cell");
    const name = inks[1];
    assert.ok(name && name.first >= 0 && name.first < 6 && name.last < name.width / 2, JSON.stringify(inks));
    table.widget.close();
  });
});
