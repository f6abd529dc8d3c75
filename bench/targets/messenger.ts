// Our server as a target: started from a checkout with its limits off, its users made beforehand.
import { directChatId } from "../../src/protocol/ids.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";
import { scratchStore, type ScratchStore } from "../../src/store/scratch.ts";
import type { PlannedSender, Step } from "../engine/commands.ts";
import { stampedText } from "../engine/stamp.ts";
import { makeCertificate } from "./certificate.ts";
import type { Checkout } from "./checkout.ts";
import { BENCH_PASSWORD, groupChat, type BenchUser, type GroupPlan } from "./prefilled-users.ts";
import { serverSamples } from "./server-samples.ts";
import { ServerProcess } from "./server-process.ts";
import type { RunningTarget, StartPlan, Target, TargetParameters } from "./target.ts";

const LOGGED_IN = '"token":"';

/** Settings of our server beside those of every target. */
export interface MessengerSettings {
  readonly bcryptCost: number;
  readonly storedMessages: number;
  textOf(index: number): string;
  readonly groups: readonly GroupPlan[];
}

const DEFAULT_SETTINGS: MessengerSettings = { bcryptCost: 4, storedMessages: 0, textOf: () => "", groups: [] };

/** Our server while it runs, for scenarios that know its protocol. */
export interface RunningMessenger extends RunningTarget {
  readonly pid: number;
  readonly dataDir: string;
  readonly users: readonly BenchUser[];
  /** As `steps`, but by password. */
  passwordSteps(index: number): readonly Step[];
  /** Client `index` sends to its one-to-one chat with client `other`. */
  directSender(index: number, other: number, id: number, textBytes: number): PlannedSender;
  /** As `steps`, for a session that is told of groups. */
  memberSteps(index: number): readonly Step[];
  /** Sends to the prefilled group number `group`. */
  groupSender(group: number, id: number, textBytes: number): PlannedSender;
}

/** Which server, and on what. */
export interface MessengerSetup {
  readonly checkout: Checkout;
  /** Kind and place of the store: each server gets a new one beside it. Undefined: SQLite, as people have it. */
  readonly storeUrl: string | undefined;
  /** With a certificate of its own, and clients that connect over TLS. */
  readonly overTls: boolean;
  /** With its default limits of what one peer may ask. */
  readonly limited: boolean;
}

/** The kind of target `messenger`. */
export class MessengerTarget implements Target {
  readonly name = "messenger";
  readonly #setup: MessengerSetup;
  readonly #settings: MessengerSettings;

  constructor(setup: MessengerSetup, settings: MessengerSettings = DEFAULT_SETTINGS) {
    this.#setup = setup;
    this.#settings = settings;
  }

  /** The same server started with other settings. */
  with(settings: Partial<MessengerSettings>): MessengerTarget {
    return new MessengerTarget(this.#setup, { ...this.#settings, ...settings });
  }

  get parameters(): TargetParameters {
    const { overTls, limited, checkout } = this.#setup;
    const { name } = checkout;
    return {
      ...(name !== undefined && { checkout: name }),
      ...(overTls && { tls: "yes" }),
      ...(limited && { limits: "default" }),
    };
  }

  missing(): string | undefined {
    return undefined;
  }

  async start(plan: StartPlan): Promise<RunningMessenger> {
    const store = await scratchStore(this.#setup.storeUrl ?? DEFAULT_STORE, plan.folder);
    try {
      return await this.#startOn(store, plan);
    } catch (error) {
      await store.remove();
      throw error;
    }
  }

  async #startOn(store: ScratchStore, { folder, clientCount, cores }: StartPlan): Promise<RunningMessenger> {
    const { bcryptCost, storedMessages, textOf, groups } = this.#settings;
    const prefill = { userCount: Math.max(1, clientCount), bcryptCost, messageCount: storedMessages, textOf, groups };
    const { checkout, overTls, limited } = this.#setup;
    const { users, guarantee } = await checkout.prefill(store.url, folder, prefill);
    const certificate = overTls ? await makeCertificate(folder) : undefined;
    const tlsWords = overTls ? ["--tls", "self-signed"] : [];
    const server = new ServerProcess({
      command: [...checkout.serverCommand, ...serverOptions(folder, bcryptCost), ...tlsWords],
      core: cores.server,
      ...(checkout.folder !== undefined && { cwd: checkout.folder }),
      // Not on the command line, which everybody on the machine can read: the URL may have a password.
      env: { ...process.env, ...(!limited && NO_LIMITS), MESSENGER_STORE: store.url },
    });
    const [, port] = await server.printed(/messenger server listening on \S+:(\d+)/);
    const named = this.#setup.storeUrl === undefined ? undefined : guarantee;
    const about = { name: this.name, port: Number(port), users, dataDir: folder, guarantee: named };
    return new StartedMessenger({ ...about, fingerprint: certificate?.fingerprint, server, store });
  }
}

const DEFAULT_STORE = "sqlite:messenger.db";

function serverOptions(folder: string, bcryptCost: number): string[] {
  const options = {
    address: "127.0.0.1",
    port: "0",
    data: folder,
    "bcrypt-cost": String(bcryptCost),
    "max-connections": "100000",
    "log-level": "error",
  };
  return [...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]), "--no-ftp"];
}

