// Limits of the avatar server, in all and by client; everything beyond is refused with a 4xx reply.
import type { UserId } from "../protocol/ids.ts";
import { addressKey, isLoopback } from "../util/address.ts";
import type { Clock } from "../util/clock.ts";
import { TokenBucket } from "../util/token-bucket.ts";

export interface FtpLimitOptions {
  /** Control connections in all. */
  readonly connectionsCount: number;
  /** Control connections of one address (a /64 for IPv6); loopback has no limit, there the address tells nothing. */
  readonly connectionsPerAddressCount: number;
  /** Data transfers under way, listings too. An upload takes up to 2 MiB of memory while it is checked. */
  readonly transfersCount: number;
  /** Of these, of one user; nobody takes all places. */
  readonly transfersPerUserCount: number;
  /** Of these, of one address (a /64 for IPv6); loopback has no limit. */
  readonly transfersPerAddressCount: number;
  /** Uploads of one user, on average; each costs two fsyncs and an event to every watcher, and stays for a minute. */
  readonly uploadsPerSec: number;
  readonly uploadBurstCount: number;
}

export const DEFAULT_FTP_LIMITS: FtpLimitOptions = {
  connectionsCount: 500,
  connectionsPerAddressCount: 20,
  transfersCount: 64,
  transfersPerUserCount: 8,
  transfersPerAddressCount: 16,
  uploadsPerSec: 1 / 6,
  uploadBurstCount: 10,
};

/** Gives back what was taken; call it once. */
export type Release = () => void;

export class FtpLimits {
  readonly #options: FtpLimitOptions;
  readonly #clock: Clock;
  #connectionsCount = 0;
  #transfersCount = 0;
  /** Under way, by user and by address. */
  readonly #transfers = new Map<string, number>();
  readonly #countByAddress = new Map<string, number>();
  readonly #uploads = new Map<UserId, TokenBucket>();

  /** `clock` must not jump (`monotonicClock`). */
  constructor(options: FtpLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Counts a control connection; undefined when there are too many. */
  connect(remoteAddress: string): Release | undefined {
    const address = addressKey(remoteAddress);
    const count = this.#countByAddress.get(address) ?? 0;
    if (this.#connectionsCount >= this.#options.connectionsCount) return undefined;
    if (!isLoopback(remoteAddress) && count >= this.#options.connectionsPerAddressCount) return undefined;
    this.#connectionsCount++;
    this.#countByAddress.set(address, count + 1);
    return () => {
      this.#connectionsCount--;
      const left = (this.#countByAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#countByAddress.set(address, left);
      else this.#countByAddress.delete(address);
    };
  }

  /** Counts a transfer; undefined when too many are under way, in all, of the user or from the address. */
  transfer(userId: UserId, remoteAddress: string): Release | undefined {
    const { transfersCount, transfersPerUserCount, transfersPerAddressCount } = this.#options;
    const address = isLoopback(remoteAddress) ? undefined : addressKey(remoteAddress);
    const ofAddress = address === undefined ? 0 : (this.#transfers.get(address) ?? 0);
    if (this.#transfersCount >= transfersCount || ofAddress >= transfersPerAddressCount) return undefined;
    if ((this.#transfers.get(userId) ?? 0) >= transfersPerUserCount) return undefined;
    const keys = address === undefined ? [userId] : [userId, address];
    this.#transfersCount++;
    for (const key of keys) this.#transfers.set(key, (this.#transfers.get(key) ?? 0) + 1);
    return () => {
      this.#transfersCount--;
      for (const key of keys) {
        const left = (this.#transfers.get(key) ?? 1) - 1;
        if (left > 0) this.#transfers.set(key, left);
        else this.#transfers.delete(key);
      }
    };
  }

  /** 0 when the user may upload now, otherwise seconds until then. */
  upload(userId: UserId): number {
    for (const [otherId, bucket] of this.#uploads) if (bucket.isFull()) this.#uploads.delete(otherId);
    const { uploadsPerSec: ratePerSec, uploadBurstCount: burstCount } = this.#options;
    const bucket = this.#uploads.get(userId) ?? new TokenBucket({ ratePerSec, burstCount }, this.#clock);
    this.#uploads.set(userId, bucket);
    return bucket.take();
  }
}
