import { describe, expect, test } from 'vitest';
import { noRig, useRig } from './rig.ts';

if (noRig) console.log(`skipped: ${noRig}`);

describe.skipIf(noRig)('a chip on a real I2C adapter', { timeout: 240_000 }, () => {
  const rig = useRig();
  const shell = (script: string) => rig().exec('/bin/sh', '-c', script);
  const lm75 = { bus: 0, chip: 'lm75' };
  const read = async (...options: object[]): Promise<unknown[]> => {
    const args = options.map((each) => JSON.stringify(each));
    const printed = await rig().exec('node', 'test/rig/guest/read-i2c.ts', ...args);
    return printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  // One program for all: starting one takes the virtual device longer than everything it does then.
  test('is read by name and by its registers, once the kernel lets go of it', async () => {
    await rig().hw('temp', '42.5');
    expect(await read(lm75)).toEqual([
      expect.stringMatching(/^i2c\/busy: a driver of the kernel holds the chip at 0x48/),
    ]);
    await shell('echo 0-0048 > /sys/bus/i2c/drivers/lm75/unbind');
    const registers = { bus: 0, address: 0x48, register: 0, length: 2, signed: true, shift: 5, scale: 0.125 };
    expect(
      await read(
        lm75,
        registers,
        { ...registers, register: 3 },
        { ...lm75, address: 0x49 },
        { ...lm75, bus: 7 },
        { bus: 0, chip: 'sht3x', address: 0x48 },
      ),
    ).toEqual([
      42.5,
      42.5,
      // Another register; what this one holds is the adapter’s affair.
      expect.any(Number),
      expect.stringMatching(/^i2c\/no-answer/),
      expect.stringMatching(/^i2c\/not-found/),
      // This adapter knows SMBus alone, and this chip needs more.
      expect.stringMatching(/^i2c\/unable/),
    ]);
  });
});
