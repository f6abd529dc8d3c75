// Hashing and verifying passwords, and the secrets that are not chosen by people: tokens and ids.
import { createHash, randomBytes } from "node:crypto";
import bcrypt from "bcrypt";
import type { PasswordJob, PasswordResult } from "./again.ts";

/**
 * bcrypt reads 72 bytes and stops at U+0000. So it gets the password's SHA-384 in Base64, 64 characters without any
 * zero byte: every byte of the password counts, and what a hash without salt would give away stays inside of bcrypt.
 */
function prehash(password: string): string {
  return createHash("sha384").update(password, "utf8").digest("base64");
}

/** Does the work at once, on the calling thread: only the password threads may call it (about 0.25 s at cost 12). */
export function doPasswordJob(job: PasswordJob, cost: number): PasswordResult {
  const verified = job.verify && bcrypt.compareSync(prehash(job.verify.password), job.verify.hash);
  const verifiedHash = job.verify?.hash;
  if (verified === false || job.hash === undefined) return { verified, verifiedHash, hash: undefined };
  return { verified, verifiedHash, hash: bcrypt.hashSync(prehash(job.hash), cost) };
}

/**
 * The hash that an unknown user's password is verified against, so that it takes as long as a known user's: a well-formed hash
 * (22 characters of salt, 31 of hash) that no password is known for.
 */
export function unknownUserHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${"k".repeat(21)}u${"k".repeat(31)}`;
}

/** A new token: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The stored form of a token. It has 256 bits, so a plain hash cannot be searched. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("base64url");
}

export function newUserId(): string {
  return randomBytes(12).toString("hex");
}
