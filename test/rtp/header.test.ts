import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpHeader } from 'werift';
import type { WallMs } from '../../src/clock.ts';
import { HeaderTemplate } from '../../src/rtp/header.ts';
import { maxPayloadBytes } from '../../src/rtp/payload.ts';

const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 14 }), { minLength: 4, maxLength: 4 })
  .chain(([mid, transportWideCc, playoutDelay, absCaptureTime]) =>
    fc.record(
      {
        mid: fc.constant(mid!),
        transportWideCc: fc.constant(transportWideCc!),
        playoutDelay: fc.constant(playoutDelay!),
        absCaptureTime: fc.constant(absCaptureTime!),
      },
      { requiredKeys: [] },
    ),
  );

test("another stack's parser reads every field of every header", () => {
  fc.assert(
    fc.property(
      fc.record({
        ssrc: fc.nat(0xffff_ffff),
        payloadType: fc.nat(127),
        mid: fc.stringMatching(/^[A-Za-z0-9-]{1,16}$/),
        extensions: ids,
      }),
      fc.nat(0xffff_ffff),
      fc.nat(0xffff_ffff),
      fc.boolean(),
      fc.nat(0x1_ffff),
      (fields, index, timestamp, marker, transportSequence) => {
        const template = new HeaderTemplate(fields);
        const bytes = Buffer.alloc(template.bytes + 7, 0xee);
        // Half past midnight, 0.25 s: 0x40000000 of the fraction.
        template.capturedAt((Date.UTC(2026, 0, 1, 0, 30) + 250) as WallMs);
        template.write(bytes, 3, index, timestamp, marker, transportSequence);
        expect([...bytes.subarray(0, 3), ...bytes.subarray(-4)]).toEqual([...Array(7)].map(() => 0xee));
        const read = RtpHeader.deSerialize(bytes.subarray(3, 3 + template.bytes));
        expect(read).toMatchObject({
          version: 2,
          padding: false,
          csrc: [],
          ssrc: fields.ssrc,
          payloadType: fields.payloadType,
          sequenceNumber: index & 0xffff,
          timestamp,
          marker,
          payloadOffset: template.bytes,
        });
        const { mid, transportWideCc, playoutDelay, absCaptureTime } = fields.extensions;
        const value = (id: number | undefined) =>
          read.extensions.find((extension) => extension.id === id)?.payload;
        expect(value(mid)?.toString()).toBe(mid === undefined ? undefined : fields.mid);
        expect(value(transportWideCc)?.readUInt16BE()).toBe(
          transportWideCc === undefined ? undefined : transportSequence & 0xffff,
        );
        expect(value(playoutDelay)?.toString('hex')).toBe(playoutDelay === undefined ? undefined : '000000');
        expect(value(absCaptureTime)?.toString('hex')).toBe(
          absCaptureTime === undefined ? undefined : 'ed003e8840000000',
        );
        expect(template.usesCaptureTime).toBe(absCaptureTime !== undefined);
        expect(template.usesTransportWideCc).toBe(transportWideCc !== undefined);
      },
    ),
  );
});

test('without extensions a header is the twelve fixed bytes', () => {
  const template = new HeaderTemplate({ ssrc: 1, payloadType: 96, mid: '0', extensions: {} });
  expect(template.bytes).toBe(12);
  const bytes = Buffer.alloc(12);
  template.write(bytes, 0, 0x1_0005, 0x1_0000_0007, true, 0);
  expect(bytes.toString('hex')).toBe('80e000050000000700000001');
});

test('a mid that is too long for the one-byte form is left out, and the header stays valid', () => {
  const template = new HeaderTemplate({
    ssrc: 1,
    payloadType: 96,
    mid: 'm'.repeat(17),
    extensions: { mid: 4 },
  });
  expect(template.bytes).toBe(12);
});

test('with every extension, the longest mid, RTX and a GCM tag, a packet stays within 1,200 bytes', () => {
  const template = new HeaderTemplate({
    ssrc: 1,
    payloadType: 96,
    mid: 'm'.repeat(16),
    extensions: { mid: 1, transportWideCc: 2, playoutDelay: 3, absCaptureTime: 4 },
  });
  expect(template.bytes + 2 + maxPayloadBytes + 16).toBe(1_200);
});
