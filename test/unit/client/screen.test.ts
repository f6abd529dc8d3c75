// The screen: a prompt that stays below what is printed, secrets that are not shown, streams that are read in order.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { openScreen, type Screen } from "../../../src/client/terminal/screen.ts";
import { eventually } from "../../support/eventually.ts";

const UP = "\u001b[A";

describe("screen", () => {
  let input: PassThrough;
  let shown = "";
  let screen: Screen;

  const open = (isTTY: boolean): void => {
    input = Object.assign(new PassThrough(), { isTTY });
    const output = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
    shown = "";
    output.setEncoding("utf8").on("data", (chunk: string) => (shown += chunk));
    screen = openScreen(input, output);
  };

  afterEach(() => screen.close());

  it("prints above what is being typed", async () => {
    open(true);
    screen.setPrompt("> ");
    input.write("half a li");
    await eventually("typed", () => shown.endsWith("li"));
    screen.print("news");
    await eventually("the prompt is back", () => /news\n[^]*> half a li/.test(shown));
    input.write("ne\r");
    assert.equal(await screen.readLine(), "half a line");
  });

  it("neither shows a secret nor remembers it", async () => {
    open(true);
    screen.setPrompt("> ");
    input.write("before\r");
    assert.equal(await screen.readLine(), "before");
    const secret = screen.readSecret("password: ");
    await eventually("asked", () => shown.includes("password: "));
    input.write("hunter22\r");
    assert.equal(await secret, "hunter22");
    input.write(`${UP}\r`);
    assert.equal(await screen.readLine(), "before");
    assert.ok(!shown.includes("hunter"));
  });

  it("gives the lines of a stream in order, then its end", async () => {
    open(false);
    const many = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    input.end(`${many.join("\r\n")}\nlast`);
    for (const line of [...many, "last", undefined, undefined]) assert.equal(await screen.readLine(), line);
    screen.print("out");
    screen.setPrompt("> ");
    await eventually("printed", () => shown === "out\n");
  });
});
