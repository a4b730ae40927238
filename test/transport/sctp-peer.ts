/** A peer of an SCTP association whose every chunk a test writes itself (RFC 9260, RFC 8832). */
import { crc32c } from 'werift';
import { Sctp } from '../../src/transport/sctp.ts';

const [initAckType, sackType, cookieEchoType, cookieAckType] = [2, 3, 10, 11];
/** Parameter of an INIT ACK (RFC 9260, 3.3.3.1). */
const cookieParameter = 7;
export const dcep = 50;
export const text = 51;
/** Flags of a DATA chunk: the message begins, and ends. */
export const [whole, first, middle, last] = [3, 2, 0, 1];

export interface SackSeen {
  readonly cumulativeTsn: number;
  readonly window: number;
  readonly gaps: number;
}

export class SctpPeer {
  readonly channels: string[] = [];
  readonly messages: string[] = [];
  readonly sacks: SackSeen[] = [];
  /** Of chunks that the other side sent; as many as there are packets. */
  readonly types: number[] = [];
  readonly #sctp: Sctp;
  #tag: Uint8Array = Buffer.alloc(4);
  #cookie: Uint8Array = Buffer.alloc(0);
  tsn = 1;
  /** What there is to acknowledge before anything came. */
  nothingAcknowledged = 0;

  constructor() {
    this.#sctp = new Sctp(
      { remoteMaxMessageBytes: 65_536, controlling: false },
      {
        send: (packet) => this.#take(Buffer.from(packet)),
        channel: ({ label }) => this.channels.push(label),
        message: (_channel, said) => this.messages.push(said),
      },
    );
  }

  /** An association that is established. */
  static async established(): Promise<SctpPeer> {
    const peer = new SctpPeer();
    await peer.#sctp.start();
    // INIT with tag 0x11223344, a window of 128 KiB, any number of streams, and TSNs from 1.
    await peer.sendChunks(
      [chunk(1, 0, Buffer.from('1122334400020000ffffffff00000001', 'hex'))],
      Buffer.alloc(4),
    );
    await peer.sendChunks([chunk(cookieEchoType, 0, peer.#cookie)]);
    if (!peer.types.includes(cookieAckType)) throw new Error('there is no association');
    return peer;
  }

  /** Sends chunks in one packet, and waits until all of it is dealt with. */
  async sendChunks(chunks: readonly Uint8Array[], tag: Uint8Array = this.#tag): Promise<void> {
    const bytes = Buffer.concat([Buffer.from('13881388', 'hex'), tag, Buffer.alloc(4), ...chunks]);
    bytes.writeUInt32LE(crc32c(bytes) >>> 0, 8);
    await this.sendBytes(bytes);
  }

  /** Sends bytes as they are. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    this.#sctp.receive(bytes);
    await new Promise(setImmediate);
  }

  /** A DATA chunk with the next TSN, or another one. */
  data(
    stream: number,
    flags: number,
    payload: Uint8Array,
    { protocol = text, sequence = 0, tsn = this.tsn++ } = {},
  ) {
    const head = Buffer.alloc(12);
    head.writeUInt32BE(tsn >>> 0, 0);
    head.writeUInt16BE(stream, 4);
    head.writeUInt16BE(sequence, 6);
    head.writeUInt32BE(protocol, 8);
    return chunk(0, flags, Buffer.concat([head, payload]));
  }

  /** Opens a channel on a stream. */
  async open(stream: number): Promise<void> {
    await this.sendChunks([this.data(stream, whole, openMessage, { protocol: dcep })]);
  }

  get lastSack(): SackSeen {
    const sack = this.sacks.at(-1);
    if (!sack) throw new Error('nothing was acknowledged');
    return sack;
  }

  close(): Promise<void> {
    return this.#sctp.close();
  }

  #take(packet: Buffer): void {
    const type = packet.readUInt8(12);
    this.types.push(type);
    if (type === initAckType) {
      this.#tag = packet.subarray(16, 20);
      this.#cookie = cookieOf(packet);
      this.nothingAcknowledged = (packet.readUInt32BE(28) - 1) >>> 0;
    }
    if (type === sackType)
      this.sacks.push({
        cumulativeTsn: packet.readUInt32BE(16),
        window: packet.readUInt32BE(20),
        gaps: packet.readUInt16BE(24),
      });
  }
}

/** A chunk, padded (RFC 9260, 3.2). */
export function chunk(type: number, flags: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(Math.ceil((4 + value.length) / 4) * 4);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(flags, 1);
  bytes.writeUInt16BE(4 + value.length, 2);
  bytes.set(value, 4);
  return bytes;
}

/** DATA_CHANNEL_OPEN of a reliable, ordered channel that is called "events" (RFC 8832, 5.1). */
const openMessage = Buffer.from('030000000000000000060000' + '6576656e7473', 'hex');

function cookieOf(initAck: Buffer): Buffer {
  for (let at = 32; at + 4 <= initAck.length; ) {
    const length = initAck.readUInt16BE(at + 2);
    if (initAck.readUInt16BE(at) === cookieParameter) return initAck.subarray(at + 4, at + length);
    at += Math.max(4, Math.ceil(length / 4) * 4);
  }
  throw new Error('there is no cookie');
}
