// The storage thread: the only one that writes to the store; it answers writes and encodes their events.
import { steadyClock } from "../util/clock.ts";
import { openWriter } from "../store/open.ts";
import { StoreOpenError, StoreUnavailableError } from "../store/store.ts";
import { outcomeOfRepeat, type Write, type WriteOutcome } from "../domain/writes/table.ts";
import type { StoreWriter } from "../store/store.ts";
import { BatchEncoder } from "./batch-encoder.ts";
import { transferring } from "./transferring.ts";
import { unpackWrites } from "./packing.ts";
import { StoreOutageLog } from "./store-outage-log.ts";
import type { CommitResult, CommitTask, OpenResult, StorageTask } from "./task.ts";
import { threadLogger } from "./thread-log.ts";
import { threadSettings } from "./thread-settings.ts";

const { storeUrl, dataDir } = threadSettings();
const trouble = new StoreOutageLog(threadLogger({ thread: "storage" }));
let writer: StoreWriter | undefined;

/** The task that Piscina runs, one at a time. */
export default async function run(task: StorageTask): Promise<unknown> {
  switch (task.kind) {
    case "open":
      return open();
    case "commit":
      return commit(task);
    case "maintain":
      return (await writer?.maintain?.(Math.min(Date.now(), steadyClock.now()))) ?? false;
    case "close":
      await writer?.close();
      writer = undefined;
      return undefined;
  }
}

/** Opens the store. A store that cannot be used as it is comes back as a text, since error classes do not cross threads. */
async function open(): Promise<OpenResult> {
  try {
    writer ??= await openWriter(storeUrl, { dataDir });
    return { problem: undefined, guarantee: writer.guarantee, isUnavailable: false };
  } catch (error) {
    if (error instanceof StoreOpenError) return { problem: error.message, guarantee: undefined, isUnavailable: false };
    if (error instanceof StoreUnavailableError)
      return { problem: error.message, guarantee: undefined, isUnavailable: true };
    throw error;
  }
}

async function commit({ groups, timeMs, isRepeat, compression }: CommitTask): Promise<unknown> {
  const pendings = groups.map((group) => unpackWrites(group.writes));
  const writes = pendings.flatMap((group) => group.map((pending) => pending.write));
  const startMs = performance.now();
  const outcomes = await commitDurably(writes, timeMs, isRepeat);
  const commitMs = performance.now() - startMs;
  const encoder = new BatchEncoder(timeMs, isRepeat);
  if (outcomes !== undefined) {
    encoder.addLateGroups(writer?.takeLateGroups?.() ?? []);
    encoder.addLate(writer?.takeLateMessages?.() ?? []);
  }
  let index = 0;
  for (const [position, group] of groups.entries()) {
    encoder.beginGroup(group.framing);
    for (const pending of pendings[position] ?? []) encoder.add(pending, outcomes?.[index++]);
  }
  const { groupResults, chunks, messageCount, buffers } = encoder.finish(compression);
  const result: CommitResult = {
    groups: groupResults,
    chunks,
    writeCount: writes.length,
    messageCount,
    commitMs,
    unavailable: outcomes === undefined,
    unsettled: writer?.isUnsettled ?? false,
  };
  return transferring(result, buffers);
}

/** The outcomes, or undefined when the store could not be reached and nothing is stored. Rejects when that is not known. */
async function commitDurably(
  writes: readonly Write[],
  timeMs: number,
  isRepeat: boolean,
): Promise<WriteOutcome[] | undefined> {
  try {
    // A thread that replaces one that died was never told to open.
    const opened = (writer ??= await openWriter(storeUrl, { dataDir }));
    const outcomes = await opened.commit(writes, timeMs, steadyClock.now());
    if (writes.length > 0) trouble.stored();
    return isRepeat ? writes.map((write, index) => outcomeOfRepeat(write, outcomes[index])) : outcomes;
  } catch (error) {
    const isOutside = error instanceof StoreUnavailableError || error instanceof StoreOpenError;
    // The try before may have stored everything.
    if (!isOutside || isRepeat) throw error;
    // Without writes nobody waits; while the store is away this happens all the time.
    if (writes.length > 0) trouble.refused(error, writes.length);
    return undefined;
  }
}
