// Samples of our server from its admin channel: commits, batches, the event loop.
import { AdminClient } from "../../src/client/admin-client.ts";
import type { Sample } from "../../src/protocol/admin.ts";

/** The server samples each second that has passed: one that ended within the time asked for may have begun before. */
const SAMPLE_MS = 1_000;

/**
 * Figures of the server in this data folder for the time between two moments (Unix milliseconds): means of commit time
 * and batch size, the worst of the rest. Nothing when it has no admin channel, as older commits.
 */
export async function serverSamples(
  dataDir: string,
  fromMs: number,
  toMs: number,
): Promise<Readonly<Record<string, number>>> {
  const admin = await AdminClient.open(dataDir).catch(() => undefined);
  if (!admin) return {};
  try {
    const { samples } = await admin.request("samples", {});
    return figuresOf(samples.filter(({ time_ms }) => time_ms >= fromMs + SAMPLE_MS && time_ms <= toMs + SAMPLE_MS / 2));
  } catch {
    return {};
  } finally {
    admin.close();
  }
}

function figuresOf(samples: readonly Sample[]): Record<string, number> {
  if (samples.length === 0) return {};
  const values = (field: "commit_ms" | "batch_size"): number[] => samples.flatMap((sample) => sample[field] ?? []);
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const batches = values("batch_size");
  return {
    ...(batches.length > 0 && { commitMs: mean(values("commit_ms")), batchWrites: mean(batches) }),
    loopDelayP99Ms: Math.max(...samples.map(({ loop_delay_p99_ms }) => loop_delay_p99_ms)),
    queuedBytes: Math.max(...samples.map(({ queued_bytes }) => queued_bytes)),
  };
}
