import type { Socket } from 'node:dgram';
import type { Device } from '../e2e/device.ts';
import { FarEnd, type FarEndOptions } from '../transport/far-end.ts';

/** What we reach of the other implementation below its API, to see its datagrams and to send others in its name. */
interface IceInsides {
  readonly protocols: readonly { readonly transport?: { readonly socket?: Socket } }[];
  readonly nominated?: {
    readonly protocol: { readonly transport?: { readonly socket?: Socket } };
    readonly remoteAddr: readonly [address: string, port: number];
  };
}

/** Where a device listens for one session's media. */
export interface MediaAddress {
  readonly address: string;
  readonly port: number;
}

/** First bytes of what a session carries (RFC 7983, 7). */
export const kindOf = (datagram: Uint8Array): 'stun' | 'dtls' | 'srtp' | 'other' => {
  const first = datagram[0] ?? 0xff;
  if (first < 4) return 'stun';
  if (first >= 20 && first < 64) return 'dtls';
  return first >= 128 && first < 192 ? 'srtp' : 'other';
};

/** A viewer without a screen: another implementation, in this process, that watches by WHEP. */
export class HeadlessViewer {
  readonly far: FarEnd;
  /** Every datagram it sent itself. */
  readonly sent: Buffer[] = [];
  /** What arrived on its sockets, by kind. */
  readonly arrived = { stun: 0, dtls: 0, srtp: 0, other: 0 };
  /** When the last datagram arrived, on the monotonic clock; 0 before the first. */
  lastArrivalMs = 0;
  /** The longest time between two datagrams of media since {@link HeadlessViewer.watchClosely}. */
  longestPauseMs = 0;
  #lastMediaMs = 0;
  #gone = false;
  /** The sockets' own sending, behind which the implementation's is. */
  readonly #send = new Map<Socket, (datagram: Uint8Array, port: number, address: string) => void>();
  readonly #device: Device;
  #resource = '';

  constructor(device: Device, options: FarEndOptions = {}) {
    this.#device = device;
    this.far = new FarEnd(options);
  }

  /** Offers to the device, and takes its answer; connecting goes on. @param headers who it is, where that is asked */
  async watch(feed: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const sdp = await this.far.offer(() => {});
    this.#tap();
    const response = await fetch(new URL(`whep/${feed}`, this.#device.url), {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', ...headers },
      body: sdp,
    });
    const answer = await response.text();
    if (response.status !== 201) throw new Error(`WHEP answered ${response.status}: ${answer}`);
    this.#resource = response.headers.get('location') ?? '';
    await this.far.accept(answer);
  }

  /** Waits until pictures flow. */
  flowing(packets = 50): Promise<void> {
    const from = this.far.rtp.length;
    return this.far.until('media', () => this.far.rtp.length >= from + packets, 30_000);
  }

  /** The device's end of the selected pair. */
  get deviceAddress(): MediaAddress {
    const [address, port] = this.#pair.remoteAddr;
    return { address, port };
  }

  /** The port of its own end of the selected pair. */
  get ownPort(): number {
    const socket = this.#pair.protocol.transport?.socket;
    if (!socket) throw new Error('the selected pair has no socket');
    return socket.address().port;
  }

  /** Sends a datagram from this viewer's own address, as if it came from it. */
  send(datagram: Uint8Array): void {
    const { address, port } = this.deviceAddress;
    const socket = this.#pair.protocol.transport?.socket;
    if (!socket) throw new Error('the selected pair has no socket');
    this.#send.get(socket)?.(datagram, port, address);
  }

  /** Starts to measure {@link HeadlessViewer.longestPauseMs}. */
  watchClosely(): void {
    this.longestPauseMs = 0;
    this.#lastMediaMs = performance.now();
  }

  /** Is gone, as a phone without power: it reads nothing and says nothing, and its sockets stay as they are. */
  vanish(): void {
    this.#gone = true;
  }

  /** Packets of the picture that never came; retransmitted ones are not among them. */
  lostPackets(payloadType: number): number {
    const numbers = this.far.rtp
      .filter(({ header }) => header.payloadType === payloadType)
      .map(({ header }) => header.sequenceNumber);
    return missing(numbers);
  }

  /** Leaves as players do, and closes its sockets. */
  async leave(): Promise<void> {
    if (!this.#gone && this.#resource !== '')
      await fetch(new URL(this.#resource, this.#device.url), { method: 'DELETE' }).catch(() => undefined);
    await this.far.connection.close();
  }

  get #ice(): IceInsides {
    return this.far.connection.iceTransports[0]?.connection as unknown as IceInsides;
  }

  get #pair(): NonNullable<IceInsides['nominated']> {
    const pair = this.#ice.nominated;
    if (!pair) throw new Error('no pair is selected');
    return pair;
  }

  /** Puts itself between the implementation and its sockets. */
  #tap(): void {
    const sockets = this.#ice.protocols.flatMap(({ transport }) => transport?.socket ?? []);
    for (const socket of sockets) {
      const send = socket.send as (...given: unknown[]) => void;
      this.#send.set(socket, (...given) => Reflect.apply(send, socket, given));
      socket.send = ((datagram: Buffer, ...to: unknown[]) => {
        if (this.#gone) return;
        this.sent.push(Buffer.from(datagram));
        Reflect.apply(send, socket, [datagram, ...to]);
      }) as Socket['send'];
      const listeners = socket.listeners('message') as ((...args: unknown[]) => void)[];
      socket.removeAllListeners('message');
      socket.on('message', (datagram, from) => {
        this.#note(datagram);
        if (!this.#gone) for (const listener of listeners) listener(datagram, from);
      });
    }
  }

  #note(datagram: Buffer): void {
    const kind = kindOf(datagram);
    this.arrived[kind] += 1;
    const now = performance.now();
    this.lastArrivalMs = now;
    if (kind !== 'srtp') return;
    if (this.#lastMediaMs > 0) this.longestPauseMs = Math.max(this.longestPauseMs, now - this.#lastMediaMs);
    this.#lastMediaMs = now;
  }
}

/** How many of a run of 16-bit numbers are missing between its first and its last. */
export function missing(numbers: readonly number[]): number {
  const [first] = numbers;
  if (first === undefined) return 0;
  const seen = new Set<number>();
  let newest = first;
  for (const number of numbers) {
    const ahead = ((number - newest) << 16) >> 16;
    const extended = newest + ahead;
    seen.add(extended);
    newest = Math.max(newest, extended);
  }
  let oldest = newest;
  for (const number of seen) oldest = Math.min(oldest, number);
  return newest - oldest + 1 - seen.size;
}
