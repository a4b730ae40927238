import type { Actions } from './actions/actions.ts';
import type { Clock, MonotonicMs } from './clock.ts';
import type { DeviceEvent } from './protocol/alarm.ts';

/** What is lit is lit anew so often: an output goes off by itself, should nobody be there to switch it off. */
const renewMs = 20_000;
/** Who begins within this time after another is not heard. */
const quietMs = 30_000;

export interface LiveSignParts {
  readonly actions: Pick<Actions, 'run' | 'release'>;
  /** Actions of the profile: lit while somebody sees or hears, and sounded when somebody begins to. */
  readonly settings: { readonly light: readonly string[]; readonly sound: readonly string[] };
  readonly ids: { next(): string };
  /** What people call the device. */
  readonly title: string;
  readonly clock: Clock;
}

/** Shows at the device itself that somebody sees or hears. In privacy mode nobody does, and nothing is shown. */
export class LiveSign {
  readonly #parts: LiveSignParts;
  #watching = 0;
  #private = false;
  #lit: { readonly event: DeviceEvent; readonly renewal: NodeJS.Timeout } | undefined;
  #soundedMs: MonotonicMs | undefined;
  #ended = false;

  constructor(parts: LiveSignParts) {
    this.#parts = parts;
  }

  /** So many see or hear now. */
  watched(watching: number): void {
    const more = watching > this.#watching;
    this.#watching = watching;
    this.#follow();
    if (more && this.#lit) this.#sound(this.#lit.event);
  }

  /** Privacy mode began or ended. */
  private(on: boolean): void {
    this.#private = on;
    this.#follow();
  }

  /** Shows nothing any more. */
  stop(): void {
    this.#ended = true;
    this.#follow();
  }

  #follow(): void {
    const live = this.#watching > 0 && !this.#private && !this.#ended;
    if (live && !this.#lit) {
      const event = this.#event();
      this.#lit = { event, renewal: setInterval(() => this.#light(event), renewMs).unref() };
      this.#light(event);
      this.#sound(event);
    } else if (!live && this.#lit) {
      const { event, renewal } = this.#lit;
      this.#lit = undefined;
      clearInterval(renewal);
      void this.#parts.actions.release(event);
    }
  }

  #light(event: DeviceEvent): void {
    const { actions, settings } = this.#parts;
    void actions.run(settings.light, { event, on: 'raise' });
  }

  #sound(event: DeviceEvent): void {
    const { actions, settings, clock } = this.#parts;
    const now = clock.now();
    if (this.#soundedMs !== undefined && now - this.#soundedMs < quietMs) return;
    this.#soundedMs = now;
    void actions.run(settings.sound, { event, on: 'raise' });
  }

  #event(): DeviceEvent {
    const { ids, title, clock } = this.#parts;
    return {
      ...{ id: ids.next(), type: 'device', time: clock.wall(), severity: 'info' },
      ...{ title: `${title}: somebody is watching`, snapshot: false },
    };
  }
}
