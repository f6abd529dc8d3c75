// Offsets of rows: estimates, measurements, anchors.
import assert from "node:assert/strict";
import fc from "fast-check";
import { RowHeights, type Row } from "../../../gui/kit/row-heights.ts";

const rowsOf = (...keys: string[]): Row[] => keys.map((key) => ({ key }));

describe("RowHeights", () => {
  it("puts rows one below the other, with a margin at both ends", () => {
    const heights = new RowHeights<Row>(() => 10, 3);
    heights.setRows(rowsOf("a", "b", "c"));
    heights.setHeight(1, 50);
    assert.deepEqual(
      [0, 1, 2].map((index) => heights.topPx(index)),
      [3, 13, 63],
    );
    assert.equal(heights.totalPx, 76);
  });

  it("finds the row at every pixel", () => {
    const heights = new RowHeights<Row>(() => 10, 0);
    heights.setRows(rowsOf("a", "b", "c"));
    heights.setHeight(1, 5);
    const found = Array.from({ length: 27 }, (_, yPx) => heights.indexAt(yPx - 1));
    const wanted = [0, ...Array<number>(10).fill(0), ...Array<number>(5).fill(1), ...Array<number>(11).fill(2)];
    assert.deepEqual(found, wanted);
    assert.equal(new RowHeights<Row>(() => 1, 0).indexAt(0), -1);
  });

  it("keeps the measurements of rows that stay, and none of those that go or change", () => {
    const heights = new RowHeights<Row>(() => 10, 0);
    const [a, b, c] = rowsOf("a", "b", "c");
    assert.ok(a && b && c);
    heights.setRows([a, b]);
    heights.setHeight(0, 20);
    heights.setHeight(1, 30);
    heights.setRows([c, a, { ...b }]);
    assert.deepEqual(
      [0, 1, 2].map((index) => heights.isMeasured(index)),
      [false, true, false],
    );
    assert.deepEqual(
      [0, 1, 2].map((index) => heights.heightPx(index)),
      [10, 20, 30],
    );
  });

  it("names a place by its row, so that it is found again after rows came before it", () => {
    const heights = new RowHeights<Row>(() => 10, 0);
    const old = rowsOf("a", "b");
    heights.setRows(old);
    const anchor = heights.anchorAt(14);
    assert.deepEqual(anchor, { key: "b", offsetPx: 4 });
    heights.setRows([...rowsOf("x", "y"), ...old]);
    assert.equal(heights.indexOf("b"), 3);
    assert.equal(heights.indexOf("gone"), -1);
  });

  it("places rows as if all offsets were made again each time, whatever is added, cut off or measured", () => {
    const change = fc.record({
      cutsStart: fc.nat(3),
      cutsEnd: fc.nat(3),
      before: fc.nat(3),
      after: fc.nat(4),
      measures: fc.array(fc.record({ index: fc.nat(12), heightPx: fc.integer({ min: 1, max: 60 }) }), { maxLength: 4 }),
      forgets: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const heights = new RowHeights<Row>(({ key }) => 5 + key.length, 2);
        let rows: Row[] = [];
        let made = 0;
        const make = (count: number): Row[] => Array.from({ length: count }, () => ({ key: `${2 ** (made += 1)}` }));
        for (const { cutsStart, cutsEnd, before, after, measures, forgets } of changes) {
          rows = [
            ...make(before),
            ...rows.slice(cutsStart, Math.max(cutsStart, rows.length - cutsEnd)),
            ...make(after),
          ];
          heights.setRows(rows);
          for (const { index, heightPx } of measures) {
            if (index < rows.length) heights.setHeight(index, heightPx);
            heights.topPx(index);
          }
          if (forgets) heights.forgetMeasurements();
          let top = 2;
          for (const [index] of rows.entries()) {
            assert.equal(heights.topPx(index), top);
            top += heights.heightPx(index);
          }
          assert.equal(heights.totalPx, top + 2);
        }
      }),
    );
  });
});
