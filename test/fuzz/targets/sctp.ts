import { crc32c } from 'werift';
import { Sctp } from '../../../src/transport/sctp.ts';
import { hex } from '../hex.ts';
import { type Arriving, readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

/** What a number from the input says of the packet: its tag is right, its cookie or what it acknowledges too, or nothing. */
const tagged = 0;
const cookieEcho = 1;
const untagged = 2;
const acknowledging = 3;
const kinds = 4;
const cookieEchoType = 10;
const initAckType = 2;
/** A chunk that is answered, or a parameter of one, is this long at least. */
const shortestAskingBytes = 4;
/** Parameter of an INIT ACK (RFC 9260, 3.3.3.1). */
const cookieParameter = 7;

/** A chunk, padded (RFC 9260, 3.2). */
function chunk(type: number, flags: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(Math.ceil((4 + value.length) / 4) * 4);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(flags, 1);
  bytes.writeUInt16BE(4 + value.length, 2);
  bytes.set(value, 4);
  return bytes;
}
const init = chunk(1, 0, hex('11223344 00020000 ffff ffff 00000001'));
const data = (
  tsn: number,
  stream: number,
  sequence: number,
  protocol: number,
  payload: Uint8Array,
  flags = 3,
) => {
  const head = Buffer.alloc(12);
  head.writeUInt32BE(tsn, 0);
  head.writeUInt16BE(stream, 4);
  head.writeUInt16BE(sequence, 6);
  head.writeUInt32BE(protocol, 8);
  return chunk(0, flags, Buffer.concat([head, payload]));
};
/** DATA_CHANNEL_OPEN and its answer (RFC 8832, 5). */
const open = hex('03 00 0000 00000000 0006 0000 6576656e7473');
const openAck = hex('02');
const [dcep, text, binary, emptyText] = [50, 51, 53, 56];
const message = Buffer.from('{"type":"accept"}');

const packet = (from: number, ...chunks: readonly Uint8Array[]): Arriving => ({
  gapMs: 0,
  from,
  bytes: Buffer.concat(chunks),
});
const associated = [packet(untagged, init), packet(cookieEcho, Buffer.alloc(1))];
const opened = [...associated, packet(tagged, data(1, 0, 0, dcep, open))];
const seeds: readonly (readonly Arriving[])[] = [
  [...opened, packet(tagged, data(2, 0, 1, text, message)), packet(tagged, data(3, 0, 2, binary, message))],
  [
    ...opened,
    packet(tagged, data(2, 0, 1, text, message, 2)),
    packet(tagged, data(3, 0, 1, text, message, 1)),
  ],
  [
    ...opened,
    packet(tagged, data(3, 0, 2, text, message)),
    packet(tagged, data(2, 0, 1, emptyText, Buffer.of(0))),
  ],
  [...associated, packet(tagged, data(1, 7, 0, dcep, openAck)), packet(tagged, data(2, 9, 0, 99, message))],
  // A chunk and a parameter that claim no length at all.
  [...opened, packet(tagged, hex('04 00 0000')), packet(tagged, chunk(4, 0, hex('0001 0000')))],
  // A SACK that acknowledges 65,535 TSNs, twice.
  [...opened, packet(acknowledging, chunk(3, 0, hex('00000001 0000ffff 0002 0000 0001 ffff 0001 ffff')))],
  // SACK, HEARTBEAT, FORWARD TSN, RE-CONFIG that resets a stream, SHUTDOWN, ABORT.
  [...opened, packet(acknowledging, chunk(3, 0, hex('00000001 0000ffff 0001 0001 0002 0003 00000001')))],
  [...opened, packet(tagged, chunk(4, 0, hex('0001 0008 01020304')))],
  [...opened, packet(tagged, chunk(192, 0, hex('00000005 0000 0001')))],
  [...opened, packet(tagged, chunk(130, 0, hex('000d 0012 00000001 00000001 00000001 0000 0000')))],
  [...opened, packet(tagged, chunk(7, 0, hex('00000001'))), packet(tagged, chunk(14, 0, Buffer.alloc(0)))],
  [...opened, packet(tagged, chunk(6, 0, Buffer.alloc(0)))],
];

let playing: Promise<void> = Promise.resolve();

export const target: FuzzTarget = {
  about: 'SCTP and DCEP of a proven peer: chunks with mistakes, in packets whose tag and checksum are right',
  seeds: [],
  inputs: sequences(
    seeds,
    ['00000001', 'ffffffff', '80000000', '0004', '0003', 'ffff', '0000', 'c0', '82', '0e'].map(hex),
  ),
  take(input) {
    playing = play(readSequence(input));
  },
  later: () => playing,
  steps: { fixed: 1_000, perByte: 10 },
  bytes: { fixed: 5_000, perByte: 20 },
  heavy: 50,
};

async function play(packets: readonly Arriving[]): Promise<void> {
  const faults: unknown[] = [];
  const note = (fault: unknown) => void faults.push(fault);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  let [tag, cookie, sent, heard]: [Buffer, Buffer, number, number] = [Buffer.alloc(4), Buffer.alloc(0), 0, 0];
  const acknowledged = Buffer.alloc(4);
  const sctp = new Sctp(
    { remoteMaxMessageBytes: 65_536, controlling: false },
    {
      send: (bytes) => {
        sent += 1;
        const view = Buffer.from(bytes);
        if (view[12] !== initAckType || view.length < 32) return;
        tag = Buffer.from(view.subarray(16, 20));
        cookie = cookieOf(view);
        // RFC 9260, 3.3.3: the first TSN; that it came is told by one before it.
        acknowledged.writeUInt32BE((view.readUInt32BE(28) - 1) >>> 0);
      },
      channel: () => undefined,
      message: (_channel, said) => {
        heard += said.length;
      },
    },
  );
  let came = 0;
  try {
    await sctp.start();
    for (const { from, bytes } of packets) {
      const kind = from % kinds;
      const body = kind === cookieEcho ? chunk(cookieEchoType, 0, cookie) : bytes;
      if (kind === acknowledging && body.length >= 8) body.set(acknowledged, 4);
      came += body.length;
      sctp.receive(packed(kind === untagged ? Buffer.alloc(4) : tag, body));
      await new Promise(setImmediate);
    }
    promise(heard <= came, 'messages are what came');
    promise(sent <= 20 + 2 * packets.length + came / shortestAskingBytes, 'no chunk has two answers');
  } finally {
    await sctp.close();
    await new Promise(setImmediate);
    process.off('unhandledRejection', note).off('uncaughtException', note);
  }
  if (faults.length > 0) throw faults[0];
}

/** A packet with a right checksum (RFC 9260, 3.1). */
function packed(tag: Uint8Array, chunks: Uint8Array): Buffer {
  const bytes = Buffer.concat([hex('1388 1388'), tag, Buffer.alloc(4), chunks]);
  bytes.writeUInt32LE(crc32c(bytes) >>> 0, 8);
  return bytes;
}

/** The cookie among the parameters of an INIT ACK. */
function cookieOf(initAck: Buffer): Buffer {
  for (let at = 32; at + 4 <= initAck.length; ) {
    const length = initAck.readUInt16BE(at + 2);
    if (initAck.readUInt16BE(at) === cookieParameter)
      return Buffer.from(initAck.subarray(at + 4, at + length));
    at += Math.max(4, Math.ceil(length / 4) * 4);
  }
  return Buffer.alloc(0);
}
