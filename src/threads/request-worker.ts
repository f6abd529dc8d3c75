// The request thread: serves the payloads of a connection, or of several, in order, while they need no other thread.
import { Code } from "../protocol/codes.ts";
import { errorResponse, okResponse, type ReplyTo } from "../protocol/envelope.ts";
import { encodeFrames, frameBytes, type Framing } from "../protocol/frame.ts";
import { SERVER_USER_ID, type UserId } from "../protocol/ids.ts";
import { usernameKey } from "../protocol/text.ts";
import { openReader } from "../store/open.ts";
import { monotonicClock } from "../util/clock.ts";
import { packWrites, unpackPayloads } from "./packing.ts";
import { unknownUserHash } from "../actions/passwords.ts";
import { transferring } from "./transferring.ts";
import { LazyReader } from "./lazy-reader.ts";
import { wrongCredentials } from "../domain/writes/put-token.ts";
import { readLoginSnapshot } from "../actions/login-snapshot.ts";
import { beginning, searchChats } from "../actions/global-search.ts";
import { Router, type PlannedRequest } from "../actions/router.ts";
import type { Effect, Reply } from "../domain/effects.ts";
import type { Again } from "../actions/plan.ts";
import type { Continuation, PasswordRequest } from "../actions/again.ts";
import type { Credentials, FoundUser, PendingWrite, Refused } from "./task.ts";
import type {
  LookUp,
  LookUps,
  LookUpTask,
  MembershipsResult,
  RequestBundle,
  RequestTask,
  RequestTaskResult,
  LoginSnapshotResult,
  SearchOfUser,
} from "./task.ts";
import { threadLogger } from "./thread-log.ts";
import { threadSettings } from "./thread-settings.ts";

const { storeUrl, dataDir, ...settings } = threadSettings();
const { bcryptCost } = settings;
const isEmbedded = storeUrl.startsWith("sqlite:");
const reader = new LazyReader(() => openReader(storeUrl, { dataDir }), monotonicClock);
const router = new Router({ reader, ...settings, now: Date.now }, threadLogger({ thread: "request" }));

/** The task that Piscina runs. */
export default async function run(task: RequestTask | RequestBundle | LookUpTask): Promise<unknown> {
  if ("bundle" in task) return carryOutAll(task);
  if ("lookUp" in task) return lookUp(task);
  const { value, buffers } = await carryOut(task, task.maxMs ?? MAX_TASK_MS);
  return transferring(value, buffers);
}

async function carryOutAll({ bundle }: RequestBundle): Promise<unknown> {
  const endMs = performance.now() + MAX_BUNDLE_MS;
  const results: (RequestTaskResult | undefined)[] = [];
  const allBuffers: ArrayBufferLike[] = [];
  for (const task of bundle) {
    const { value, buffers } = await carryOut(task, endMs - performance.now());
    results.push(value);
    allBuffers.push(...buffers);
    if (performance.now() >= endMs) break;
  }
  results.length = bundle.length;
  return transferring(results, allBuffers);
}

const LOOK_UPS: { readonly [K in LookUp]: (data: LookUps[K]["data"]) => Promise<LookUps[K]["result"]> } = {
  credentials: ({ username }) => findCredentials(username),
  blocks: ({ userId }) => findBlocks(userId),
  memberships: ({ userId }) => findMemberships(userId),
  loginSnapshot: ({ userId, withGroups }) => findLoginSnapshot(userId, withGroups),
  user: ({ username }) => findUser(username),
  avatar: async ({ userId }) => (await reader.userById(userId))?.profile.file_name,
  accounts: (query) => reader.accounts(query),
  groups: (query) => reader.groups(query),
  members: ({ chatId, page }) => reader.groupMembers(chatId, undefined, page),
  search: ({ query, place }) => reader.search(query, place),
  searchAll: (search) => searchAll(search),
};

function lookUp<K extends LookUp>({ lookUp: name, data }: LookUpTask<K>): Promise<LookUps[K]["result"]> {
  return LOOK_UPS[name](data);
}

async function searchAll({ userId, query, place }: SearchOfUser): Promise<LookUps["searchAll"]["result"]> {
  if (place !== undefined && "hits" in place) return searchChats(query, place, reader);
  const searched = await reader.searchable(userId, query.word, place);
  return "place" in searched ? searched : searchChats(query, beginning(searched.chats, query), reader);
}

async function findUser(name: string): Promise<FoundUser | undefined> {
  const user = await reader.userByKey(usernameKey(name));
  return user && { userId: user.userId, username: user.username };
}

async function findMemberships(userId: UserId): Promise<MembershipsResult> {
  try {
    return { memberships: await reader.groupsOf(userId) };
  } catch (error) {
    return { refusal: router.explain(error, "login").facts };
  }
}

async function findLoginSnapshot(userId: UserId, withGroups: boolean): Promise<LoginSnapshotResult> {
  try {
    const snapshot = await readLoginSnapshot(userId, withGroups, reader);
    if (snapshot === undefined) throw wrongCredentials();
    return { snapshot };
  } catch (error) {
    return { refusal: router.explain(error, "login").facts };
  }
}

async function findBlocks(userId: UserId): Promise<UserId[]> {
  const { blocked, blockedBy } = await reader.blocksOf(userId);
  return [...blocked.map((contact) => contact.userId), ...blockedBy];
}

/** For an unknown name a hash that nothing matches. */
async function findCredentials(username: string): Promise<Credentials> {
  const account = usernameKey(username);
  const user = await reader.userByKey(account);
  const isActive = user?.state === "active" && user.userId !== SERVER_USER_ID;
  return {
    account,
    userId: isActive ? user.userId : undefined,
    username: isActive ? user.username : "",
    hash: isActive ? user.passwordHash : unknownUserHash(bcryptCost),
  };
}

