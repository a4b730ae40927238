import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { Buses } from '../../src/buses/buses.ts';
import { I2cBus } from '../../src/buses/i2c.ts';
import { systemClock } from '../../src/clock.ts';
import { i2cOptions, i2cSensor } from '../../src/sensors/i2c.ts';
import { sensirionCrc } from '../../src/sensors/i2c-chips.ts';
import { crc8, withoutCrc } from '../../src/sensors/i2c-register.ts';
import { type FakeChip, fakeI2cTools, registerChip } from '../buses/fake-i2c.ts';
import { sensorParts, silent, testSensor } from './contract.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

/** Buses with made-up chips. */
class BusesWithChips extends Buses {
  readonly #bus: I2cBus;
  readonly #none: I2cBus;

  constructor(chips: ReadonlyMap<number, FakeChip>) {
    super({ device: 'test', clock: systemClock, log: silent });
    this.#bus = new I2cBus(1, fakeI2cTools(chips));
    this.#none = new I2cBus(9, fakeI2cTools(chips));
  }

  override i2c(bus: number): I2cBus {
    return bus === 1 ? this.#bus : this.#none;
  }
}

function parts(chips: Record<number, FakeChip>) {
  const buses = new BusesWithChips(new Map(Object.entries(chips).map(([at, chip]) => [Number(at), chip])));
  undo.push(() => buses.stop());
  return sensorParts({ buses });
}

async function read(options: object, given: ReturnType<typeof parts>): Promise<number> {
  const source = i2cSensor.open(i2cOptions.parse(options), given);
  source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
  return (await source.read?.()) ?? Number.NaN;
}

const word = (value: number) => [value >> 8, value & 0xff];
const withCrc = (value: number) => [...word(value), crc8(Uint8Array.from(word(value)), sensirionCrc)];
const lm75 = (value: number): FakeChip => ({ transfer: (_, bytes) => word(value).slice(0, bytes) });
/** Answers only what it was told to measure. */
function sht3x(temperature: number, humidity: number): FakeChip {
  let measured = false;
  return {
    transfer: (write, bytes) => {
      if (write.length > 0) measured = write[0] === 0x24 && write[1] === 0x00;
      return measured && bytes > 0 ? [...withCrc(temperature), ...withCrc(humidity)].slice(0, bytes) : [];
    },
  };
}
function bme280(): FakeChip {
  const registers = new Map<number, number>([
    [0xd0, 0x60],
    [0xa1, 75],
  ]);
  const constants = [27_504, 26_435, -1_000, 36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000];
  constants.forEach((value, i) => {
    registers.set(0x88 + i * 2, value & 0xff);
    registers.set(0x89 + i * 2, (value >> 8) & 0xff);
  });
  [0x6a, 0x01, 0, 0x13, 0x29, 0x03, 30].forEach((value, i) => {
    registers.set(0xe1 + i, value);
  });
  // 415148, 519888, 30000.
  [0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x75, 0x30].forEach((value, i) => {
    registers.set(0xf7 + i, value);
  });
  return registerChip(registers);
}

testSensor('i2c', {
  kind: i2cSensor,
  options: { chip: 'lm75' },
  parts: () => parts({ 72: lm75(0x1900) }),
  absent: { chip: 'lm75', address: 0x49 },
  absentCode: 'i2c/no-answer',
});

describe('chips that are known', () => {
  test('LM75: nine bits with a sign, whatever stands below them', async () => {
    expect(await read({ chip: 'lm75' }, parts({ 72: lm75(0x197f) }))).toBe(25);
    expect(await read({ chip: 'lm75' }, parts({ 72: lm75(0xe700) }))).toBe(-25);
    expect(await read({ chip: 'lm75' }, parts({ 72: lm75(0xff80) }))).toBe(-0.5);
  });

  test('SHT3x: both values of one measurement, each with its checksum', async () => {
    const given = parts({ 68: sht3x(0x6666, 0x8000) });
    expect(await read({ chip: 'sht3x' }, given)).toBeCloseTo(25, 2);
    expect(await read({ chip: 'sht3x', quantity: 'humidity' }, given)).toBeCloseTo(50, 2);
  });

  test('BME280: compensated by its own constants', async () => {
    const given = parts({ 118: bme280() });
    expect(await read({ chip: 'bme280' }, given)).toBeCloseTo(25.08, 2);
    expect(await read({ chip: 'bme280', quantity: 'pressure' }, given)).toBeCloseTo(1006.53, 1);
    const humidity = await read({ chip: 'bme280', quantity: 'humidity' }, given);
    expect(humidity).toBeGreaterThan(30);
    expect(humidity).toBeLessThan(80);
  });

  test('what they cannot measure, and another chip in their place, is told', async () => {
    expect(i2cOptions.safeParse({ chip: 'lm75', quantity: 'humidity' }).error?.issues[0]).toMatchObject({
      path: ['quantity'],
      message: 'lm75 measures temperature',
    });
    const other = parts({ 118: registerChip(new Map([[0xd0, 0x33]])) });
    await expect(read({ chip: 'bme280' }, other)).rejects.toMatchObject({ code: 'i2c/nonsense' });
  });
});

