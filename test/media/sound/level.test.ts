import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LevelMeter, silenceDb } from '../../../src/media/sound/level.ts';
import { sine } from './goertzel.ts';

test('a full sine is 0 dBFS at its peak and -3 dBFS by its power', () => {
  const meter = new LevelMeter();
  meter.measure(sine(1000, 960, 32_767));
  expect(meter.peakDb).toBeCloseTo(0, 2);
  expect(meter.rmsDb).toBeCloseTo(-3.01, 2);
});

test('half the amplitude is 6 dB less', () => {
  const meter = new LevelMeter();
  meter.measure(sine(1000, 960, 16_384));
  expect(meter.peakDb).toBeCloseTo(-6.02, 2);
});

test('any samples give a level between silence and full scale, the power never over the peak', () => {
  const meter = new LevelMeter();
  fc.assert(
    fc.property(fc.int16Array({ maxLength: 960 }), (samples) => {
      meter.measure(samples);
      expect(meter.peakDb).toBeGreaterThanOrEqual(silenceDb);
      expect(meter.peakDb).toBeLessThanOrEqual(0);
      expect(meter.rmsDb).toBeLessThanOrEqual(meter.peakDb + 1e-9);
      if (samples.every((value) => value === 0)) expect(meter.rmsDb).toBe(silenceDb);
    }),
  );
});
