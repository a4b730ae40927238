import { randomUUID } from 'node:crypto';
import type { Codes } from './access/codes.ts';
import type { Peer } from './access/peer.ts';
import type { Actions } from './actions/actions.ts';
import type { Alarms } from './alarms.ts';
import type { Clock } from './clock.ts';
import type { VedetteError } from './errors.ts';
import type { Verdict } from './keypads/entering.ts';
import { Keypad, type KeypadHost } from './keypads/keypad.ts';
import type { KeypadBuses } from './keypads/kind.ts';
import type { KeypadProfile } from './keypads/profile.ts';
import type { Logger } from './log.ts';
import type { AuditDraft } from './protocol/access.ts';
import type { DeviceEvent } from './protocol/alarm.ts';
import type { KeypadDescription } from './protocol/keypad.ts';
import { ChallengeResult, type Receipt } from './protocol/request.ts';
import type { Requests } from './requests/requests.ts';

export interface TypedCodesParts {
  readonly keypads: readonly KeypadProfile[];
  readonly codes: Pick<Codes, 'peerOf' | 'areKnown' | 'wrong' | 'keepWrong' | 'lost'>;
  readonly requests: Pick<Requests, 'take'>;
  readonly buses: KeypadBuses;
  readonly actions: Pick<Actions, 'run'>;
  readonly alarms: Pick<Alarms, 'note' | 'change'>;
  readonly clock: Clock;
  readonly log: Logger;
}

type Typist = Extract<Peer, { kind: 'code' }>;

const minuteMs = 60_000;

/** A keypad as others see it. */
export const describeKeypad = ({ name, title, lock }: KeypadProfile): KeypadDescription => ({
  ...{ keypad: name, title, lock },
});

/**
 * The keypads of a device, and who has the codes that are typed there. A code unlocks as everybody does, by a request with
 * a challenge of its own: the same grants, uses and refusals, and the same trail. What was typed is said nowhere.
 */
export class TypedCodes implements KeypadHost {
  readonly #parts: TypedCodesParts;
  readonly #keypads: readonly Keypad[];
  /** What tells people at a keypad of a code, while it does. */
  readonly #telling = new Set<string>();
  readonly #troubles = new Map<string, DeviceEvent>();

  constructor(parts: TypedCodesParts) {
    this.#parts = parts;
    const { keypads, buses, clock, log } = parts;
    this.#keypads = keypads.map((keypad) => new Keypad(keypad, buses, this, clock, log));
  }

  start(): void {
    const { codes, alarms, log } = this.#parts;
    const lost = codes.lost;
    if (lost > 0) {
      const title = `${lost === 1 ? 'A code' : `${lost} codes`} for keypads can open nothing any more: give new ones`;
      log.warn({ lost }, 'the secret that codes are kept under is gone: give new ones');
      alarms.note({ type: 'device', severity: 'warning', title, detail: 'identity/code-secret is gone' });
    }
    for (const keypad of this.#keypads) keypad.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#keypads.map((keypad) => keypad.stop()));
  }

  wrong({ name }: KeypadProfile): number {
    return this.#parts.codes.wrong(name);
  }

  async judge(keypad: KeypadProfile, code: string): Promise<Verdict> {
    const { codes } = this.#parts;
    const peer = codes.peerOf(code, describeKeypad(keypad));
    // Whoever types a right one while nothing is known of any must not lock the keypad by it; nothing opens anyhow.
    if (!peer && codes.areKnown) return 'wrong';
    const challenge = peer && (await this.#challenge(peer));
    if (!peer || challenge === undefined) {
      this.refused(keypad);
      return 'refused';
    }
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const request = { id: randomUUID(), type: 'unlock', lock: keypad.lock, challenge };
    let holds = false;
    this.#take(peer, request, (receipt) => {
      if (receipt?.state === 'accepted' || receipt?.state === 'done') {
        resolve('right');
        // While somebody else has to agree, it is not said yet that it opens.
        if (holds || (receipt.state === 'accepted' && receipt.needs)) return;
        holds = true;
        this.#tell(keypad, 'accepted', peer.name);
        return;
      }
      // What was accepted and did not open after all is a right code, and told as what it is.
      this.refused(keypad);
      resolve('refused');
    });
    return promise;
  }

  refused(keypad: KeypadProfile): void {
    this.#tell(keypad, 'refused', undefined);
  }

  async counted(keypad: KeypadProfile, wrong: number, lockoutMs: number | undefined): Promise<void> {
    const { codes, alarms, log } = this.#parts;
    const { name, title, lock } = keypad;
    const about = { type: 'refusal', lock, detail: { keypad: name, wrong } } as const;
    const audit: AuditDraft[] =
      wrong === 0 ? [] : [{ ...about, title: `A code that nobody has was typed at ${title}` }];
    if (lockoutMs !== undefined) {
      const minutes = lockoutMs / minuteMs;
      const none = `${title} takes no codes for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
      const detail = `${wrong} wrong ones were typed`;
      audit.push({ ...about, title: `${none}: ${detail}` });
      alarms.note({ type: 'device', severity: 'warning', title: none, detail });
    }
    await codes.keepWrong(name, wrong, audit).catch((error: unknown) => {
      log.warn({ keypad: name, err: error }, 'wrong codes could not be counted over a restart');
    });
    if (wrong > 0) this.refused(keypad);
  }

  trouble({ name, title }: KeypadProfile, reason: VedetteError | undefined): void {
    const { alarms, clock } = this.#parts;
    const known = this.#troubles.get(name);
    if (reason) {
      const detail = reason.message;
      this.#troubles.set(
        name,
        alarms.note({ type: 'device', severity: 'warning', title: `${title}: takes no codes`, detail }),
      );
    } else if (known) {
      this.#troubles.delete(name);
      void alarms.change(known.id, { clearedAt: clock.wall() });
    }
  }

  async #challenge(peer: Typist): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<Receipt | undefined>();
    this.#take(peer, { id: randomUUID(), type: 'challenge' }, resolve);
    const receipt = await promise;
    return receipt?.state === 'done' ? ChallengeResult.parse(receipt.result).challenge : undefined;
  }

  /** `tell` hears undefined where too much was asked, and that was said before. */
  #take(peer: Typist, request: object, tell: (receipt: Receipt | undefined) => void): void {
    if (!this.#parts.requests.take(JSON.stringify(request), { peer }, tell)) tell(undefined);
  }

  /** Whoever stands there sees or hears what became of the code; of two at once, the first. */
  #tell(keypad: KeypadProfile, what: 'accepted' | 'refused', by: string | undefined): void {
    const { alarms, actions } = this.#parts;
    const names = keypad[what];
    const key = `${keypad.name} ${what}`;
    if (names.length === 0 || this.#telling.has(key)) return;
    this.#telling.add(key);
    const event = alarms.note({
      ...{ type: 'device', severity: 'info', title: `${keypad.title}: a code was ${what}` },
      ...(by === undefined ? {} : { detail: `of ${by}` }),
    });
    void actions.run(names, { event, on: 'raise' }).finally(() => this.#telling.delete(key));
  }
}
