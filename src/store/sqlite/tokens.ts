// The writes that concern how users log in: passwords, and tokens that are made, replaced, confirmed and made void.
import type Database from "better-sqlite3";
import { TOKENS_PER_USER } from "../../domain/writes/put-token.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { TokenTimes } from "../token-times.ts";
import { DONE, NOT_FOUND, STALE_PASSWORD } from "../write-outcomes.ts";
import type { UserWrites } from "./users.ts";

/** Expired tokens removed at most with each new one. */
const EXPIRED_PER_TOKEN = 8;

interface TokenRow {
  readonly id: number;
  readonly user: number;
  readonly token_hash: string;
  readonly time_ms: number;
  readonly previous_hash: string | null;
  readonly previous_ms: number | null;
}

function prepare(database: Database.Database) {
  return {
    find: database.prepare<[string], TokenRow>("SELECT * FROM tokens WHERE token_hash = ?"),
    findByPrevious: database.prepare<[string], TokenRow>("SELECT * FROM tokens WHERE previous_hash = ?"),
    put: database.prepare<[string, number, number, string | null, number | null]>(
      "INSERT INTO tokens (token_hash, user, time_ms, previous_hash, previous_ms) VALUES (?, ?, ?, ?, ?)",
    ),
    drop: database.prepare<[string]>("DELETE FROM tokens WHERE token_hash = ?"),
    dropBut: database.prepare<[number, string]>("DELETE FROM tokens WHERE user = ? AND token_hash <> ?"),
    dropPrevious: database.prepare<[string]>(
      "UPDATE tokens SET previous_hash = NULL, previous_ms = NULL WHERE previous_hash = ?",
    ),
    confirm: database.prepare<[string]>(
      "UPDATE tokens SET previous_hash = NULL, previous_ms = NULL WHERE token_hash = ?",
    ),
    dropSurplus: database.prepare<[number, number, number]>(
      `DELETE FROM tokens WHERE user = ? AND
         id <= (SELECT id FROM tokens WHERE user = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    ),
    dropExpired: database.prepare<[number, number]>(
      `DELETE FROM tokens WHERE time_ms < ? AND id IN (SELECT id FROM tokens ORDER BY id LIMIT ?)`,
    ),
    setPassword: database.prepare<[string, number, number]>(
      "UPDATE users SET password_hash = ?, must_change_password = ? WHERE id = ? AND state <> 'deleted'",
    ),
    loggedIn: database.prepare<[number, number]>("UPDATE users SET last_login_ms = ? WHERE id = ?"),
  };
}

/** Carries out the writes about tokens; called within the batch's transaction only. */
export class TokenWrites {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;

  constructor(database: Database.Database, users: UserWrites) {
    this.#users = users;
    this.#sql = prepare(database);
  }

  put(write: WriteOf<"putToken">, nowMs: number, { storedMs, expiredMs }: TokenTimes): WriteOutcome<"putToken"> {
    const user = this.#users.find(write.userId);
    if (user === undefined) return NOT_FOUND;
    if (!this.#users.isStillPassword(user, write.passwordHash)) return NOT_FOUND;
    const refused = this.#users.refusalOf(write.userId);
    if (refused !== undefined) return refused;
    const { newTokenHash, oldTokenHash } = write;
    if (this.#sql.find.get(newTokenHash)?.user === user.id) return DONE;
    let replacedHash: string | undefined;
    let previous: Pick<TokenRow, "previous_hash" | "previous_ms"> = { previous_hash: null, previous_ms: null };
    if (oldTokenHash !== undefined) {
      const current = this.#sql.find.get(oldTokenHash);
      const row = current ?? this.#sql.findByPrevious.get(oldTokenHash);
      const storedOldMs = current === undefined ? row?.previous_ms : current.time_ms;
      if (row?.user !== user.id || (storedOldMs ?? 0) < expiredMs) return NOT_FOUND;
      previous = { previous_hash: oldTokenHash, previous_ms: storedOldMs ?? null };
      if (current === undefined) replacedHash = row.token_hash;
      this.#sql.drop.run(row.token_hash);
    }
    this.#sql.put.run(newTokenHash, user.id, storedMs, previous.previous_hash, previous.previous_ms);
    this.#sql.loggedIn.run(nowMs, user.id);
    this.#sql.dropSurplus.run(user.id, user.id, TOKENS_PER_USER);
    this.#sql.dropExpired.run(expiredMs, EXPIRED_PER_TOKEN);
    return { done: true, result: replacedHash === undefined ? {} : { replacedHash } };
  }

  confirm({ tokenHash }: WriteOf<"confirmToken">): WriteOutcome<"confirmToken"> {
    return this.#sql.confirm.run(tokenHash).changes > 0 ? DONE : NOT_FOUND;
  }

  delete({ tokenHash }: WriteOf<"deleteToken">): WriteOutcome<"deleteToken"> {
    if (this.#sql.drop.run(tokenHash).changes === 0) this.#sql.dropPrevious.run(tokenHash);
    return DONE;
  }

  setPassword(write: WriteOf<"setPassword">): WriteOutcome<"setPassword"> {
    const user = this.#users.find(write.userId);
    if (user === undefined) return NOT_FOUND;
    const { passwordHash, mustChangePassword = false, verifiedHash } = write;
    const refused = verifiedHash === undefined ? undefined : this.#users.refusalOf(write.userId);
    if (refused !== undefined) return refused;
    if (!this.#users.isStillPassword(user, verifiedHash, passwordHash)) return STALE_PASSWORD;
    if (this.#sql.setPassword.run(passwordHash, Number(mustChangePassword), user.id).changes === 0) return NOT_FOUND;
    this.dropBut(user.id, write.keepTokenHash);
    return DONE;
  }

  /** Makes all tokens of a user, by its row, void but one. */
  dropBut(user: number, keptHash = ""): void {
    this.#sql.dropBut.run(user, keptHash);
    this.#sql.confirm.run(keptHash);
  }

  dropTokens(write: WriteOf<"dropTokens">): WriteOutcome<"dropTokens"> {
    const user = this.#users.findPresent(write.userId);
    if (user === undefined) return NOT_FOUND;
    this.dropBut(user.id, write.keepTokenHash);
    return DONE;
  }
}
