import type { Clock } from '../clock.ts';
import type { Release } from '../media/stream.ts';
import type { TelemetryMessage } from '../protocol/reading.ts';
import type { DataChannel } from '../transport/channel.ts';

/** Label of the channel for values that change fast. */
export const telemetryLabel = 'telemetry';
/** At most so many messages a second, whoever listens: a chart moves smoothly, and a phone's radio may rest between. */
const everyMs = 100;
/** After a change all values are sent once more within this time: a message that was lost is not sent again. */
const wholeEveryMs = 2_000;

interface Listener {
  readonly channel: DataChannel;
  /** It has missed something: its next message says everything. */
  behind: boolean;
}

type Values = Readonly<Record<string, number>>;

/**
 * The newest values for every viewer's `telemetry` channel: at most ten messages a second of what changed, each written
 * once for all. A viewer that takes them too slowly is left out until it has caught up, and then hears the newest; what
 * was meanwhile it never hears. With nobody listening there is no timer.
 */
export class Telemetry {
  readonly #clock: Clock;
  readonly #values: () => Values;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #sent: Values = {};
  #seq = 0;
  /** Something was said since all was. */
  #owesWhole = false;
  #wholeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, values: () => Values) {
    this.#clock = clock;
    this.#values = values;
  }

  /** Takes a viewer's channel, if it is the one for telemetry, until the returned function is called. */
  join(channel: DataChannel): Release | undefined {
    if (channel.label !== telemetryLabel) return undefined;
    const listener = { channel, behind: true };
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.tick(), everyMs);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Sends what changed since the last time. */
  tick(): void {
    const now = this.#clock.now();
    const values = this.#values();
    const changed = changesFrom(this.#sent, values);
    this.#sent = { ...values };
    if (changed) this.#owesWhole = true;
    const due = this.#owesWhole && now - this.#wholeMs >= wholeEveryMs;
    if (due) {
      this.#owesWhole = false;
      this.#wholeMs = now;
    }
    const whole = this.#message(values);
    const part = this.#message(changed ?? {});
    for (const listener of this.#listeners) {
      const message = listener.behind || due ? whole : part;
      if (message === part && !changed) continue;
      listener.behind = !listener.channel.drained || !listener.channel.send(message.text);
    }
    if (whole.written || part.written) this.#seq += 1;
  }

  /** Written when first read, and once for all who read it. */
  #message(values: Values): { readonly text: string; readonly written: boolean } {
    const message: TelemetryMessage = { seq: this.#seq, time: this.#clock.wall(), values };
    let text: string | undefined;
    return {
      get text() {
        text ??= JSON.stringify(message);
        return text;
      },
      get written() {
        return text !== undefined;
      },
    };
  }
}

/** What is new or another in `after`; undefined where nothing is. */
function changesFrom(before: Values, after: Values): Values | undefined {
  const changed = Object.entries(after).filter(([sensor, value]) => before[sensor] !== value);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}
