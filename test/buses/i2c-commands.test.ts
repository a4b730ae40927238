import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandFor, readAbilities, readBytes } from '../../src/buses/i2c-commands.ts';

const any = { i2c: true, block: true };
const smbus = { i2c: false, block: true };
const line = (...given: Parameters<typeof commandFor>) => {
  const command = commandFor(...given);
  return command && [command.program, ...command.args].join(' ');
};

test('what an adapter can do is read off i2cdetect', () => {
  const text = [
    'Functionalities implemented by /dev/i2c-1:',
    'I2C                              yes',
    'SMBus Read Byte                  yes',
    'I2C Block Write                  yes',
    'I2C Block Read                   no',
  ].join('\n');
  expect(readAbilities(text)).toEqual({ i2c: true, block: false });
  expect(readAbilities('nonsense')).toEqual({ i2c: false, block: false });
});

test('an I2C adapter makes every transfer in one command', () => {
  expect(line(1, 0x48, { write: [0], read: 2 }, any)).toBe('i2ctransfer -y 1 w1@0x48 0x00 r2');
  expect(line(1, 0x44, { write: [0x24, 0], read: 0 }, any)).toBe('i2ctransfer -y 1 w2@0x44 0x24 0x00');
  expect(line(1, 0x44, { write: [], read: 6 }, any)).toBe('i2ctransfer -y 1 r6@0x44');
});

test('an adapter that knows SMBus alone makes those that have a form there', () => {
  expect(line(0, 0x48, { write: [0], read: 1 }, smbus)).toBe('i2cget -y 0 0x48 0x00 b');
  expect(line(0, 0x48, { write: [0], read: 2 }, smbus)).toBe('i2cget -y 0 0x48 0x00 w');
  expect(line(0, 0x76, { write: [0x88], read: 26 }, smbus)).toBe('i2cget -y 0 0x76 0x88 i 26');
  expect(line(0, 0x23, { write: [0x20], read: 0 }, smbus)).toBe('i2cset -y 0 0x23 0x20 c');
  expect(line(0, 0x76, { write: [0xf4, 0x25], read: 0 }, smbus)).toBe('i2cset -y 0 0x76 0xf4 0x25 b');
  expect(line(0, 0x40, { write: [1, 2, 3], read: 0 }, smbus)).toBe('i2cset -y 0 0x40 0x01 0x02 0x03 i');
  expect(line(0, 0x44, { write: [], read: 1 }, smbus)).toBe('i2cget -y 0 0x44');
  expect(line(0, 0x44, { write: [], read: 6 }, smbus)).toBeUndefined();
  expect(line(0, 0x44, { write: [1, 2], read: 2 }, smbus)).toBeUndefined();
  expect(line(0, 0x76, { write: [0x88], read: 26 }, { i2c: false, block: false })).toBeUndefined();
});

test('bytes are read as they came, a word of SMBus with its low byte first', () => {
  expect(readBytes('0x19 0x20\n', 2)).toEqual(Uint8Array.of(0x19, 0x20));
  expect(readBytes('0x2019\n', 2)).toEqual(Uint8Array.of(0x19, 0x20));
  expect(readBytes('0x19\n', 1)).toEqual(Uint8Array.of(0x19));
  expect(readBytes('', 0)).toEqual(new Uint8Array(0));
  for (const text of ['0x19', '0x19 0x20 0x21', 'Error', '0x1900 0x20', '0x19 0xzz']) {
    expect(readBytes(text, 2), text).toBeUndefined();
  }
});

test('whatever a tool prints is bytes or nothing, and whatever is asked is a command of numbers or none', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(40), (text, count) => {
      const bytes = readBytes(text, count);
      expect(bytes?.length ?? count).toBe(count);
    }),
  );
  const transfer = fc.record({ write: fc.array(fc.nat(255), { maxLength: 40 }), read: fc.nat(60) });
  const abilities = fc.record({ i2c: fc.boolean(), block: fc.boolean() });
  fc.assert(
    fc.property(transfer, abilities, (each, can) => {
      for (const arg of commandFor(1, 0x48, each, can)?.args ?? [])
        expect(arg).toMatch(/^(-y|[bwic]|[wr]\d+(@0x48)?|0x..|\d+)$/);
    }),
  );
});
