import { afterEach, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import { blockSamples } from '../../src/media/frame.ts';
import { Microphone } from '../../src/media/sound/microphone.ts';
import type { SoundSink } from '../../src/media/sound/source.ts';
import { soundLevelOptions, soundLevelSensor } from '../../src/sensors/sound-level.ts';
import { quiet, until } from '../media/ready.ts';
import { collect, sensorParts, testSensor } from './contract.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A microphone that hears what a test says. */
function scripted() {
  const sinks: SoundSink[] = [];
  let captureMs = 0;
  const microphone = new Microphone({
    name: 'door',
    open: () => ({ start: (to) => void sinks.push(to), stop: () => Promise.resolve() }),
    log: quiet,
    lingerMs: 0,
  });
  undo.push(() => microphone.stop());
  return {
    microphone,
    sinks,
    /** 200 ms of a square wave of this height, 1 being full scale. */
    hear: (height: number) => {
      for (let i = 0; i < 10; i++) {
        const samples = Int16Array.from(
          { length: blockSamples },
          (_, at) => (at % 2 ? 1 : -1) * height * 32_767,
        );
        sinks.at(-1)?.block({ samples, captureMs: captureMs as MonotonicMs });
        captureMs += 20;
      }
    },
  };
}

const open = (given: ReturnType<typeof scripted>, options: object = {}) => {
  const source = soundLevelSensor.open(
    soundLevelOptions.parse({ feed: 'door', ...options }),
    sensorParts({ microphone: () => given.microphone }),
  );
  undo.push(() => source.stop());
  return collect(source);
};

let shared: ReturnType<typeof scripted> | undefined;
testSensor('sound-level', {
  kind: soundLevelSensor,
  options: { feed: 'door' },
  parts: () => {
    const given = scripted();
    shared = given;
    return sensorParts({ microphone: () => given.microphone });
  },
  provoke: () => shared?.hear(0.5),
});

test('a fifth of a second is one value, in dB below full scale', async () => {
  const given = scripted();
  const told = open(given);
  await until('the microphone', () => given.sinks.length > 0);
  given.hear(1);
  given.hear(0.1);
  given.hear(0);
  const values = told.values.map(({ value }) => value);
  expect(values[0]).toBeCloseTo(0, 1);
  expect(values[1]).toBeCloseTo(-20, 1);
  expect(values[2]).toBe(-96);
});

test('a microphone that is lost ends it, and a feed without one is named', async () => {
  const given = scripted();
  const told = open(given);
  await until('the microphone', () => given.sinks.length > 0);
  given.hear(0.5);
  given.sinks[0]?.ended(new VedetteError('sound/device-lost', { device: 'it', detail: 'unplugged' }));
  await until('its end', () => told.ended.length > 0);
  expect(told.ended).toMatchObject([{ code: 'microphone/lost' }]);
  expect(() => soundLevelSensor.open(soundLevelOptions.parse({ feed: 'yard' }), sensorParts())).toThrow(
    'yard has no microphone',
  );
});
