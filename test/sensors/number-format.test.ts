import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NumberFormat, readNumber } from '../../src/sensors/number-format.ts';

const plain: NumberFormat = { endian: 'big', signed: false, float: false, shift: 0, scale: 1, offset: 0 };

test.each([
  [[0x12, 0x34], {}, 0x1234],
  [[0x12, 0x34], { endian: 'little' }, 0x3412],
  [[0xff], { signed: true }, -1],
  [[0xff, 0xff, 0xff, 0xfe], { signed: true }, -2],
  [[0xff, 0xff, 0xff, 0xff], {}, 4_294_967_295],
  [[0x80, 0x00, 0x00], { signed: true }, -8_388_608],
  // LM75B at 25.125 °C and at -25 °C (data sheet, table 10): eleven bits, the highest ones.
  [[0x19, 0x20], { signed: true, shift: 5, scale: 0.125 }, 25.125],
  [[0xe7, 0x00], { signed: true, shift: 5, scale: 0.125 }, -25],
  // MCP9808: twelve bits of value and one of sign, under three flags.
  [[0xc1, 0x94], { signed: true, mask: 0x1fff, scale: 0.0625 }, 25.25],
  [[0x1f, 0xf0], { signed: true, mask: 0x1fff, scale: 0.0625 }, -1],
  [[0x42, 0x48, 0x00, 0x00], { float: true }, 50],
  [[0x00, 0x64], { scale: 0.1, offset: -5 }, 5],
] as const)('%o as %o is %d', (bytes, format, value) => {
  expect(readNumber(Uint8Array.from(bytes), { ...plain, ...format })).toBe(value);
});

test('no bytes, and too many, are no number', () => {
  for (const length of [0, 5, 8]) expect(readNumber(new Uint8Array(length), plain)).toBeNaN();
});

const format = fc.record({
  endian: fc.constantFrom('big' as const, 'little' as const),
  signed: fc.boolean(),
  float: fc.boolean(),
  mask: fc.option(fc.integer({ min: 1, max: 0xffff_ffff }), { nil: undefined }),
  shift: fc.nat(31),
  scale: fc.constant(1),
  offset: fc.constant(0),
});

test('any bytes are a number in every format, whole where it is no float, and within what its bits can say', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), format, (bytes, each) => {
      const value = readNumber(bytes, each);
      expect(typeof value).toBe('number');
      if (each.float || Number.isNaN(value)) return;
      expect(Number.isInteger(value)).toBe(true);
      expect(Math.abs(value)).toBeLessThan(2 ** 32);
      if (!each.signed) expect(value).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2_000 },
  );
});

test('a whole number written to bytes is read again, in both orders and with both signs', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.boolean(), (value, little) => {
      const view = new DataView(new ArrayBuffer(4));
      view.setInt32(0, value, little);
      const order = { ...plain, endian: little ? 'little' : 'big' } as const;
      expect(readNumber(new Uint8Array(view.buffer), { ...order, signed: true })).toBe(value);
      expect(readNumber(new Uint8Array(view.buffer), order)).toBe(view.getUint32(0, little));
    }),
  );
});
