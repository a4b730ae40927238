import {
  type Connection,
  type ConnectionInput,
  deadlineOf,
  idleConnection,
  stepConnection,
} from './connection.ts';

/** What carries a session: WebSocket signaling on the page, WHEP in the embedded element. */
export interface SessionCarrier {
  /** Begins a session and reports what becomes of it. Never throws. */
  open(report: (input: ConnectionInput) => void): void;
  /** Offers an ICE restart on the open session. */
  restart(): void;
  /** Says bye and frees everything of the open session. Idempotent. */
  close(): void;
}

/** Drives {@link stepConnection}: does its effects, keeps its timer, tells its state. */
export class Connector {
  readonly #carrier: SessionCarrier;
  readonly #changed: (state: Connection) => void;
  #state: Connection = idleConnection;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each session, so that late news of a closed one is nobody's news. */
  #generation = 0;

  constructor(carrier: SessionCarrier, changed: (state: Connection) => void) {
    this.#carrier = carrier;
    this.#changed = changed;
  }

  get state(): Connection {
    return this.#state;
  }

  start(): void {
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#hurry);
    this.feed({ type: 'start' });
  }

  /** Ends the session and all attempts. Idempotent. */
  stop(): void {
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#hurry);
    this.feed({ type: 'stop' });
  }

  feed(input: ConnectionInput): void {
    const { state, effects } = stepConnection(this.#state, input, Date.now(), Math.random());
    const changed = state !== this.#state;
    this.#state = state;
    this.#schedule();
    for (const effect of effects) this.#do(effect);
    if (changed) this.#changed(state);
  }

  #do(effect: 'open' | 'restart' | 'close'): void {
    switch (effect) {
      case 'open': {
        this.#generation += 1;
        const generation = this.#generation;
        this.#carrier.open((input) => {
          if (generation === this.#generation) this.feed(input);
        });
        break;
      }
      case 'restart':
        this.#carrier.restart();
        break;
      case 'close':
        this.#generation += 1;
        this.#carrier.close();
        break;
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const deadline = deadlineOf(this.#state);
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => this.feed({ type: 'tick' }), Math.max(0, deadline - Date.now()));
  }

  readonly #hurry = (): void => {
    if (document.visibilityState === 'visible') this.feed({ type: 'hurry' });
  };
}
