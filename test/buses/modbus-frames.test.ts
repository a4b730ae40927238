import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  crc16,
  type ModbusQuestion,
  rtuAnswer,
  rtuQuestion,
  tcpAnswer,
  tcpQuestion,
} from '../../src/buses/modbus-frames.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const question: ModbusQuestion = { unit: 0x11, table: 'holding', register: 0x6b, count: 3 };
const data = bytes('ae41 5652 4340');

test('questions and answers are those of the specification', () => {
  expect(hex(rtuQuestion(question))).toBe('1103006b00037687');
  expect(hex(tcpQuestion(question, 1))).toBe('0001000000061103006b0003');
  expect(rtuAnswer(bytes('1103 06ae 4156 5243 4049 ad'), question)).toEqual({ type: 'data', data });
  expect(tcpAnswer(bytes('0001 0000 0009 1103 06ae 4156 5243 40'), question, 1)).toEqual({
    type: 'data',
    data,
  });
});

test('an exception is told by its code', () => {
  const crc = crc16(bytes('11 83 02'));
  expect(rtuAnswer(Uint8Array.of(0x11, 0x83, 2, crc & 0xff, crc >> 8), question)).toEqual({
    type: 'exception',
    code: 2,
  });
  expect(tcpAnswer(bytes('0001 0000 0003 11 83 02'), question, 1)).toEqual({ type: 'exception', code: 2 });
});

test('a late answer to an earlier question is passed over', () => {
  const late = bytes('0001 0000 0009 1103 06 0000 0000 0000');
  expect(tcpAnswer(late, question, 2)).toBeUndefined();
  const both = Uint8Array.of(...late, ...bytes('0002 0000 0009 1103 06ae 4156 5243 40'));
  expect(tcpAnswer(both, question, 2)).toEqual({ type: 'data', data });
});

test('another unit, another function, another length and other protocols are nonsense', () => {
  for (const text of [
    '0001 0000 0009 1203 06ae 4156 5243 40',
    '0001 0000 0009 1104 06ae 4156 5243 40',
    '0001 0000 0007 1103 04ae 4156 52',
    '0001 0001 0009 1103 06ae 4156 5243 40',
    '4854 5450 2f31 2e31',
  ]) {
    expect(tcpAnswer(bytes(text), question, 1), text).toMatchObject({ type: 'nonsense' });
  }
});

test('on a serial line an answer is found behind noise, an echo or the rest of another', () => {
  const answer = bytes('1103 06ae 4156 5243 4049 ad');
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(rtuQuestion(question))), (noise) => {
      expect(rtuAnswer(Uint8Array.of(...noise, ...answer), question)).toEqual({ type: 'data', data });
    }),
  );
});

test('a damaged answer on a serial line is none', () => {
  const answer = bytes('1103 06ae 4156 5243 4049 ad');
  fc.assert(
    fc.property(fc.nat(answer.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Uint8Array.from(answer);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      expect(rtuAnswer(damaged, question)).toBeUndefined();
    }),
  );
});

test('any bytes in any pieces are an answer, nonsense or not enough, never a throw', () => {
  const asked = fc.record({
    unit: fc.nat(255),
    table: fc.constantFrom('coil' as const, 'discrete' as const, 'holding' as const, 'input' as const),
    register: fc.nat(65_535),
    count: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), asked, fc.nat(3), (received, each, transaction) => {
      for (const answer of [tcpAnswer(received, each, transaction), rtuAnswer(received, each)]) {
        if (answer) expect(['data', 'exception', 'nonsense']).toContain(answer.type);
      }
    }),
    { numRuns: 2_000 },
  );
});
