import { z } from 'zod';
import { Away } from '../../identity/away.ts';
import { keyIdOf } from '../../identity/keys.ts';
import { readMoved } from '../../identity/moved.ts';
import { maxChanges } from '../../identity/succession.ts';
import { followKey } from '../key-change.ts';
import { keep, readKept } from '../key-store.ts';
import { moveKeys } from '../own-key.ts';

const Followed = z.object({ device: Away.shape.device, seal: Away.shape.seal });
/** Where a device went that is known by this id. Links from before still name that one. */
const followedName = (id: string): string => `followed ${id}`;

/** Where a device is met: as a link says, and by another key where it was followed to one. */
export class Whereabouts {
  #away: Away;
  #id: string;
  #following: Promise<void> | undefined;

  /** Follows as far as this browser did before. */
  static async of(away: Away): Promise<Whereabouts> {
    const whereabouts = new Whereabouts(away, await keyIdOf(away.device));
    await whereabouts.#recall();
    return whereabouts;
  }

  private constructor(away: Away, id: string) {
    this.#away = away;
    this.#id = id;
  }

  /** By the key that it is known by now. */
  get away(): Away {
    return this.#away;
  }

  /** SHA-256 of that key. */
  get id(): string {
    return this.#id;
  }

  /**
   * Goes where the device's presence says that it went, if that is proved. What comes while another word is looked at is
   * passed over: it stands at the broker, or was worth nothing. Never rejects.
   */
  follow(presence: string): Promise<void> {
    this.#following ??= this.#follow(presence)
      .catch(() => undefined) // a browser that keeps nothing has no key either
      .finally(() => {
        this.#following = undefined;
      });
    return this.#following;
  }

  async #follow(presence: string): Promise<void> {
    const moved = await readMoved(presence, this.#away.device);
    if (!moved) return;
    const { publicKey, sealKey: seal, succession } = moved;
    const id = await keyIdOf(publicKey);
    await keep(followedName(this.#id), { device: publicKey, seal } satisfies z.infer<typeof Followed>);
    await followKey({ publicKey, id, succession });
    this.#go(publicKey, seal, id);
  }

  async #recall(): Promise<void> {
    for (let hops = 0; hops < maxChanges; hops += 1) {
      const followed = Followed.safeParse(await readKept(followedName(this.#id)).catch(() => undefined)).data;
      if (!followed) return;
      const id = await keyIdOf(followed.device);
      await moveKeys(this.#id, id); // where it was cut short
      this.#go(followed.device, followed.seal, id);
    }
  }

  #go(device: string, seal: string, id: string): void {
    this.#away = { ...this.#away, device, seal };
    this.#id = id;
  }
}
