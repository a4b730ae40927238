import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpHeader } from 'werift';
import { HeaderTemplate } from '../../src/rtp/header.ts';

const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 14 }), { minLength: 3, maxLength: 3 })
  .chain(([mid, transportWideCc, playoutDelay]) =>
    fc.record(
      {
        mid: fc.constant(mid!),
        transportWideCc: fc.constant(transportWideCc!),
        playoutDelay: fc.constant(playoutDelay!),
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
        const { mid, transportWideCc, playoutDelay } = fields.extensions;
        const value = (id: number | undefined) =>
          read.extensions.find((extension) => extension.id === id)?.payload;
        expect(value(mid)?.toString()).toBe(mid === undefined ? undefined : fields.mid);
        expect(value(transportWideCc)?.readUInt16BE()).toBe(
          transportWideCc === undefined ? undefined : transportSequence & 0xffff,
        );
        expect(value(playoutDelay)?.toString('hex')).toBe(playoutDelay === undefined ? undefined : '000000');
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
