import { VedetteError } from '../errors.ts';
import { type DeviceMessage, ViewerMessage } from '../protocol/events.ts';
import type { DataChannel } from '../transport/channel.ts';

/** Label of the ordered channel that carries states and events. */
export const eventsLabel = 'events';
/** A longer message of a viewer is dropped before it is parsed. */
const maxViewerMessageBytes = 4 * 1024;
/** Messages a viewer may send in any {@link budgetWindowMs}; more are dropped, which is said once. A person's finger is slower. */
const messagesPerWindow = 50;
const budgetWindowMs = 10_000;

/** A session's end of the `events` channel: validated messages in, typed messages out. Pure but for the channel. */
export class EventsChannel {
  readonly #channel: DataChannel;
  #windowStart = Number.NEGATIVE_INFINITY;
  #inWindow = 0;

  constructor(channel: DataChannel) {
    this.#channel = channel;
  }

  send(message: DeviceMessage): boolean {
    return this.#channel.send(JSON.stringify(message));
  }

  /** Waits until everything sent so far has left, or the deadline (ms) has passed. */
  flushed(deadlineMs: number): Promise<void> {
    return this.#channel.flushed(deadlineMs);
  }

  /** Reads a viewer's message; undefined for what is too long, too much, not JSON or not known. */
  read(text: string, now: number): ViewerMessage | undefined {
    if (now - this.#windowStart > budgetWindowMs) {
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    if (this.#inWindow === messagesPerWindow + 1)
      this.send({ type: 'refused', request: 'message', ...new VedetteError('request/too-many').told });
    if (this.#inWindow > messagesPerWindow || text.length > maxViewerMessageBytes) return undefined;
    try {
      return ViewerMessage.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }
}
