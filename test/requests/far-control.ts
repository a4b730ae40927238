import type { RTCDataChannel } from 'werift';
import { Receipt } from '../../src/protocol/request.ts';
import type { Device } from '../e2e/device.ts';
import { HeadlessViewer } from '../trust/headless-viewer.ts';

/** A viewer of another implementation that asks on its `control` channel. */
export class FarControl {
  readonly viewer: HeadlessViewer;
  readonly told: Receipt[] = [];
  readonly #channel: RTCDataChannel;

  constructor(device: Device) {
    this.viewer = new HeadlessViewer(device, { codecs: ['H264'] });
    this.#channel = this.viewer.far.connection.createDataChannel('control');
    this.#channel.onMessage.subscribe((data) => {
      this.told.push(Receipt.parse(JSON.parse(String(data))));
      this.viewer.far.changed();
    });
  }

  /** Connects, and waits until the channel is open. @param headers who it is, where that is asked */
  async open(feed: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.viewer.watch(feed, headers);
    await this.viewer.far.until('an open channel', () => this.#channel.readyState === 'open', 30_000);
  }

  /** What waits to be sent, in bytes: with much of it this implementation is busy with itself. */
  get buffered(): number {
    return this.#channel.bufferedAmount;
  }

  send(text: string): void {
    this.#channel.send(text);
  }

  /** Sends a request, and waits for the last word on it. */
  async ask(request: {
    readonly id: string;
    readonly type: string;
    readonly [more: string]: unknown;
  }): Promise<Receipt> {
    const from = this.told.length;
    const found = () =>
      this.told.slice(from).find(({ id, state }) => id === request.id && state !== 'accepted');
    this.send(JSON.stringify(request));
    await this.viewer.far.until('a receipt', () => found() !== undefined, 30_000);
    return found() as Receipt;
  }

  leave(): Promise<void> {
    return this.viewer.leave();
  }
}
