import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Gpio } from '../../src/buses/gpio.ts';
import { systemClock } from '../../src/clock.ts';
import { until } from '../media/ready.ts';
import { FakeGpioTools } from './fake-gpio-tools.ts';

describe.each([1, 2] as const)('a line that is active for a while, by version %d of the tools', (version) => {
  let tools: FakeGpioTools;
  let gpio: Gpio;
  beforeEach(() => {
    tools = new FakeGpioTools(version);
    tools.forget();
    gpio = new Gpio({ clock: systemClock, log: pino({ level: 'silent' }) });
  });
  afterEach(async () => {
    await gpio.stop();
    tools.remove();
  });
  const line = { line: 'relay', activeLow: false };
  const sets = () =>
    tools.calls.filter((call) => call.startsWith('gpioset')).map((call) => /\d=(\d)$/.exec(call)?.[1]);

  test('is inactive after its time by itself', async () => {
    const begun = performance.now();
    const pulse = await gpio.pulse(line, 400);
    expect(sets()).toEqual(['1']);
    await pulse.over;
    expect(performance.now() - begun).toBeGreaterThan(350);
    expect(sets()).toEqual(['1', '0']);
  });

  test('is inactive when it is told to end, and at the end of everything', async () => {
    const first = await gpio.pulse(line, 30_000);
    await Promise.all([first.end(), first.end()]);
    expect(sets()).toEqual(['1', '0']);
    await gpio.pulse({ ...line, activeLow: true }, 30_000);
    await gpio.stop();
    expect(sets()).toEqual(['1', '0', '1', '0']);
    expect(tools.calls.at(-1)).toContain('--active-low');
  });

  test('has a holder with a clock of its own, for when all else is killed', async () => {
    const pulse = await gpio.pulse(line, 1_500);
    const held = tools.calls.find((call) => call.endsWith('=1'));
    expect(held).toContain(version === 1 ? '--mode=time --sec=1 --usec=500000' : '--toggle 1500ms,0');
    await pulse.end();
  });

  test('that another program has says so, and is left alone', async () => {
    tools.busy();
    await expect(gpio.pulse(line, 30_000)).rejects.toMatchObject({ code: 'gpio/busy' });
    await expect(gpio.rest(line)).rejects.toMatchObject({ code: 'gpio/busy' });
  });

  const rounds = process.env.VEDETTE_LONG === undefined ? 5 : 100;
  test(`is let go of when who drives it is killed, at ${rounds} moments`, { timeout: 300_000 }, async () => {
    const program = fileURLToPath(new URL('../rig/guest/pulse-line.ts', import.meta.url));
    for (let round = 0; round < rounds; round++) {
      const driver = spawn(process.execPath, [program, 'relay', '60000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      // The tools are asked, the line is made inactive, then active: some moments of that, and some after it.
      await until('a first call', () => tools.calls.some((call) => call.startsWith('gpio')));
      await wait((round * 600) / rounds);
      driver.kill('SIGKILL');
      await once(driver, 'close');
      await until('nobody to hold the line', () => tools.holders.length === 0);
      await until(
        'the last word',
        () => sets().filter((set) => set === '1').length === 0 || sets().at(-1) === '0',
      );
      tools.forget();
    }
  });

  test('is made inactive when nothing is to move', async () => {
    await gpio.rest({ line: 3, chip: 'gpiochip0', activeLow: false });
    expect(sets()).toEqual(['0']);
    await until('a call', () => tools.calls.length > 0);
  });
});
