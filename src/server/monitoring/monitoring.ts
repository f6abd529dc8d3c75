// Routes of monitoring: /healthz, /readyz and /metrics.
import { createHash, timingSafeEqual } from "node:crypto";
import type { Sample } from "../../protocol/admin.ts";
import { isLoopback } from "../../util/address.ts";
import type { AccessControl } from "../connections/access-control.ts";
import type { GroupCommit } from "../commit/group-commit.ts";
import type { Registry } from "../delivery/registry.ts";
import type { HttpAnswer, HttpRequest, HttpRoutes } from "../http/answers.ts";
import type { PasswordGate } from "../login/password-gate.ts";
import type { Metrics } from "../metrics.ts";
import { Exposition, EXPOSITION_TYPE } from "./exposition.ts";
import type { StoreHealth } from "./store-health.ts";

export interface MonitoringParts {
  /** Bearer token of whoever reads the metrics; undefined lets in this machine alone. */
  readonly metricsToken: string | undefined;
  readonly version: string;
  /** The store's kind. */
  readonly store: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly groupCommit: GroupCommit;
  readonly gate: PasswordGate;
  readonly access: AccessControl;
  readonly health: StoreHealth;
  /** Connections of the chat now. */
  readonly connectionCount: () => number;
  readonly isStopping: () => boolean;
  /** The last of those taken every second. */
  readonly lastSample: () => Sample | undefined;
}

export function monitoringRoutes(parts: MonitoringParts): HttpRoutes {
  return {
    "/healthz": () => ({ status: 200, text: "ok" }),
    "/readyz": () => readiness(parts),
    "/metrics": async (request) => metricsRefusal(request, parts) ?? (await exposed(parts)),
  };
}

async function readiness({ isStopping, health }: MonitoringParts): Promise<HttpAnswer> {
  if (isStopping()) return { status: 503, text: "stopping" };
  const isUsable = await health.isUsable();
  return isUsable ? { status: 200, text: "ready" } : { status: 503, text: "store: cannot be used now" };
}

/** Wrong tokens count as failed logins of the address. */
function metricsRefusal(request: HttpRequest, { metricsToken, gate }: MonitoringParts): HttpAnswer | undefined {
  const { address, authorization } = request;
  if (metricsToken === undefined) {
    const text = "the metrics are for this machine alone, or with --metrics-token for its bearer";
    return isLoopback(address) ? undefined : { status: 403, text };
  }
  const retryAfter = gate.retryAfter(address);
  if (retryAfter > 0) return { status: 429, retryAfter };
  const shown = /^Bearer +(.+)$/i.exec(authorization ?? "")?.[1];
  if (shown !== undefined && isSame(shown, metricsToken)) return undefined;
  if (shown !== undefined) gate.countFailure(address);
  return { status: 401, headers: { "WWW-Authenticate": "Bearer" } };
}

/** `shown` has a character for each byte, as headers are read. Takes equally long wherever they differ. */
function isSame(shown: string, token: string): boolean {
  const digest = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
  return timingSafeEqual(digest(Buffer.from(shown, "latin1")), digest(Buffer.from(token)));
}

async function exposed(parts: MonitoringParts): Promise<HttpAnswer> {
  const isUsable = await parts.health.isUsable();
  const page = new Exposition();
  addServer(page, parts, isUsable);
  addTraffic(page, parts);
  return { status: 200, text: page.toString(), headers: { "Content-Type": EXPOSITION_TYPE } };
}

function addServer(page: Exposition, parts: MonitoringParts, isUsable: boolean): void {
  const { version, store, startedMs, registry, access, gate } = parts;
  const sample = parts.lastSample();
  const cpu = process.cpuUsage();
  page
    .gauge("build_info", "Always 1; the labels say what runs.", 1, { version, node: process.version, store })
    .gauge("start_time_seconds", "When the server was started, Unix time.", startedMs / 1000)
    .gauge("store_up", "1 while the store can be used, as /readyz says.", isUsable ? 1 : 0)
    .gauge("connections", "Connections of the chat now.", parts.connectionCount())
    .gauge("sessions", "Logged-in sessions now.", registry.sessions.size)
    .gauge("users_online", "Users with a session now.", registry.userCount)
    .counter("sessions_started", "Sessions that have begun.", registry.begunCount)
    .counter("failed_logins", "Logins with a wrong name, password or token, at all ports.", gate.failedCount)
    .counter("refused_connections", "Connections refused since there were too many.", access.refusedCount)
    .counter("cpu_seconds", "Processor time of the server, all threads.", (cpu.user + cpu.system) / 1e6)
    .gauge("resident_memory_bytes", "Memory of the server.", sample?.rss_bytes)
    .gauge(
      "event_loop_delay_p99_seconds",
      "Delay of the main thread, 99th percentile of the last second.",
      sample && sample.loop_delay_p99_ms / 1000,
    );
}

function addTraffic(page: Exposition, { metrics, groupCommit, lastSample }: MonitoringParts): void {
  page
    .counter("requests", "Requests carried out.", metrics.requests)
    .counter("messages", "Messages stored.", metrics.messages)
    .counter("deliveries", "Events of messages given to sessions.", metrics.deliveries)
    .counter("writes", "Writes given to the store, messages among them.", metrics.writes)
    .histogram("commit_duration_seconds", "How long the store took for a batch of writes.", metrics.commitTimes)
    .histogram(
      "delivery_duration_seconds",
      "From the arrival of messages to the writes of their events to all sockets.",
      metrics.deliveryTimes,
    )
    .gauge("commit_queue_bytes", "Writes that wait for the store.", groupCommit.waitingBytes)
    .gauge("send_queue_bytes", "What waits to be read by clients.", lastSample()?.queued_bytes);
}
