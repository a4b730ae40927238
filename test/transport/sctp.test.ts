import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { maxAhead, maxHeldChunks, maxStreams, receiveWindowBytes } from '../../src/transport/sctp/bounds.ts';
import { maxChannels } from '../../src/transport/sctp/channels.ts';
import { isWellFormed } from '../../src/transport/sctp/well-formed.ts';
import { chunk, dcep, first, last, middle, SctpPeer, whole } from './sctp-peer.ts';

const open: SctpPeer[] = [];
async function established(): Promise<SctpPeer> {
  const peer = await SctpPeer.established();
  open.push(peer);
  return peer;
}
afterEach(async () => {
  for (const peer of open.splice(0)) await peer.close();
});

const hello = Buffer.from('hello');
const piece = Buffer.alloc(1_000, 0x61);
const dataAckType = 0;
const heartbeatAckType = 5;

describe('a peer of an association', () => {
  test('that opens a channel and says something is heard', async () => {
    const peer = await established();
    await peer.open(0);
    await peer.sendChunks([peer.data(0, whole, hello, { sequence: 1 })]);
    expect(peer.channels).toEqual(['events']);
    expect(peer.messages).toEqual(['hello']);
    expect(peer.lastSack).toEqual({ cumulativeTsn: 2, window: receiveWindowBytes, gaps: 0 });
  });

  test('is heard whatever the order, with the longest message that we take', async () => {
    const peer = await established();
    await peer.open(0);
    const size = 65_536 / 64;
    const pieces = Array.from({ length: 64 }, (_, at) =>
      peer.data(0, at === 0 ? first : at === 63 ? last : middle, Buffer.alloc(size, 0x62), { sequence: 1 }),
    );
    for (const one of pieces.toReversed()) await peer.sendChunks([one]);
    expect(peer.messages.map(({ length }) => length)).toEqual([65_536]);
    expect(peer.lastSack).toEqual({ cumulativeTsn: 65, window: receiveWindowBytes, gaps: 0 });
  });

  test('is not heard with a longer one', async () => {
    const peer = await established();
    await peer.open(0);
    const long = Buffer.alloc(33_000, 0x62);
    await peer.sendChunks([peer.data(0, first, long, { sequence: 1 })]);
    await peer.sendChunks([peer.data(0, last, long, { sequence: 1 })]);
    await peer.sendChunks([peer.data(0, whole, hello, { sequence: 2 })]);
    expect(peer.messages).toEqual(['hello']);
  });

  test('that never ends a message fills the window, and no more is acknowledged', async () => {
    const peer = await established();
    await peer.open(0);
    for (let sent = 0; sent < 1_000; sent += 1)
      await peer.sendChunks([peer.data(0, sent === 0 ? first : middle, piece, { sequence: 1 })]);
    const taken = Math.floor(receiveWindowBytes / piece.length);
    expect(peer.lastSack).toEqual({
      cumulativeTsn: 1 + taken,
      window: receiveWindowBytes - taken * piece.length,
      gaps: 0,
    });
  });

  test('that sends pieces of a byte has no more of them kept than there may be', async () => {
    const peer = await established();
    await peer.open(0);
    for (let packets = 0; packets < 100; packets += 1) {
      const pieces = Array.from({ length: 200 }, () => peer.data(0, 6, Buffer.of(1)));
      await peer.sendChunks(pieces);
    }
    expect(peer.lastSack.cumulativeTsn).toBe(1 + maxHeldChunks);
  });

  test('that leaves a gap has no more kept beyond it than there may be, and goes on when the gap is closed', async () => {
    const peer = await established();
    await peer.open(0);
    const late = peer.data(0, whole, hello, { sequence: 1 });
    for (let sent = 0; sent < 3_000; sent += 1)
      await peer.sendChunks([peer.data(0, whole, Buffer.of(0x61), { sequence: 2 + sent })]);
    expect(peer.messages).toEqual([]);
    expect(peer.lastSack).toMatchObject({ cumulativeTsn: 1 });
    await peer.sendChunks([late]);
    expect(peer.messages[0]).toBe('hello');
    expect(peer.messages.length).toBe(maxAhead);
    expect(peer.lastSack).toEqual({ cumulativeTsn: 1 + maxAhead, window: receiveWindowBytes, gaps: 0 });
  });

  test('that uses streams we do not have is acknowledged, and nothing is kept', async () => {
    const peer = await established();
    for (let stream = maxStreams; stream < maxStreams + 50; stream += 1)
      await peer.sendChunks([peer.data(stream, first, piece)]);
    expect(peer.lastSack).toEqual({ cumulativeTsn: 50, window: receiveWindowBytes, gaps: 0 });
  });

  test('that opens more channels than it may has those that it may, once more when one is closed', async () => {
    const peer = await established();
    for (let stream = 0; stream < maxChannels + 20; stream += 1) await peer.open(stream);
    expect(peer.channels.length).toBe(maxChannels);
    // RFC 6525, 4.1: stream 0 begins anew.
    await peer.sendChunks([chunk(130, 0, Buffer.from('000d00120000000100000001000000010000', 'hex'))]);
    await peer.open(100);
    expect(peer.channels.length).toBe(maxChannels + 1);
  });

  test('that asks for one channel again and again and acknowledges nothing gets a few answers', async () => {
    const peer = await established();
    for (let asked = 0; asked < 2_000; asked += 1)
      await peer.sendChunks([
        peer.data(0, 7, Buffer.from('030000000000000000000000', 'hex'), { protocol: dcep }),
      ]);
    expect(peer.types.filter((type) => type === dataAckType).length).toBeLessThan(300);
  });

  test.each([
    ['chunk of no length', Buffer.from('04000000', 'hex')],
    ['parameter of no length', chunk(4, 0, Buffer.from('00010000', 'hex'))],
    ['parameter of no length after a good one', chunk(6, 0, Buffer.from('0001000800000000c0000000', 'hex'))],
  ])('that sends a %s is not answered, and lives on', async (_what, bytes) => {
    const peer = await established();
    await peer.sendChunks([bytes]);
    expect(peer.types).not.toContain(heartbeatAckType);
    await peer.open(0);
    expect(peer.channels).toEqual(['events']);
  });

  test('is heard after any bytes whose checksum is wrong', async () => {
    const peer = await established();
    await peer.open(0);
    const honest = Buffer.concat([peer.data(0, whole, hello, { sequence: 1, tsn: 2 }), chunk(6, 0, hello)]);
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.tuple(fc.nat(honest.length - 1), fc.nat(0xff)).map(([at, byte]) => honest.with(at, byte)),
    );
    await fc.assert(
      fc.asyncProperty(noise, (bytes) => peer.sendBytes(bytes)),
      { seed: 1, numRuns: 500 },
    );
    await peer.sendChunks([peer.data(0, whole, hello, { sequence: 1 })]);
    expect(peer.messages).toEqual(['hello']);
  });

  test('that acknowledges TSNs which were never sent costs no work for each of them', async () => {
    const peer = await established();
    await peer.open(0);
    const blocks = Buffer.alloc(12 + 4 * 3_000);
    blocks.writeUInt32BE(peer.nothingAcknowledged, 0);
    blocks.writeUInt16BE(3_000, 8);
    for (let at = 12; at < blocks.length; at += 4) blocks.writeUInt32BE(0x0001_ffff, at);
    const began = performance.now();
    for (let sent = 0; sent < 10; sent += 1) await peer.sendChunks([chunk(3, 0, blocks)]);
    // Without the bound, 2,000 million numbers are noted.
    expect(performance.now() - began).toBeLessThan(3_000);
    await peer.open(2);
    expect(peer.channels).toEqual(['events', 'events']);
  });
});

describe('a packet', () => {
  const header = Buffer.alloc(12);

  test('whose chunks and parameters fill it is well-formed, the last one padded or not', () => {
    const heartbeat = chunk(4, 0, Buffer.from('0001000501', 'hex'));
    expect(isWellFormed(Buffer.concat([header, chunk(11, 0, header), heartbeat]))).toBe(true);
    expect(isWellFormed(Buffer.concat([header, heartbeat.subarray(0, 9)]))).toBe(true);
  });

  test.each(['', '04', '00000003', '00000005', '0400000800010000', '0400000800010003', '0400000800010005'])(
    'that goes on with %s is not',
    (rest) => {
      expect(isWellFormed(Buffer.concat([header, Buffer.from(rest, 'hex')]))).toBe(false);
    },
  );

  test('of any bytes is judged without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof isWellFormed(bytes)).toBe('boolean');
        expect(typeof isWellFormed(Buffer.concat([header, bytes]))).toBe('boolean');
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});
