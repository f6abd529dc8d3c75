// The virtualised list on a real widget: what is drawn, what stays in place, what is used again.
import assert from "node:assert/strict";
import "../support/qt.ts";
import type { QLabel, QWidget } from "@nodegui/nodegui";
import type { RowPlace, RowRenderer, RowWidgets } from "../../../gui/kit/virtual-list.ts";
import { eventually } from "../../support/eventually.ts";
import { user } from "../support/qt.ts";

const { VirtualList } = await import("../../../gui/kit/virtual-list.ts");
const { label } = await import("../../../gui/kit/widgets.ts");

interface TestRow {
  readonly key: string;
  readonly heightPx: number;
}

/** Rows of known heights; estimates are wrong on purpose. */
class TestRenderer implements RowRenderer<TestRow> {
  readonly drawn = new Map<string, RowPlace>();
  measuredCount = 0;

  kindOf(): string {
    return "row";
  }

  estimatePx(): number {
    return 20;
  }

  measurePx(row: TestRow): number {
    this.measuredCount += 1;
    return row.heightPx;
  }

  create(_kind: string, parent: QWidget): RowWidgets<TestRow> {
    const widget: QLabel = label({ parent });
    let key = "";
    return {
      show: (row, place) => {
        if (key !== row.key) this.drawn.delete(key);
        key = row.key;
        this.drawn.set(key, place);
        widget.setText(row.key);
        widget.setGeometry(0, place.topPx, place.widthPx, place.heightPx);
        widget.show();
      },
      hide: () => {
        this.drawn.delete(key);
        key = "";
        widget.hide();
      },
    };
  }
}

const rowsFrom = (from: number, to: number): TestRow[] =>
  Array.from({ length: to - from }, (_, index) => ({
    key: `${from + index}`,
    heightPx: 25 + ((from + index) % 7) * 9,
  }));

async function shownList(sticksToEnd: boolean) {
  const renderer = new TestRenderer();
  const list = new VirtualList<TestRow>({ renderer, name: "test", sticksToEnd, marginPx: 5 });
  list.area.resize(300, 400);
  list.area.show();
  await eventually("the list has its width", () => list.widthPx > 0);
  /** Where a row is on the screen, from the upper edge of the view. */
  const screenPx = (key: string): number | undefined => {
    const place = renderer.drawn.get(key);
    return place && place.topPx - list.scrollPx;
  };
  return { list, renderer, screenPx };
}

describe("VirtualList", () => {
  it("measures and draws only what is in view, however long it is", async () => {
    const { list, renderer } = await shownList(true);
    list.setRows(rowsFrom(0, 10_000));
    assert.ok(list.isAtEnd);
    assert.ok(renderer.drawn.has("9999"));
    assert.ok(renderer.measuredCount < 60, `measured ${renderer.measuredCount}`);
    for (let step = 0; step < 50; step += 1) user.wheel(list.area.viewport(), 1);
    assert.ok(!list.isAtEnd);
    assert.ok(list.createdCount < 60, `created ${list.createdCount}`);
    list.area.close();
  });

  it("draws rows without gaps and overlaps", async () => {
    const { list, renderer } = await shownList(true);
    list.setRows(rowsFrom(0, 500));
    for (let step = 0; step < 20; step += 1) user.wheel(list.area.viewport(), 2);
    const places = [...renderer.drawn].map(([key, place]) => ({ key: Number(key), ...place }));
    places.sort((one, other) => one.key - other.key);
    places.slice(1).forEach((place, index) => {
      const before = places[index];
      assert.equal(place.key, (before?.key ?? 0) + 1);
      assert.equal(place.topPx, (before?.topPx ?? 0) + (before?.heightPx ?? 0));
    });
    list.area.close();
  });

  it("stays at the end when rows are appended, and only then", async () => {
    const { list, screenPx } = await shownList(true);
    list.setRows(rowsFrom(0, 100));
    list.setRows(rowsFrom(0, 110));
    assert.ok(list.isAtEnd);
    user.wheel(list.area.viewport(), 5);
    const { first } = list.visibleRange;
    const before = screenPx(`${first}`);
    list.setRows(rowsFrom(0, 200));
    assert.equal(screenPx(`${first}`), before);
    list.area.close();
  });

  it("keeps the position to the pixel when rows are prepended or cut off", async () => {
    const { list, screenPx } = await shownList(true);
    list.setRows(rowsFrom(1000, 1200));
    user.wheel(list.area.viewport(), 7);
    const { first } = list.visibleRange;
    const key = `${1000 + first}`;
    const before = screenPx(key);
    list.setRows(rowsFrom(900, 1200));
    assert.equal(screenPx(key), before);
    list.setRows(rowsFrom(1100, 1200));
    assert.equal(screenPx(key), before);
    list.area.close();
  });

  it("measures again and keeps the place when its width changes", async () => {
    const { list } = await shownList(true);
    list.setRows(rowsFrom(0, 300));
    list.area.resize(500, 350);
    await eventually("the list has its new width", () => list.widthPx > 400);
    assert.ok(list.isAtEnd);
    list.area.close();
  });

  it("gives rows the width that the scroll bar leaves, as soon as there is one", async () => {
    const { list, renderer } = await shownList(true);
    list.setRows(rowsFrom(0, 2));
    const whole = list.widthPx;
    assert.equal(renderer.drawn.get("1")?.widthPx, whole);
    list.setRows(rowsFrom(0, 200));
    assert.ok(list.widthPx < whole, "the bar takes some of the width");
    assert.ok(list.isAtEnd);
    for (const place of renderer.drawn.values()) assert.equal(place.widthPx, list.widthPx);
    await eventually("Qt has come to the same", () => list.area.viewport().width() === list.widthPx);
    list.setRows(rowsFrom(0, 2));
    assert.equal(renderer.drawn.get("1")?.widthPx, whole);
    await eventually("the bar is gone", () => list.area.viewport().width() === whole);
    const highPx = list.area.viewport().height();
    list.area.resize(300, 350);
    await eventually("the view is less high", () => list.area.viewport().height() < highPx);
    assert.equal(list.widthPx, whole);
    assert.equal(list.content.width(), whole);
    list.area.close();
  });

  it("brings a row into view", async () => {
    const { list, screenPx } = await shownList(true);
    list.setRows(rowsFrom(0, 5000));
    assert.equal(list.scrollToKey("2500"), true);
    const at = screenPx("2500") ?? -1;
    assert.ok(at >= 0 && at < 400, `row at ${at}`);
    assert.equal(list.scrollToKey("no such row"), false);
    list.ensureVisible("2490");
    assert.ok((screenPx("2490") ?? -1) >= 0);
    list.area.close();
  });

  it("puts few rows at the bottom of a conversation, and at the top of other lists", async () => {
    const { list, screenPx } = await shownList(true);
    list.setRows(rowsFrom(0, 2));
    assert.ok((screenPx("0") ?? 0) > 250);
    list.area.close();
    const other = await shownList(false);
    other.list.setRows(rowsFrom(0, 2));
    assert.equal(other.screenPx("0"), 5);
    other.list.area.close();
  });

  it("draws a changed row again under the same key", async () => {
    const { list, renderer } = await shownList(false);
    list.setRows([
      { key: "a", heightPx: 30 },
      { key: "b", heightPx: 30 },
    ]);
    list.setRows([
      { key: "a", heightPx: 70 },
      { key: "b", heightPx: 30 },
    ]);
    assert.equal(renderer.drawn.get("a")?.heightPx, 70);
    assert.equal(renderer.drawn.get("b")?.topPx, 75);
    list.area.close();
  });
});
