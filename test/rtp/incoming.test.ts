import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpHeader, RtpPacket } from 'werift';
import { HeaderTemplate } from '../../src/rtp/header.ts';
import { readExtension, readRtp, rtpHeaderBytes } from '../../src/rtp/incoming.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('a packet written by hand is read field by field', () => {
  expect(readRtp(hex('80e0 fffe 89abcdef fedcba98 0102'))).toEqual({
    ssrc: 0xfedcba98,
    payloadType: 96,
    sequenceNumber: 65_534,
    timestamp: 0x89abcdef,
    marker: true,
    extensions: { profile: 0, block: new Uint8Array() },
    payload: hex('0102'),
  });
});

test('contributing sources and extensions are stepped over, padding is cut off', () => {
  // 2 CSRCs, one-byte extensions in one word, payload aa, 3 bytes of padding.
  const read = readRtp(hex('b26f 0001 00000002 00000003 11111111 22222222 bede 0001 10300000 aa 000003'));
  expect(read?.payload).toEqual(new Uint8Array([0xaa]));
  expect(read?.payloadType).toBe(111);
  expect(readExtension(read!.extensions, 1)).toEqual(new Uint8Array([0x30]));
});

test('a packet of padding alone has an empty payload', () => {
  expect(readRtp(hex('a060 0001 00000002 00000003 00000004'))?.payload).toHaveLength(0);
});

test('padding that is not there, or counts nothing, makes no packet', () => {
  expect(readRtp(hex('a060 0001 00000002 00000003 00000005'))).toBeUndefined();
  expect(readRtp(hex('a060 0001 00000002 00000003 00000000'))).toBeUndefined();
  // The header's own last byte is no padding.
  expect(readRtp(hex('a060 0001 00000002 00000001'))).toBeUndefined();
});

test('other versions than 2 are no RTP', () => {
  for (const first of ['00', '40', 'c0'])
    expect(readRtp(hex(`${first}60 0001 00000002 00000003`))).toBeUndefined();
});

test('a header longer than its datagram does not fit: contributing sources, extension header, extension length', () => {
  expect(rtpHeaderBytes(hex('8f61 0005 00000001 fedcba98'))).toBeUndefined();
  expect(rtpHeaderBytes(hex('8161 0005 00000001 fedcba98 00000001'))).toBe(16);
  expect(rtpHeaderBytes(hex('9061 0005 00000001 fedcba98 bede00'))).toBeUndefined();
  expect(rtpHeaderBytes(hex('9061 0005 00000001 fedcba98 bede 8001 30310000'))).toBeUndefined();
  expect(rtpHeaderBytes(hex('9061 0005 00000001 fedcba98 bede 0001 30310000'))).toBe(20);
});

test('every header we make ourselves is read back, and not a byte shorter', () => {
  for (const extensions of [{}, { mid: 1 }, { mid: 1, transportWideCc: 2, playoutDelay: 3 }]) {
    const template = new HeaderTemplate({ ssrc: 1, payloadType: 96, mid: 'door', extensions });
    const bytes = Buffer.alloc(template.bytes);
    template.write(bytes, 0, 4, 5, true, 0x1234);
    expect(rtpHeaderBytes(bytes)).toBe(bytes.length);
    expect(rtpHeaderBytes(bytes.subarray(0, -1))).toBeUndefined();
    const read = readRtp(bytes)!;
    expect(read).toMatchObject({ ssrc: 1, payloadType: 96, sequenceNumber: 4, timestamp: 5, marker: true });
    if ('mid' in extensions) expect(Buffer.from(readExtension(read.extensions, 1)!).toString()).toBe('door');
    if ('transportWideCc' in extensions)
      expect([...readExtension(read.extensions, 2)!]).toEqual([0x12, 0x34]);
  }
});

const find = (profile: number, block: string, id: number) =>
  readExtension({ profile, block: hex(block) }, id);

test('one-byte extensions: padding between them, 15 ends them, so does 0 with a length', () => {
  expect(find(0xbede, '10aa 0000 21bbcc', 2)).toEqual(new Uint8Array([0xbb, 0xcc]));
  expect(find(0xbede, '10aa f0 20bb', 1)).toEqual(new Uint8Array([0xaa]));
  expect(find(0xbede, '10aa f0 20bb', 2)).toBeUndefined();
  expect(find(0xbede, '10aa 01 20bb', 2)).toBeUndefined();
  expect(find(0xbede, '10aa 10bb', 1)).toEqual(new Uint8Array([0xaa]));
});

test('two-byte extensions: ids above 14, empty ones, whatever the application bits', () => {
  expect(find(0x1000, '1000 00 2a02aabb', 0x2a)).toEqual(new Uint8Array([0xaa, 0xbb]));
  expect(find(0x100f, '1000 00 2a02aabb', 0x10)).toEqual(new Uint8Array());
});

test('an extension that is longer than its block, or in no form we know, is not found', () => {
  expect(find(0xbede, '13aabb', 1)).toBeUndefined();
  expect(find(0x1000, '2a03aabb', 0x2a)).toBeUndefined();
  expect(find(0x1000, '2a', 0x2a)).toBeUndefined();
  expect(find(0x1234, '10aa0000', 1)).toBeUndefined();
});

test('what another stack wrote is read as it was meant', () => {
  fc.assert(
    fc.property(
      fc.record({
        sequenceNumber: fc.nat(0xffff),
        timestamp: fc.nat(0xffff_ffff),
        ssrc: fc.nat(0xffff_ffff),
        payloadType: fc.nat(127),
        marker: fc.boolean(),
      }),
      fc.array(fc.nat(0xffff_ffff), { maxLength: 15 }),
      fc.uint8Array({ minLength: 1, maxLength: 16 }),
      fc.uint8Array({ maxLength: 50 }),
      (fields, csrc, data, payload) => {
        const header = new RtpHeader({
          ...fields,
          csrc,
          extension: true,
          extensionProfile: 0xbede,
          extensions: [{ id: 3, payload: Buffer.from(data) }],
        });
        const read = readRtp(new RtpPacket(header, Buffer.from(payload)).serialize())!;
        expect(read).toMatchObject(fields);
        expect(Buffer.from(read.payload).equals(Buffer.from(payload))).toBe(true);
        expect(Buffer.from(readExtension(read.extensions, 3)!).equals(Buffer.from(data))).toBe(true);
      },
    ),
  );
});

test('whatever the bytes are, nothing throws, and what is read lies inside them', () => {
  const versioned = fc
    .tuple(fc.uint8Array({ minLength: 12, maxLength: 120 }), fc.nat(63))
    .map(([bytes, low]) => Uint8Array.of(0x80 | low, ...bytes.subarray(1)));
  fc.assert(
    fc.property(fc.oneof(versioned, fc.uint8Array({ maxLength: 60 })), fc.nat(255), (bytes, id) => {
      const read = readRtp(bytes);
      if (!read) return;
      const header = rtpHeaderBytes(bytes)!;
      expect(header + read.payload.length).toBeLessThanOrEqual(bytes.length);
      expect(readExtension(read.extensions, id)?.length ?? 0).toBeLessThanOrEqual(
        read.extensions.block.length,
      );
    }),
    { numRuns: 2_000 },
  );
});