async function carryOut(task: RequestTask, maxMs: number): Promise<TransferableResult> {
  const payloads = unpackPayloads(task.payloads);
  const answers = new Answers(task.framing, task.maxReplyBytes);
  const { identity, loginRetryAfter, verdict, continuation, framing } = task;
  const caller = { identity, loginRetryAfter, verdict: undefined, framing };
  const firstCaller = { ...caller, verdict, continuation };
  const endMs = performance.now() + maxMs;
  let consumed = 0;
  let costMs = 0;
  for (const payload of payloads) {
    const routed = task.limited?.has(consumed)
      ? router.refuse(payload, task.retryAfter)
      : router.route(payload, consumed === 0 ? firstCaller : caller);
    let planned: PlannedRequest;
    if (routed instanceof Promise) {
      const startMs = performance.now();
      planned = await routed;
      if (isEmbedded && !isMessage(planned)) costMs += performance.now() - startMs;
    } else planned = routed;
    if (!answers.canTake(planned)) break;
    if (!("again" in planned.plan)) consumed += 1;
    answers.take(planned);
    if (answers.isFull || performance.now() >= endMs) break;
  }
  return answers.result(consumed, costMs);
}

/** Messages may follow one another in a task; and they are not counted, since they have limits of their own. */
function isMessage({ plan }: PlannedRequest): boolean {
  return "write" in plan && plan.write.kind === "append";
}

const NO_EFFECTS: readonly Effect[] = [];

/** A task's result, and its buffers, to be transferred. */
interface TransferableResult {
  readonly value: RequestTaskResult;
  readonly buffers: readonly ArrayBufferLike[];
}

/** Time after which a bundle ends, in milliseconds: its first answers wait for its last. */
const MAX_BUNDLE_MS = 25;
/**
 * Time after which a task ends, in milliseconds: a connection that asks for a thousand searches at once takes turns with
 * the others, and what takes longer than a task ever should has hung.
 */
const MAX_TASK_MS = 50;
/** Bytes of answers after which a task ends: how much waits to be read by the peer is looked at between tasks. */
const MAX_REPLY_BYTES = 128 * 1024;

/**
 * The answers of one task. It is full after a request on which the next one may depend in a way that this thread
 * cannot know: a login (also one that failed) or logout, password work, and whatever follows a message that is not yet stored (but messages).
 */
class Answers {
  readonly #framing: Framing;
  readonly #maxBytes: number;
  /** JSON texts. */
  readonly #replies: string[] = [];
  #replyBytes = 0;
  readonly #effects: Effect[] = [];
  readonly #writes: PendingWrite[] = [];
  #passwordRequest: PasswordRequest | undefined;
  #continuation: Continuation | undefined;
  #refused: Refused | undefined;
  #isFull = false;

  constructor(framing: Framing, maxBytes = MAX_REPLY_BYTES) {
    this.#framing = framing;
    this.#maxBytes = Math.min(maxBytes, MAX_REPLY_BYTES);
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** False when this request has to wait for the writes before it. */
  canTake(planned: PlannedRequest): boolean {
    return this.#writes.length === 0 || isMessage(planned);
  }

  take({ replyTo, plan }: PlannedRequest): void {
    if ("again" in plan) return this.#takeAgain(plan.again);
    const { effects = NO_EFFECTS } = plan;
    if ("write" in plan) {
      const { write, reply, finish } = plan;
      this.#writes.push({ write, replyTo, reply, finish, effects });
      this.#isFull = write.kind !== "append";
      return;
    }
    this.#effects.push(...effects);
    if ("refusal" in plan) {
      this.#reply(errorResponse(replyTo, plan.refusal, Date.now()));
      this.#isFull ||= effects.length > 0;
      if (plan.refusal.code === Code.TooManyRequests) this.#countRefusal(plan.refusal.retryAfter ?? 0);
    } else if ("finish" in plan) {
      this.#effects.push({ ...plan.finish, replyTo, reply: plan.reply });
      this.#isFull = true;
    } else this.#reply(textOf(replyTo, plan.reply));
  }

  #takeAgain(again: Again): void {
    if (again.kind === "password") this.#passwordRequest = again.request;
    else this.#continuation = again.continuation;
    this.#isFull = true;
  }

  #countRefusal(seconds: number): void {
    const { count, retryAfter } = this.#refused ?? { count: 0, retryAfter: 0 };
    this.#refused = { count: count + 1, retryAfter: Math.max(retryAfter, seconds) };
  }

  #reply(json: string): void {
    this.#replies.push(json);
    this.#replyBytes += frameBytes(json, this.#framing);
    this.#isFull ||= this.#replyBytes >= this.#maxBytes;
  }

  result(consumed: number, costMs: number): TransferableResult {
    const replies = encodeFrames(this.#replies, this.#framing);
    const writes = this.#writes.length > 0 ? packWrites(this.#writes) : undefined;
    const settled = {
      consumed,
      replies,
      effects: this.#effects,
      writes,
      passwordRequest: this.#passwordRequest,
      costMs,
    };
    const refused = this.#refused && { refused: this.#refused };
    const continuation = this.#continuation && { continuation: this.#continuation };
    const isUsual = refused === undefined && continuation === undefined;
    const value: RequestTaskResult = isUsual ? settled : { ...settled, ...refused, ...continuation };
    return { value, buffers: writes ? [replies.buffer, writes.buffer] : [replies.buffer] };
  }
}

function textOf(replyTo: ReplyTo, { info, fields }: Reply<object>): string {
  try {
    return okResponse(replyTo, info, { ...fields }, Date.now());
  } catch (error) {
    return errorResponse(replyTo, router.explain(error, replyTo.action ?? ""), Date.now());
  }
}
