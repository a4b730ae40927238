import type { Clock, MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { AuditDraft } from '../protocol/access.ts';
import type { Severity } from '../protocol/alarm.ts';
import type { PresenceAnswer } from '../protocol/presence.ts';
import type { Access } from './access.ts';
import type { Joined, PresentRequest } from './joining.ts';
import {
  noPresence,
  type PresenceInput,
  type PresenceNews,
  type PresenceState,
  presenceDue,
  presenceStep,
} from './presence-window.ts';

export interface PresenceParts {
  /** How long the button is held. */
  readonly holdMs: number;
  readonly access: Pick<Access, 'letInAtDevice' | 'hasSeen'>;
  /** Writes into the trail; rejects where it cannot. */
  readonly audit: (draft: AuditDraft) => Promise<unknown>;
  /** Makes an event of it, which every owner sees. */
  readonly tell: (title: string, severity: Severity) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The device's button lets in the one phone that asks while it is open. Times are of the monotonic clock. */
export class Presence {
  readonly #parts: PresenceParts;
  #state: PresenceState = noPresence;
  readonly #requests = new Map<string, PresentRequest>();
  /** What became of the last who asked. */
  #outcomes = new Map<string, Promise<PresenceAnswer>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  get holdMs(): number {
    return this.#parts.holdMs;
  }

  /** The button's sensor says whether it is held, or nothing. */
  button(down: boolean | undefined, now: MonotonicMs): void {
    this.#take({ type: 'button', down, now });
  }

  /**
   * A key that has proved itself asks to be let in.
   * @param key its id
   * @throws VedetteError `access/key-known`
   */
  async ask(key: string, request: PresentRequest): Promise<PresenceAnswer> {
    const now = this.#parts.clock.now();
    // Whoever is known comes in by their key, and who was sent away not by this one.
    if (!this.#outcomes.has(key) && this.#parts.access.hasSeen(key))
      throw new VedetteError('access/key-known');
    this.#take({ type: 'ask', key, now });
    const { window } = this.#state;
    if (window?.askers.includes(key)) {
      this.#requests.set(key, request);
      return { state: 'waiting', ms: window.until - now };
    }
    return this.#outcomes.get(key) ?? (window ? { state: 'out', because: 'others' } : { state: 'closed' });
  }

  /** Lets nobody in any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#state = noPresence;
  }

  #take(input: PresenceInput): void {
    const { state, news } = presenceStep(this.#state, input, this.#parts.holdMs);
    this.#state = state;
    for (const each of news) this.#tell(each);
    clearTimeout(this.#timer);
    const due = presenceDue(state, this.#parts.holdMs);
    if (due === undefined) return;
    const { clock } = this.#parts;
    this.#timer = setTimeout(
      () => this.#take({ type: 'time', now: clock.now() }),
      Math.max(0, due - clock.now()),
    );
    this.#timer.unref();
  }

  #tell(news: PresenceNews): void {
    if (news.type === 'opened') {
      this.#requests.clear();
      this.#outcomes = new Map();
      this.#say("The device's button is held: one phone may come in", 'info');
      return;
    }
    const { askers } = news;
    const [only] = askers;
    const request = only === undefined ? undefined : this.#requests.get(only);
    if (askers.length === 1 && only !== undefined && request) this.#outcomes.set(only, this.#letIn(request));
    else {
      const others = Promise.resolve<PresenceAnswer>({ state: 'out', because: 'others' });
      this.#outcomes = new Map(askers.map((key) => [key, others]));
      if (askers.length === 0) this.#say("Nobody asked to come in by the device's button", 'info');
      else this.#say("More than one phone asked to come in by the device's button: none did", 'warning');
    }
  }

  /** Never rejects. */
  async #letIn(request: PresentRequest): Promise<PresenceAnswer> {
    try {
      const joined: Joined = await this.#parts.access.letInAtDevice(request);
      return { state: 'in', person: joined.person.name };
    } catch (error) {
      this.#parts.log.error({ err: error }, "nobody could be let in by the device's button");
      return { state: 'out', because: 'failed' };
    }
  }

  #say(title: string, severity: Severity): void {
    const { audit, tell, log } = this.#parts;
    tell(title, severity);
    audit({ type: 'pairing', title }).catch((error: unknown) =>
      log.warn({ err: error }, `not in the trail: ${title}`),
    );
  }
}
