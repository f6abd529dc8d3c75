// Profiles that were looked at, kept current by events.
import type { DataOf } from "../../protocol/actions.ts";
import type { Profile } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import type { LoginSnapshot } from "../login-snapshot.ts";
import { ChangeSignal } from "./change-signal.ts";

/** Beyond it the profiles that were not asked for the longest are dropped. */
const MAX_PROFILES = 1000;

export class Profiles implements Disposable {
  readonly #messenger: Messenger;
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  /** The latest used last. */
  readonly #byId = new Map<UserId, Profile>();
  readonly #loading = new Map<string, Promise<Profile>>();
  /** Those that may have changed while there was no connection. */
  #stale = new Set<UserId>();

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
    const onLogin = (snapshot: LoginSnapshot): void => {
      this.#stale = new Set(this.#byId.keys());
      this.#put(snapshot.user_data);
    };
    if (messenger.snapshot) onLogin(messenger.snapshot);
    this.#subscriptions.add(messenger.events.on("login", onLogin));
    this.#subscriptions.add(messenger.events.on("profile", ({ user_data: profile }) => this.#put(profile)));
  }

  /** The own profile; undefined before the first login. */
  get own(): Profile | undefined {
    return this.get(this.#messenger.userId ?? "");
  }

  /** The user's profile as it is known, without asking the server. */
  get(userId: UserId): Profile | undefined {
    const profile = this.#byId.get(userId);
    if (profile) {
      this.#byId.delete(userId);
      this.#byId.set(userId, profile);
    }
    return profile;
  }

  /**
   * The user's profile, asked from the server unless it is known and current. People who are no contacts send no events
   * of changes: with `fresh` the server is asked in any case. Rejects as `Messenger.request` does (404: no such user).
   */
  load(userId: UserId, username: string, fresh = false): Promise<Profile> {
    const known = this.get(userId);
    if (known && !fresh && !this.#stale.has(userId)) return Promise.resolve(known);
    const loading = this.#loading.get(username) ?? this.#fetch(username);
    this.#loading.set(username, loading);
    return loading;
  }

  /** Changes the own profile; rejects with RequestError (400: a field is too long). */
  update(changes: DataOf<"update_profile">): Promise<Profile> {
    return this.#messenger.updateProfile(changes);
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  async #fetch(username: string): Promise<Profile> {
    try {
      const { user_data: profile } = await this.#messenger.request("profile", { username });
      this.#put(profile);
      return profile;
    } finally {
      this.#loading.delete(username);
    }
  }

  #put(profile: Profile): void {
    this.#byId.delete(profile.user_id);
    this.#byId.set(profile.user_id, profile);
    this.#stale.delete(profile.user_id);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > MAX_PROFILES && oldest !== undefined) this.#byId.delete(oldest);
    this.#changes.touch();
  }
}
