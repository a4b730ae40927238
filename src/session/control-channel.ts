import type { TakeRequest } from '../protocol/request-host.ts';
import type { DataChannel } from '../transport/channel.ts';

/** Label of the ordered channel that carries requests, and their receipts. */
const controlLabel = 'control';

export interface ControlChannelParts {
  readonly session: string;
  /** Takes what this viewer asks; absent where it may ask nothing. */
  readonly take: TakeRequest | undefined;
}

/** A session's end of the `control` channel: texts in, receipts out. What they mean is known elsewhere. */
export class ControlChannel {
  readonly #parts: ControlChannelParts;
  readonly #gone = new AbortController();
  #channel: DataChannel | undefined;

  constructor(parts: ControlChannelParts) {
    this.#parts = parts;
  }

  /** Takes the viewer's channel, if it is the one for requests and the first. */
  adopt(channel: DataChannel): void {
    if (channel.label === controlLabel) this.#channel ??= channel;
  }

  /** Whoever asked on it is gone. Idempotent. */
  end(): void {
    this.#gone.abort();
  }

  hear(channel: DataChannel, text: string): void {
    if (channel !== this.#channel) return;
    const { session, take } = this.#parts;
    // A receipt that does not get through is asked for again, by whoever misses it.
    take?.(text, { session, gone: this.#gone.signal }, (receipt) => channel.send(JSON.stringify(receipt)));
  }
}