/**
 * Limits on what one peer may ask are off: here they would limit the generator, not an attacker. By the environment,
 * where a server of another commit passes over those that it does not have.
 */
const NO_LIMITS: NodeJS.ProcessEnv = {
  MESSENGER_REQUEST_RATE: "0",
  MESSENGER_ANSWER_RATE: "0",
  MESSENGER_ADDRESS_ANSWER_RATE: "0",
  MESSENGER_BYTE_RATE: "0",
  MESSENGER_ADDRESS_REQUEST_RATE: "0",
  MESSENGER_ADDRESS_BYTE_RATE: "0",
  MESSENGER_FAILED_LOGINS_PER_NAME: "0",
  MESSENGER_FAILED_LOGINS_PER_ADDRESS: "0",
};

interface StartedParts {
  readonly name: string;
  readonly server: ServerProcess;
  readonly port: number;
  readonly fingerprint: string | undefined;
  readonly users: readonly BenchUser[];
  readonly dataDir: string;
  readonly store: ScratchStore;
  readonly guarantee: string | undefined;
}

class StartedMessenger implements RunningMessenger {
  readonly name: string;
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly fingerprint: string | undefined;
  readonly pid: number;
  readonly format = "prefixed";
  readonly connectParallel = 64;
  readonly users: readonly BenchUser[];
  readonly guarantee: string | undefined;
  readonly dataDir: string;
  readonly #server: ServerProcess;
  readonly #store: ScratchStore;

  constructor({ name, server, port, fingerprint, users, dataDir, store, guarantee }: StartedParts) {
    this.name = name;
    this.port = port;
    this.fingerprint = fingerprint;
    this.users = users;
    this.pid = server.pid;
    this.#server = server;
    this.dataDir = dataDir;
    this.#store = store;
    this.guarantee = guarantee;
  }

  steps(index: number): readonly Step[] {
    return [{ send: requestFrame("login", { token: this.#user(index).token }), until: LOGGED_IN }];
  }

  passwordSteps(index: number): readonly Step[] {
    const credentials = { username: this.#user(index).username, password: BENCH_PASSWORD };
    return [{ send: requestFrame("login", credentials), until: LOGGED_IN }];
  }

  commonSender(_index: number, id: number, textBytes: number): PlannedSender {
    return messageSender("common", id, textBytes);
  }

  directSender(index: number, other: number, id: number, textBytes: number): PlannedSender {
    return messageSender(directChatId(this.#user(index).userId, this.#user(other).userId), id, textBytes);
  }

  memberSteps(index: number): readonly Step[] {
    const data = { token: this.#user(index).token, features: ["groups"] };
    return [{ send: requestFrame("login", data), until: LOGGED_IN }];
  }

  groupSender(group: number, id: number, textBytes: number): PlannedSender {
    return messageSender(groupChat(group), id, textBytes);
  }

  ownFigures(fromMs: number, toMs: number): Promise<Readonly<Record<string, number>>> {
    return serverSamples(this.dataDir, fromMs, toMs);
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#store.remove();
  }

  #user(index: number): BenchUser {
    const user = this.users[index % this.users.length];
    if (!user) throw new Error("there are no users");
    return user;
  }
}

function messageSender(chatId: string, id: number, textBytes: number): PlannedSender {
  const frame = requestFrame("add_message", { chat_id: chatId, message: stampedText(textBytes) });
  return { id, frame, acknowledged: true, echoed: true };
}

/** A request as our own clients frame it. */
export function requestFrame(action: string, data: Record<string, unknown>): Buffer {
  return encodeFrame(JSON.stringify({ action, id: 1, data }), "prefixed");
}
