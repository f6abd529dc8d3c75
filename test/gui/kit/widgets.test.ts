// Looks of widgets: buttons that are switched off, texts from right to left.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QWidget } from "@nodegui/nodegui";
import "../support/qt.ts";
import { inksIn } from "../support/qt.ts";

const { QImage } = await import("@nodegui/nodegui");
const { Theme } = await import("../../../gui/kit/theme.ts");
const { button, column, label, panel } = await import("../../../gui/kit/widgets.ts");

describe("widgets", () => {
  const folder = mkdtempSync(join(tmpdir(), "messenger-widgets-"));
  const theme = new Theme();
  before(() => theme.apply("light", 14));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** How far the reddest point of a widget is from grey. */
  function redness(widget: QWidget): number {
    const file = join(folder, "grab.png");
    widget.grab().save(file, "PNG");
    const image = new QImage(file);
    let most = 0;
    for (let y = 0; y < image.height(); y += 1)
      for (let x = 0; x < image.width(); x += 1) {
        const color = image.pixelColor(x, y);
        most = Math.max(most, color.red() - Math.max(color.green(), color.blue()));
      }
    return most;
  }

  it("show that a dangerous button is switched off", () => {
    const dangerous = button({ text: "Delete…", name: "danger", onClick: () => {} });
    const window = panel("window", column({ children: [dangerous] }));
    window.show();
    assert.ok(redness(dangerous) > 80, "red while it can be pressed");
    dangerous.setEnabled(false);
    assert.ok(redness(dangerous) < 20, `${redness(dangerous)}`);
    window.close();
  });

  it("keep a text that runs from right to left at the left where that is wanted", () => {
    const texts = ["محمد", "anna"];
    const labels = texts.flatMap((text) => [
      label({ text, name: "rowTitle", staysLeft: true }),
      label({ text, name: "rowText" }),
    ]);
    const window = panel("window", column({ children: labels }));
    window.resize(400, 200);
    window.show();
    const titles = inksIn(window, "rowTitle");
    assert.equal(titles.length, texts.length);
    for (const { first, last, width } of titles) {
      assert.ok(width > 300 && first < 6 && last < width / 2, `from ${first} to ${last} of ${width}`);
    }
    assert.ok(
      inksIn(window, "rowText").some(({ first, width }) => first > width / 2),
      "Qt itself would put it at the right",
    );
    window.close();
  });
});
