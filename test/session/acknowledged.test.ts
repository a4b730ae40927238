import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { Acknowledged } from '../../src/session/acknowledged.ts';

test('a picture flows while reports say that more of it arrives', () => {
  const acknowledged = new Acknowledged();
  const at = (ms: number) => ms as MonotonicMs;
  const report = (highestSequence: number) => ({
    ...{ ssrc: 1, fractionLost: 0, packetsLost: 0, highestSequence, jitter: 0 },
    ...{ lastSenderReport: 0, delaySinceLastSenderReport: 0 },
  });
  expect(acknowledged.flows(at(0))).toBe(false);
  acknowledged.reported(report(10), at(1_000));
  expect([acknowledged.flows(at(3_000)), acknowledged.flows(at(3_001))]).toEqual([true, false]);
  acknowledged.reported(report(10), at(4_000));
  expect(acknowledged.flows(at(4_000))).toBe(false);
  acknowledged.reported(report(20), at(5_000));
  expect(acknowledged.flows(at(5_500))).toBe(true);
});
