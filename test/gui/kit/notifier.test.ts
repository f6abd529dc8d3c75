// Notifications: one per subject, with a picture, opened by a click; played with a stand-in for notify-send.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";

const { appPixmap } = await import("../../../gui/chat/desktop.ts");
const { Notifier } = await import("../../../gui/kit/notifier.ts");

describe("Notifier", () => {
  let folder: string;
  let notifier: InstanceType<typeof Notifier>;
  let clicked: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "messenger-notifier-"));
    clicked = [];
    // Notes its arguments, tells an id, and waits for a click: the existence of a file named like the title.
    const script = `#!/bin/sh
echo "$*" >> ${folder}/calls
for argument; do
  title=$last
  last=$argument
done
while [ ! -e ${folder}/answers ]; do sleep 0.02; done
echo 7
while [ ! -e "${folder}/$title" ]; do sleep 0.02; done
echo default
`;
    writeFileSync(join(folder, "notify"), script);
    chmodSync(join(folder, "notify"), 0o755);
    notifier = new Notifier(undefined, join(folder, "notify"));
  });
  afterEach(() => {
    notifier.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const calls = (): string[] =>
    existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n") : [];
  const answer = (): void => writeFileSync(join(folder, "answers"), "");
  const notice = (subject: string, title: string) => ({
    subject,
    title,
    text: "<b>text</b>",
    onClick: () => clicked.push(title),
  });

  it("replaces what it showed of the same subject, and of a flood shows the first and the last", async () => {
    for (let index = 1; index <= 50; index += 1) notifier.show(notice("boris", `boris ${index}`));
    await eventually("the first is shown", () => calls().length === 1);
    answer();
    await eventually("the last is shown", () => calls().length === 2);
    assert.doesNotMatch(calls()[0] ?? "", /replace-id/);
    assert.match(calls()[1] ?? "", /--replace-id=7 .*boris 50 &lt;b&gt;text/);
    notifier.show(notice("chiara", "chiara 1"));
    await eventually("another subject is shown beside it", () => calls().length === 3);
    assert.doesNotMatch(calls()[2] ?? "", /replace-id/);
  });

  it("tells of a click, on the notice that is in view", async () => {
    answer();
    notifier.show(notice("boris", "one"));
    notifier.show(notice("boris", "two"));
    await eventually("both were shown", () => calls().length === 2);
    writeFileSync(join(folder, "one"), "");
    writeFileSync(join(folder, "two"), "");
    await eventually("the click is told", () => clicked.length > 0);
    assert.deepEqual(clicked, ["two"]);
  });

  it("gives the picture of who wrote", async () => {
    const picture = appPixmap(false);
    notifier.show({ ...notice("boris", "boris"), picture });
    await eventually("it is shown", () => calls().length === 1);
    const file = /--icon=(\S+)/.exec(calls()[0] ?? "")?.[1] ?? "";
    assert.ok(existsSync(file));
    notifier.dispose();
    assert.ok(!existsSync(file), "and takes it away at the end");
  });
});
