import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import type { MonotonicMs } from '../../../src/clock.ts';
import { VedetteError } from '../../../src/errors.ts';
import { blockSamples } from '../../../src/media/frame.ts';
import { Microphone } from '../../../src/media/sound/microphone.ts';
import type { SoundSink, SoundSource } from '../../../src/media/sound/source.ts';

const log = pino({ level: 'silent' });

/** A device that does what the test says. */
class Puppet implements SoundSource {
  sink: SoundSink | undefined;
  stopped = false;
  start(sink: SoundSink) {
    this.sink = sink;
  }
  stop() {
    this.stopped = true;
    return Promise.resolve();
  }
  say(value = 1000) {
    this.sink?.block({ samples: new Int16Array(blockSamples).fill(value), captureMs: 0 as MonotonicMs });
  }
}

function make(options: { lingerMs?: number; gainDb?: number } = {}) {
  const runs: Puppet[] = [];
  const microphone = new Microphone({
    name: 'puppet',
    open: () => {
      const run = new Puppet();
      runs.push(run);
      return run;
    },
    log,
    ...options,
  });
  const states: string[] = [];
  microphone.onStatus(({ state }) => states.push(state));
  return { microphone, runs, states };
}

const opened = (runs: readonly Puppet[], count: number) =>
  vi.waitFor(() => expect(runs[count - 1]?.sink).toBeDefined(), 5000);

const unplugged = () => new VedetteError('sound/device-lost', { device: 'puppet', detail: 'unplugged' });

test('the first listener opens it, the last one closes it', async () => {
  const { microphone, runs, states } = make({ lingerMs: 0 });
  expect(runs.length).toBe(0);
  const first = microphone.listen(() => {});
  const second = microphone.listen(() => {});
  await opened(runs, 1);
  runs[0]?.say();
  first();
  expect(microphone.status.state).toBe('live');
  second();
  await vi.waitFor(() => expect(runs[0]?.stopped).toBe(true));
  expect(runs.length).toBe(1);
  expect(states).toEqual(['starting', 'live', 'off']);
});

test('a listener within the linger finds it open', async () => {
  const { microphone, runs } = make({ lingerMs: 60_000 });
  microphone.listen(() => {})();
  await opened(runs, 1);
  const heard = vi.fn();
  microphone.listen(heard);
  runs[0]?.say();
  expect(heard).toHaveBeenCalledOnce();
  expect(runs.length).toBe(1);
  await microphone.stop();
});

test('an unplugged device is away, and comes back by itself for the same listener', async () => {
  const { microphone, runs, states } = make();
  const heard = vi.fn();
  microphone.listen(heard);
  await opened(runs, 1);
  runs[0]?.say();
  runs[0]?.sink?.ended(unplugged());
  expect(microphone.status).toMatchObject({ state: 'away', reason: unplugged().message });
  await opened(runs, 2);
  runs[1]?.say();
  expect(heard).toHaveBeenCalledTimes(2);
  expect(states).toEqual(['starting', 'live', 'away', 'live']);
  expect(runs[0]?.stopped).toBe(true);
  await microphone.stop();
});

test('a device that gives nothing more is hung: it is closed and opened again', async () => {
  const { microphone, runs } = make();
  microphone.listen(() => {});
  await opened(runs, 1);
  runs[0]?.say();
  await opened(runs, 2);
  expect(runs[0]?.stopped).toBe(true);
  await microphone.stop();
});

test('what an old run still says is not heard', async () => {
  const { microphone, runs } = make();
  const heard = vi.fn();
  microphone.listen(heard);
  await opened(runs, 1);
  const old = runs[0]?.sink;
  old?.ended(unplugged());
  old?.block({ samples: new Int16Array(blockSamples), captureMs: 0 as MonotonicMs });
  old?.ended(unplugged());
  expect(heard).not.toHaveBeenCalled();
  await microphone.stop();
  expect(microphone.status.state).toBe('off');
});

test('stopped while it is away, it is not tried again', async () => {
  const { microphone, runs } = make();
  microphone.listen(() => {});
  await opened(runs, 1);
  vi.useFakeTimers();
  try {
    runs[0]?.sink?.ended(unplugged());
    await microphone.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs.length).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test('gain comes before the meter, the meter before ducking', async () => {
  const { microphone, runs } = make({ gainDb: 20 });
  const heard: number[] = [];
  microphone.listen(({ samples }) => heard.push(samples.at(-1) ?? 0));
  await opened(runs, 1);
  runs[0]?.say(1000);
  microphone.duck(true);
  runs[0]?.say(1000);
  expect(heard).toEqual([10_000, 1000]);
  expect(microphone.level.peakDb).toBeCloseTo(20 * Math.log10(10_000 / 32_768), 1);
  await microphone.stop();
});

test('a listener that throws harms nobody', async () => {
  const { microphone, runs } = make();
  const heard = vi.fn();
  microphone.listen(() => {
    throw new Error('mine');
  });
  microphone.listen(heard);
  await opened(runs, 1);
  runs[0]?.say();
  expect(heard).toHaveBeenCalledOnce();
  await microphone.stop();
});

test('privacy closes it at once whoever listens, and nothing opens it before it ends', async () => {
  const { microphone, runs, states } = make({ lingerMs: 0 });
  const release = microphone.listen(() => {});
  await opened(runs, 1);
  runs[0]?.say();
  await microphone.setPrivate(true);
  expect([runs[0]?.stopped, microphone.status.state, microphone.level.peakDb]).toEqual([
    true,
    'private',
    -96,
  ]);
  let heard = 0;
  const other = microphone.listen(() => heard++);
  runs[0]?.say();
  other();
  await microphone.stop();
  expect([runs.length, heard, microphone.status.state]).toEqual([1, 0, 'private']);
  await microphone.setPrivate(false);
  await opened(runs, 2);
  runs[1]?.say();
  expect(states).toEqual(['starting', 'live', 'private', 'starting', 'live']);
  release();
  await vi.waitFor(() => expect(runs[1]?.stopped).toBe(true));
});

test('a microphone that is away when privacy begins is not tried again meanwhile', async () => {
  vi.useFakeTimers();
  try {
    const { microphone, runs } = make();
    const release = microphone.listen(() => {});
    await vi.advanceTimersByTimeAsync(0);
    runs[0]?.sink?.ended(unplugged());
    await microphone.setPrivate(true);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs.length).toBe(1);
    release();
    await microphone.setPrivate(false);
    expect([runs.length, microphone.status.state, vi.getTimerCount()]).toEqual([1, 'off', 0]);
  } finally {
    vi.useRealTimers();
  }
});
