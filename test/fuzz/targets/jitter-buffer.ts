import { JitterBuffer } from '../../../src/rtp/jitter-buffer.ts';
import { ms } from '../../rtp/frames.ts';
import { readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

/** Sequence number, timestamp, and how often the speaker pulls after it: 16, 32 and 8 bits. */
function packet(sequence: number, pulls: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeUInt16BE(sequence & 0xffff, 0);
  bytes.writeUInt32BE((sequence * 960) >>> 0, 2);
  bytes.writeUInt8(pulls, 6);
  return bytes;
}

const stream = (count: number, first: number, pulls: number) =>
  Array.from({ length: count }, (_, at) => ({ gapMs: 20, from: 0, bytes: packet(first + at, pulls) }));
/** A second of packets. */
const maxKept = 50;

export const target: FuzzTarget = {
  about: "a talker's packets, early, late and never, and a speaker that pulls",
  seeds: [],
  inputs: sequences([
    stream(30, 65_520, 1),
    stream(60, 0, 0),
    stream(20, 10, 3),
    [...stream(8, 0, 1), ...stream(8, 40_000, 1)],
  ]),
  take(input) {
    const buffer = new JitterBuffer();
    let now = 1_000;
    let pulled = 0;
    let inserted = 0;
    for (const { gapMs, bytes } of readSequence(input)) {
      now += gapMs;
      const view = Buffer.concat([bytes, Buffer.alloc(7)]);
      buffer.insert(
        { sequenceNumber: view.readUInt16BE(0), timestamp: view.readUInt32BE(2), payload: bytes },
        ms(now),
      );
      inserted += 1;
      promise(buffer.size <= maxKept, 'what waits is bounded');
      for (let pulls = view.readUInt8(6) % 8; pulls > 0; pulls -= 1)
        if (buffer.pull(ms(now)).kind === 'packet') pulled += 1;
      promise(Number.isFinite(buffer.depthMs), 'the depth is a number');
    }
    promise(pulled <= inserted, 'nothing is played that did not come');
  },
  steps: { fixed: 2_000, perByte: 400 },
  bytes: { fixed: 100, perByte: 10 },
};
