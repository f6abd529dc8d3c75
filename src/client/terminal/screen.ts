// Lines in and out: a terminal with a prompt and history, or plain streams for scripts.
import { createInterface, cursorTo, clearScreenDown, moveCursor, type Interface } from "node:readline";
import { Writable, type Readable } from "node:stream";

export interface Screen {
  /** True for a person at a terminal. */
  readonly isInteractive: boolean;
  /** True when nobody can read any more what is printed; the input has ended then, whatever was left of it. */
  readonly isBroken: boolean;
  /** Shows a text of one or more lines. It must be safe: see `visible`. */
  print(text: string): void;
  setPrompt(prompt: string): void;
  /** The next line typed or piped in; undefined at the end of the input. */
  readLine(): Promise<string | undefined>;
  /** The next line after a question, which a script is not asked. */
  ask(question: string): Promise<string | undefined>;
  /** The same without showing what is typed or keeping it in the history. */
  readSecret(question: string): Promise<string | undefined>;
  close(): void;
}

/** Bytes that wait to be written to a slow reader; more is left out, and said so. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Lines read ahead of the commands that take them. */
const MAX_LINES_AHEAD = 1000;

/** Standard input, or what stands for it. */
export type ScreenInput = Readable & { readonly isTTY?: boolean };
/** Standard output, or what stands for it. */
export type ScreenOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

export function openScreen(input: ScreenInput, output: ScreenOutput): Screen {
  return new StreamScreen(input, output);
}

class StreamScreen implements Screen {
  readonly isInteractive: boolean;
  readonly #output: ScreenOutput;
  readonly #echo: Echo;
  readonly #readline: Interface;
  readonly #lines: string[] = [];
  #wanted: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #isBroken = false;
  #leftOut = 0;

  constructor(input: ScreenInput, output: ScreenOutput) {
    this.isInteractive = input.isTTY === true && output.isTTY === true;
    this.#output = output;
    this.#echo = new Echo(output);
    this.#readline = createInterface({
      input,
      ...(this.isInteractive ? { output: this.#echo, terminal: true, historySize: 500 } : { terminal: false }),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    this.#readline.on("line", (line) => this.#onLine(line));
    this.#readline.on("close", () => this.#onEnd());
    // The reader of a pipe has gone: there is nobody to show anything to, so the input ends too.
    output.on("error", () => {
      this.#isBroken = true;
      this.#readline.close();
    });
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  print(text: string): void {
    if (this.#output.writableLength > MAX_WAITING_BYTES || !this.#output.writable) {
      this.#leftOut += 1;
      return;
    }
    const leftOut = this.#leftOut > 0 ? `* ${this.#leftOut} lines were left out\n` : "";
    this.#leftOut = 0;
    if (!this.isInteractive) {
      this.#output.write(`${leftOut}${text}\n`);
      return;
    }
    moveCursor(this.#output, 0, -this.#readline.getCursorPos().rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#output.write(`${leftOut}${text}\n`);
    if (!this.#ended) this.#readline.prompt(true);
  }

  setPrompt(prompt: string): void {
    if (!this.isInteractive || this.#ended) return;
    this.#readline.setPrompt(prompt);
    this.#readline.prompt(true);
  }

  readLine(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (this.#lines.length === 0 && !this.#ended) this.#readline.resume();
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => (this.#wanted = resolve));
  }

  async ask(question: string): Promise<string | undefined> {
    if (!this.isInteractive) return this.readLine();
    const prompt = this.#readline.getPrompt();
    this.setPrompt(question);
    try {
      return await this.readLine();
    } finally {
      this.setPrompt(prompt);
    }
  }

  async readSecret(question: string): Promise<string | undefined> {
    if (!this.isInteractive) return this.readLine();
    const prompt = this.#readline.getPrompt();
    const history = this.#readline.on("history", forgetNewest);
    this.setPrompt(question);
    this.#echo.muted = true;
    try {
      return await this.readLine();
    } finally {
      this.#echo.muted = false;
      history.off("history", forgetNewest);
      this.#output.write("\n");
      this.setPrompt(prompt);
    }
  }

  close(): void {
    this.#readline.close();
  }

  #onLine(line: string): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) return wanted(line);
    this.#lines.push(line);
    if (this.#lines.length >= MAX_LINES_AHEAD) this.#readline.pause();
  }

  #onEnd(): void {
    this.#ended = true;
    this.#wanted?.(undefined);
    this.#wanted = undefined;
  }
}

function forgetNewest(history: string[]): void {
  history.shift();
}

/** The output stream of readline: it shows what is typed, except for secrets. */
class Echo extends Writable {
  muted = false;
  readonly #output: ScreenOutput;

  constructor(output: ScreenOutput) {
    super();
    this.#output = output;
    output.on("resize", () => this.emit("resize"));
  }

  get columns(): number | undefined {
    return this.#output.columns;
  }

  get rows(): number | undefined {
    return this.#output.rows;
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    if (!this.muted) this.#output.write(chunk, encoding);
    done();
  }
}
