// Metrics in Prometheus' text format, version 0.0.4.
import type { TimeHistogram } from "./time-histogram.ts";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Labels are ours alone: never names of people or chats. */
type Labels = Readonly<Record<string, string>>;

/** Gathers metrics, each with its help; names without the prefix that all have. */
export class Exposition {
  #text = "";

  /** A number that only grows. */
  counter(name: string, help: string, value: number): this {
    return this.#add(`${name}_total`, "counter", help).#line(`${name}_total`, {}, value);
  }

  /** A number that goes up and down; undefined leaves it out. */
  gauge(name: string, help: string, value: number | undefined, labels: Labels = {}): this {
    return value === undefined ? this : this.#add(name, "gauge", help).#line(name, labels, value);
  }

  histogram(name: string, help: string, times: TimeHistogram): this {
    this.#add(name, "histogram", help);
    for (const { bound, count } of times.cumulative()) this.#line(`${name}_bucket`, { le: bound }, count);
    return this.#line(`${name}_sum`, {}, times.sum).#line(`${name}_count`, {}, times.count);
  }

  toString(): string {
    return this.#text;
  }

  #add(name: string, type: string, help: string): this {
    this.#text += `# HELP messenger_${name} ${help}\n# TYPE messenger_${name} ${type}\n`;
    return this;
  }

  #line(name: string, labels: Labels, value: number): this {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.#text += `messenger_${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
    return this;
  }
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
