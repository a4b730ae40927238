import { afterEach, describe, expect, test } from 'vitest';
import { type GuestProgram, noRig, useRig } from './rig.ts';

if (noRig) console.log(`skipped: ${noRig}`);

/** Starting a program takes the virtual device seconds; on a machine that is busy with other tests, a minute or two. */
const startMs = 180_000;

describe.skipIf(noRig)('the line of a lock', { timeout: 2 * startMs }, () => {
  const rig = useRig();
  const opened: GuestProgram[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((program) => program.end()));
  });
  const shell = (script: string) => rig().exec('/bin/sh', '-c', script);
  const level = async () =>
    (await shell('cat /sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio3/value')).trim();
  const pulse = async (ms: number): Promise<GuestProgram> => {
    const program = rig().start('node', 'test/rig/guest/pulse-line.ts', 'relay', String(ms));
    opened.push(program);
    await program.line((line) => (line === 'active' ? line : undefined));
    return program;
  };
  const free = () => shell('while gpioinfo | grep -q gpioset; do sleep 0.05; done');

  test('is inactive after its time', async () => {
    const program = await pulse(6_000);
    expect(await level()).toBe('1');
    await program.line((line) => (line === 'inactive' ? line : undefined));
    expect(await level()).toBe('0');
  });

  test('is inactive when who drives it is killed in mid-pulse', async () => {
    await pulse(50_000);
    expect(await level()).toBe('1');
    await shell("kill -KILL $(pgrep -f 'guest/pulse[-]line')");
    await free();
    expect(await level()).toBe('0');
    // Driven inactive by somebody who has ended, not left to itself.
    expect((await shell('pgrep -f "guard [0-9]" || true')).trim()).toBe('');
  });

  test('is inactive at its time even where its guard is killed too', async () => {
    await pulse(8_000);
    await shell("kill -KILL $(pgrep -f 'guest/pulse[-]line') $(pgrep -f 'exec 3<[&]0')");
    await free();
    expect(await level()).toBe('0');
  });
});
