import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../media/ready.ts';
import { type GuestProgram, noRig, useRig } from './rig.ts';

if (noRig) console.log(`skipped: ${noRig}`);

interface Line {
  readonly sensor: string;
  readonly value?: number;
  /** When it was true, and when it was told, on the guest's clock. */
  readonly at?: number;
  readonly nowMs?: number;
  readonly state?: string;
  readonly reason?: string;
  readonly detail?: string;
}

/** Starting a program takes the virtual device seconds; on a machine that is busy with other tests, a minute or two. */
const startMs = 180_000;

/** What a program in the guest has said so far: several sensors speak at once, so nothing is skipped. */
class Told {
  readonly lines: Line[] = [];
  #ended: unknown;

  constructor(program: GuestProgram) {
    const read = async (): Promise<void> => {
      for (;;) this.lines.push(JSON.parse(await program.line((line) => line)));
    };
    read().catch((error) => {
      this.#ended = error;
    });
  }

  /** The first line from `since` on that is wanted. */
  async line(what: string, since: number, wanted: (line: Line) => boolean): Promise<Line> {
    const found = () => this.lines.slice(since).find(wanted);
    await until(what, () => found() !== undefined || this.#ended !== undefined, startMs);
    if (this.#ended) throw this.#ended;
    return found() as Line;
  }
}

describe.skipIf(noRig)('real sensors of a virtual device', { timeout: 2 * startMs }, () => {
  const rig = useRig();
  const opened: GuestProgram[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((program) => program.end()));
  });
  const start = (...command: string[]): GuestProgram => {
    const program = rig().start('node', ...command);
    opened.push(program);
    return program;
  };
  /** A shell in the guest, so that a condition of several processes is waited for there. */
  const shell = (script: string) => rig().exec('/bin/sh', '-c', script);

  // One program for all: starting one takes the virtual device longer than everything it does then.
  test('an LM75, a DS18B20 and GPIO lines: limits crossed, edges timed by the kernel, pulled out and back, busy and freed', async () => {
    await rig().hw('temp', '21.5');
    await rig().hw('gpio', 'button', '0');
    const button = { kind: 'gpio', line: 'button', debounce: '20ms' };
    const sensors = {
      machine: { kind: 'hwmon', chip: 'lm75', period: '500ms' },
      room: { kind: 'w1', period: '1s' },
      bell: button,
      second_bell: button,
    };
    const told = new Told(start('test/rig/guest/watch-sensors.ts', JSON.stringify(sensors)));
    const next = (what: string, since: number, sensor: string, wanted: (line: Line) => boolean) =>
      told.line(what, since, (line) => line.sensor === sensor && wanted(line));
    for (const sensor of ['machine', 'room']) await next(sensor, 0, sensor, ({ value }) => value === 21.5);

    // A line has one user.
    const isBell = ({ sensor = '' }: Line) => sensor.endsWith('bell');
    const busy = await told.line('busy', 0, (line) => isBell(line) && line.state === 'fault');
    expect(busy.detail).toBe('the GPIO line button is in use by another program');
    const bell = busy.sensor === 'bell' ? 'second_bell' : 'bell';

    // Edges.
    await shell('until gpioinfo | grep -q gpiomon; do sleep 0.1; done');
    for (const level of [1, 0, 1]) {
      const since = told.lines.length;
      await rig().hw('gpio', 'button', String(level));
      const edge = await next(`edge to ${level}`, since, bell, ({ value }) => value === level);
      // The level has stayed for the 20 ms of its debouncing when it is told, and the edge is at least that much older.
      expect((edge.nowMs ?? 0) - (edge.at ?? 0)).toBeGreaterThanOrEqual(19);
    }

    // Limits.
    let since = told.lines.length;
    await rig().hw('temp', '84.5');
    for (const sensor of ['machine', 'room'])
      await next('over 80', since, sensor, ({ value = 0 }) => value > 80);

    // Pulled out, and back.
    since = told.lines.length;
    await rig().hw('temp-lost');
    const lost = await next('its fault', since, 'room', ({ state }) => state === 'fault');
    expect(lost).toMatchObject({ reason: 'unavailable' });
    expect(lost.detail).toContain('does not answer');
    await rig().hw('temp', '20.5');
    await rig().hw('temp-back');
    await next('its return', since, 'room', ({ value }) => value === 20.5);
    since = told.lines.length;
    await shell('echo 0x48 >/sys/bus/i2c/devices/i2c-0/delete_device');
    await next(
      'its fault',
      since,
      'machine',
      ({ state, detail = '' }) => state === 'fault' && detail.includes('gone'),
    );
    await shell('echo lm75 0x48 >/sys/bus/i2c/devices/i2c-0/new_device');
    since = told.lines.length;
    await next('its return', since, 'machine', ({ value }) => value === 20.5);

    // Killed without a word: what it started must not hold the line.
    await shell("kill -KILL $(pgrep -f 'guest/watch[-]sensors')");
    await shell('while gpioinfo | grep -q gpiomon; do sleep 0.1; done');
  });

  test('an output is driven, and given back when its driver is killed without a word', async () => {
    const level = async () =>
      (await shell(`cat /sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio3/value`)).trim();
    const program = start('test/rig/guest/drive-line.ts', 'relay');
    await program.line((line) => (line === 'active' ? line : undefined));
    expect(await level()).toBe('1');
    await shell("kill -KILL $(pgrep -f 'guest/drive[-]line')");
    await shell('while gpioinfo | grep -q gpioset; do sleep 0.1; done');
    expect(await level()).toBe('0');
  });
});
