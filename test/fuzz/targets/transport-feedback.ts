import { readTransportFeedback, TransportFeedback } from '../../../src/rtp/rtcp/transport-wide.ts';
import { ms } from '../../rtp/frames.ts';
import { hex } from '../hex.ts';
import { type FuzzTarget, promise } from '../target.ts';

/** Feedback as we write it: some packets in time, some late, some lost. */
function written(arrivals: readonly (readonly [sequence: number, atMs: number])[]): Uint8Array {
  const feedback = new TransportFeedback(arrivals[0]?.[0] ?? 0);
  for (const [sequence, atMs] of arrivals) feedback.add(sequence, ms(atMs));
  return feedback.write({ from: 1, about: 2 }, 3);
}

export const target: FuzzTarget = {
  about: 'transport-wide feedback',
  seeds: [
    written([[0, 1_000]]),
    written(Array.from({ length: 60 }, (_, at) => [65_500 + at, 1_000 + at * 5] as const)),
    written(Array.from({ length: 40 }, (_, at) => [100 + at * 3, 1_000 + at * 70] as const)),
    written([
      [10, 5_000],
      [400, 5_900],
      [401, 5_901],
    ]),
  ],
  words: ['ffff', '1fff', '3fff', '8000', 'c000', 'bfff', 'eaaa'].map(hex),
  take(input) {
    const read = readTransportFeedback(input);
    promise((read?.received.length ?? 0) <= input.length, 'every arrival has a delta of its own');
  },
  steps: { fixed: 20, perByte: 20 },
  bytes: { fixed: 0, perByte: 0 },
};
