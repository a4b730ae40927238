import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Gpio } from '../../src/buses/gpio.ts';
import { systemClock } from '../../src/clock.ts';
import { children, until } from '../media/ready.ts';
import { FakeGpioTools } from './fake-gpio-tools.ts';

describe.each([1, 2] as const)('a line that is driven, by version %d of the tools', (version) => {
  let tools: FakeGpioTools;
  let gpio: Gpio;
  const warnings: string[] = [];
  let before: Set<number>;
  beforeEach(() => {
    before = new Set(children());
    tools = new FakeGpioTools(version);
    gpio = new Gpio({
      clock: systemClock,
      log: pino({ level: 'warn' }, { write: (line) => warnings.push(line) }),
    });
  });
  afterEach(async () => {
    await gpio.stop();
    tools.remove();
    expect(children().filter((pid) => !before.has(pid))).toEqual([]);
  });
  const held = () => children().filter((pid) => !before.has(pid));
  const sets = () =>
    tools.calls.filter((call) => call.startsWith('gpioset')).map((call) => /\d=(\d)$/.exec(call)?.[1]);

  test('is inactive at first and at last', async () => {
    const line = await gpio.openOutput('relay', { activeLow: false });
    expect(sets()).toEqual(['0']);
    await line.set(true);
    expect(sets()).toEqual(['0', '1']);
    expect(held()).toHaveLength(1);
    await line.close();
    expect(sets()).toEqual(['0', '1', '0']);
    expect(held()).toEqual([]);
  });

  test('a level that it has is not set again', async () => {
    const line = await gpio.openOutput('relay', { activeLow: true });
    await line.set(false);
    await Promise.all([line.set(true), line.set(true), line.set(false)]);
    expect(sets()).toEqual(['0', '1', '0']);
    expect(tools.calls.at(-1)).toContain('--active-low');
  });

  test('that another program has says so, and leaves nothing', async () => {
    tools.busy();
    await expect(gpio.openOutput(3, { chip: 'gpiochip0', activeLow: false })).rejects.toMatchObject({
      code: 'gpio/busy',
    });
  });

  test('that is not there says so', async () => {
    await expect(gpio.openOutput('siren', { activeLow: false })).rejects.toMatchObject({
      code: 'gpio/not-found',
    });
  });

  test('is set anew after its tool died', async () => {
    const line = await gpio.openOutput('relay', { activeLow: false });
    await line.set(true);
    const [pid = 0] = held();
    process.kill(pid, 'SIGKILL');
    await until('a warning', () => warnings.some((line) => line.includes('not driven any more')));
    await line.set(true);
    expect(sets()).toEqual(['0', '1', '1']);
    await line.close();
    await expect(line.set(true)).rejects.toMatchObject({ code: 'gpio/failed' });
  });
});
