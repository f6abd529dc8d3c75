// Sorting and filtering of long tables.
import assert from "node:assert/strict";
import { AdminTable } from "../../../../src/client/models/admin-table.ts";

interface Person {
  readonly name: string | null;
  readonly age: number | null;
}

function tableOf(...people: [string | null, number | null][]): AdminTable<Person> {
  const table = new AdminTable<Person>({
    columns: { name: ({ name }) => name, age: ({ age }) => age },
    words: ({ name }) => [name],
    order: { column: "name", descending: false },
  });
  table.replace(people.map(([name, age]) => ({ name, age })));
  return table;
}

const names = (table: AdminTable<Person>): (string | null)[] => table.rows.map(({ name }) => name);

describe("AdminTable", () => {
  it("sorts texts without regard to case and numbers as numbers", () => {
    const table = tableOf(["boris", 9], ["Anna", 100], ["chiara", 20]);
    assert.deepEqual(names(table), ["Anna", "boris", "chiara"]);
    table.sortBy("age");
    assert.deepEqual(names(table), ["boris", "chiara", "Anna"]);
  });

  it("turns the order round when the same column is chosen again, and only then", () => {
    const table = tableOf(["anna", 2], ["boris", 1]);
    table.sortBy("name");
    assert.deepEqual(table.order, { column: "name", descending: true });
    assert.deepEqual(names(table), ["boris", "anna"]);
    table.sortBy("age");
    assert.deepEqual(table.order, { column: "age", descending: false });
    table.sortBy("no such column");
    assert.deepEqual(table.order, { column: "age", descending: false });
  });

  it("has rows without a value last, whatever the direction", () => {
    const table = tableOf(["anna", 1], [null, 2], ["boris", null]);
    assert.equal(names(table).at(-1), null);
    table.sortBy("name");
    assert.equal(names(table).at(-1), null);
    table.sortBy("age");
    assert.equal(names(table).at(-1), "boris");
  });

  it("keeps equal rows as they came", () => {
    const table = tableOf(["d", 1], ["b", 1], ["c", 1], ["a", 0]);
    table.sortBy("age");
    assert.deepEqual(names(table), ["a", "d", "b", "c"]);
  });

  it("filters by a part of a word, and keeps filter and order with other rows", () => {
    const table = tableOf(["anna", 1], ["Hanna", 2], ["boris", 3], [null, 4]);
    table.filter = " ANN ";
    assert.deepEqual(names(table), ["anna", "Hanna"]);
    table.replace([
      { name: "Joanne", age: 1 },
      { name: "ann", age: 2 },
    ]);
    assert.deepEqual(names(table), ["ann", "Joanne"]);
    assert.equal(table.totalCount, 2);
    table.filter = "";
    assert.equal(table.rows.length, 2);
  });
});
