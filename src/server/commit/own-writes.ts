// Writes of the server's own: an uploaded picture, the administrator's acts, announcements.
import type { WriteKind, WriteOf, WriteResults } from "../../domain/writes/table.ts";
import type { EffectRunner } from "../effects.ts";
import type { GroupCommit } from "./group-commit.ts";

export class OwnWrites {
  readonly #groupCommit: GroupCommit;
  readonly #effects: EffectRunner;

  constructor(groupCommit: GroupCommit, effects: EffectRunner) {
    this.#groupCommit = groupCommit;
    this.#effects = effects;
  }

  /**
   * Commits one write and carries out what follows from it. Rejects with the ProtocolError that a client would be
   * answered with when it was refused, and with another error when its fate is not known.
   */
  async commit<K extends WriteKind>(write: WriteOf<K>): Promise<WriteResults[K]> {
    const { result, effects } = await this.#groupCommit.write(write);
    await this.#effects.apply(effects, undefined);
    return result;
  }
}
