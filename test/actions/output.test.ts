import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ActionBuses } from '../../src/actions/buses.ts';
import { outputAction } from '../../src/actions/output.ts';
import { VedetteError } from '../../src/errors.ts';
import { opened, unstopped } from './opened.ts';
import { occasion } from './parts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A chip that notes what its one line did, with the time of it. */
class FakeChip {
  readonly done: string[] = [];
  /** Fails so many times from now on. */
  failures = 0;
  opened = 0;
  readonly #begin = Date.now();

  readonly buses: ActionBuses = {
    mqtt: undefined,
    gpio: {
      openOutput: async () => {
        this.#mayFail();
        this.opened++;
        return {
          set: async (active) => {
            this.#mayFail();
            this.done.push(`${Date.now() - this.#begin} ${active ? 'on' : 'off'}`);
          },
          close: async () => void this.done.push(`${Date.now() - this.#begin} closed`),
        };
      },
    },
  };

  #mayFail(): void {
    if (this.failures-- > 0) throw new VedetteError('gpio/failed', { line: 'siren', detail: 'gone' });
  }
}

const siren = { line: 'siren' };
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

async function make(options: object, chip = new FakeChip()) {
  return { chip, ...(await opened(outputAction, { ...siren, ...options }, { buses: chip.buses })) };
}

test('the line is taken, and off, before anything happens', async () => {
  const { chip } = await make({});
  expect(chip.opened).toBe(1);
  expect(chip.done).toEqual([]);
});

test('a pulse is one for each occasion, one after the other', async () => {
  const { action, chip } = await make({ pulse: '500ms' });
  void action.run(occasion(), unstopped).then(() => action.run(occasion({ id: 'b' }), unstopped));
  await pass(2_000);
  expect(chip.done).toEqual(['0 on', '500 off', '500 on', '1000 off']);
});

test('it holds until the last of its alarms is over', async () => {
  const { action, chip } = await make({});
  const [a, b] = [occasion({ id: 'a' }), occasion({ id: 'b' })];
  await action.run(a, unstopped);
  await action.run(b, unstopped);
  await pass(1_000);
  await action.release?.(a.event);
  expect(chip.done).toEqual(['0 on']);
  await action.release?.(b.event);
  expect(chip.done).toEqual(['0 on', '1000 off']);
});

test('a pattern repeats, and ends in the middle of it when the alarm is over', async () => {
  const { action, chip } = await make({ pattern: ['200ms', '300ms'] });
  await action.run(occasion(), unstopped);
  await pass(1_100);
  await action.release?.(occasion().event);
  await pass(10_000);
  expect(chip.done).toEqual(['0 on', '200 off', '500 on', '700 off', '1000 on', '1100 off']);
});

test('it is off after its time, even where the alarm goes on; each occasion begins the time anew', async () => {
  const { action, chip } = await make({ for: '1s' });
  await action.run(occasion(), unstopped);
  await pass(700);
  await action.run(occasion({}, 'escalate'), unstopped);
  await pass(700);
  expect(chip.done).toEqual(['0 on']);
  await pass(300);
  expect(chip.done).toEqual(['0 on', '1700 off']);
});

test('somebody silences what makes noise, and only that', async () => {
  const loud = await make({ silenced: true });
  const light = await make({});
  for (const { action, chip } of [loud, light]) {
    await action.run(occasion(), unstopped);
    await action.silence?.(occasion().event);
    expect(chip.done.at(-1)).toMatch(action === loud.action ? /off$/ : /on$/);
  }
});

test('a stop leaves it off and gives it back, in the middle of a pattern and of a pulse', async () => {
  for (const options of [{ pattern: ['200ms', '300ms'] }, { pulse: '10s' }]) {
    const { action, chip, stop } = await make(options);
    void action.run(occasion(), unstopped);
    await pass(100);
    await stop();
    await pass(10_000);
    expect(chip.done[0]).toBe('0 on');
    expect(chip.done.filter((done) => / on$/.test(done))).toHaveLength(1);
    expect(chip.done).toContain('100 closed');
  }
});

test('a line that cannot be switched off is tried until it is, and told once', async () => {
  const { action, chip } = await make({});
  await action.run(occasion(), unstopped);
  chip.failures = 3;
  await expect(action.release?.(occasion().event)).rejects.toMatchObject({ code: 'gpio/failed' });
  await pass(5_000);
  expect(chip.done).toEqual(['0 on', '3000 off']);
});

test('a line that fails within a pattern is told, switched off, and works again at the next occasion', async () => {
  const { action, chip, failures } = await make({ pattern: ['200ms', '300ms'] });
  await action.run(occasion(), unstopped);
  chip.failures = 1;
  await pass(1_000);
  expect(failures.map(({ error }) => error.code)).toEqual(['gpio/failed']);
  expect(chip.done).toEqual(['0 on', '200 off']);
  await action.run(occasion(), unstopped);
  expect(chip.done.at(-1)).toBe('1000 on');
});

test('an alarm that is over before the line is there switches nothing on', async () => {
  const chip = new FakeChip();
  const late = Promise.withResolvers<void>();
  const open = chip.buses.gpio.openOutput;
  const buses: ActionBuses = {
    mqtt: undefined,
    gpio: { openOutput: (...args) => late.promise.then(() => open(...args)) },
  };
  const action = outputAction.open(outputAction.options.parse(siren), {
    buses,
    name: 'siren',
    failed: () => {},
  } as never);
  const run = action.run(occasion(), unstopped);
  const release = action.release?.(occasion().event);
  late.resolve();
  await Promise.all([run, release]);
  expect(chip.done.filter((done) => done.endsWith(' on'))).toEqual([]);
});

test('a line that is not there at the start is asked for again at the next occasion', async () => {
  const chip = new FakeChip();
  chip.failures = 1;
  await expect(make({}, chip)).rejects.toMatchObject({ code: 'gpio/failed' });
  const { action } = await make({}, chip);
  await action.run(occasion(), unstopped);
  expect(chip.done).toEqual(['0 on']);
});

test.each([
  { pulse: '1s', pattern: ['1s', '1s'] },
  { pattern: ['1s'] },
  { pattern: ['1ms', '1ms'] },
  { pulse: '2h' },
])('%o is no output', (options) => {
  expect(outputAction.options.safeParse({ ...siren, ...options }).success).toBe(false);
});