test('a chip that nobody knows is described in the profile, with what is written before', async () => {
  const written: string[] = [];
  const chip: FakeChip = {
    transfer: (write, bytes) => {
      written.push(`${write.join(' ')} > ${bytes}`);
      return [0x00, 0x12, 0x0a, 0xf0].slice(0, bytes);
    },
  };
  const options = {
    address: 0x40,
    setup: [[0x01, 0x60]],
    before: [[0xf4]],
    wait: '1ms',
    register: [0x02, 0x03],
    skip: 1,
    length: 3,
    endian: 'big',
    signed: true,
    mask: 0x0fff_f0,
    shift: 4,
    scale: 0.5,
    offset: 1,
  };
  const given = parts({ 64: chip });
  expect(await read(options, given)).toBe(((0x120a_f0 & 0x0fff_f0) >> 4) * 0.5 + 1);
  expect(written).toEqual(['1 96 > 0', '244 > 0', '2 3 > 4']);
});

test('what a description lacks is named', () => {
  const first = (options: object) => i2cOptions.safeParse(options).error?.issues[0]?.path[0];
  expect(first({})).toBe('address');
  expect(first({ address: 0x40 })).toBe('length');
  expect(first({ address: 0x40, length: 1, crc: 'sensirion' })).toBe('length');
  expect(first({ chip: 'lm75', register: 1 })).toBe('chip');
  expect(first({ address: 0x78, length: 1 })).toBe('address');
});

test('a bus that is not there, and nobody at the address, are told apart', async () => {
  const given = parts({});
  await expect(read({ chip: 'lm75', bus: 9 }, given)).rejects.toMatchObject({ code: 'i2c/not-found' });
  await expect(read({ chip: 'lm75' }, given)).rejects.toMatchObject({ code: 'i2c/no-answer' });
});

test('conversations with a chip do not mix', async () => {
  const log: string[] = [];
  const chip: FakeChip = {
    transfer: (write, bytes) => {
      log.push(write.length > 0 ? 'measure' : 'read');
      return bytes > 0 ? [...withCrc(0x6666), ...withCrc(0x8000)].slice(0, bytes) : [];
    },
  };
  const given = parts({ 68: chip });
  await Promise.all(
    Array.from({ length: 5 }, (_, i) =>
      read({ chip: 'sht3x', quantity: i % 2 ? 'humidity' : 'temperature' }, given),
    ),
  );
  expect(log).toEqual(Array.from({ length: 5 }, () => ['measure', 'read']).flat());
});

describe('checksums', () => {
  test('the example of the data sheet comes out', () => {
    expect(crc8(Uint8Array.of(0xbe, 0xef), sensirionCrc)).toBe(0x92);
  });

  test('any single damage is noticed', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(2), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
        const bytes = Uint8Array.from(withCrc(value));
        expect(withoutCrc(bytes, sensirionCrc)).toEqual(Uint8Array.from(word(value)));
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(withoutCrc(bytes, sensirionCrc)).toBeUndefined();
      }),
    );
  });
});

test('a chip that answers nonsense gives a number or an error with a code, whatever its description', async () => {
  const byte = fc.nat(255);
  const options = fc.oneof(
    fc
      .constantFrom('lm75', 'tmp102', 'mcp9808', 'sht3x', 'bh1750', 'bme280')
      .map((chip) => ({ chip, address: 0x40 })),
    fc.record({
      address: fc.constant(0x40),
      register: fc.oneof(byte, fc.array(byte, { minLength: 1, maxLength: 3 })),
      length: fc.integer({ min: 1, max: 4 }),
      skip: fc.nat(4),
      signed: fc.boolean(),
      endian: fc.constantFrom('big', 'little'),
      mask: fc.integer({ min: 1, max: 0xffff_ffff }),
      shift: fc.nat(31),
    }),
  );
  const answers = fc.infiniteStream(fc.uint8Array({ maxLength: 30 }));
  await fc.assert(
    fc.asyncProperty(options, answers, fc.boolean(), async (each, stream, exact) => {
      const chip: FakeChip = {
        transfer: (_, bytes) => {
          const given = [...(stream.next().value as Uint8Array)];
          // As many bytes as were asked for, or as many as it likes.
          return exact
            ? Array.from({ length: bytes }, (__, i) => given[i % Math.max(1, given.length)] ?? 0)
            : given;
        },
      };
      const given = parts({ 64: chip });
      await read(each, given).then(
        (value) => expect(typeof value).toBe('number'),
        (error: Error) => expect(error).toMatchObject({ code: expect.stringMatching(/^i2c\//) }),
      );
    }),
    { numRuns: 150 },
  );
});
