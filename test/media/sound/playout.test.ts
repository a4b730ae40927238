import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../../src/clock.ts';
import type { OpusPull } from '../../../src/media/frame.ts';
import { blockSamples } from '../../../src/media/frame.ts';
import { createOpusEncoder, createVoiceDecoder } from '../../../src/media/sound/opus.ts';
import { Playout, type VoiceDecoder } from '../../../src/media/sound/playout.ts';
import type { OpusSource } from '../../../src/media/sound/source.ts';
import { JitterBuffer } from '../../../src/rtp/jitter-buffer.ts';
import { join, sine, strength, strongest } from './goertzel.ts';

/** Stands in for Opus where only time matters. */
class ToneDecoder implements VoiceDecoder {
  concealed = 0;
  readonly #block = sine(1000, blockSamples);
  decode = () => this.#block.slice();
  recover = () => this.conceal();
  free() {}
  conceal() {
    this.concealed++;
    return this.#block.slice();
  }
}

/** A talker in front of a speaker, on a clock turned by hand. */
function talker(options: { ppm: number; minutes: number; jitterMs?: number; decoder: VoiceDecoder }) {
  const buffer = new JitterBuffer();
  let now = 0;
  const source: OpusSource = {
    pull: () => buffer.pull(now as MonotonicMs),
    get depthMs() {
      return buffer.depthMs;
    },
    targetMs: buffer.targetMs,
  };
  const playout = new Playout(source, options.decoder);
  const out = new Int16Array(blockSamples);
  const counts = { voice: 0, concealed: 0, silence: 0 };
  const depths: number[] = [];
  const period = 20 / (1 + options.ppm / 1e6);
  let seed = 1;
  const jitter = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return ((options.jitterMs ?? 0) * seed) / 0x7fffffff;
  };
  let sent = 0;
  let arrival = jitter();
  for (let tick = 0; tick < options.minutes * 3000; tick++) {
    now = tick * 20 + 7;
    for (; arrival <= now; arrival = Math.max(arrival, sent * period + jitter())) {
      buffer.insert(
        { sequenceNumber: sent & 0xffff, timestamp: (sent * 960) >>> 0, payload: Uint8Array.of(0) },
        arrival as MonotonicMs,
      );
      sent++;
    }
    counts[playout.next(out)]++;
    if (tick % 50 === 0 && tick > 1500) depths.push(buffer.depthMs);
  }
  return { buffer, counts, depths };
}

test.each([200, -200])(
  'for an hour, a clock %i ppm off leaves the buffer at its target, and nothing is lost',
  (ppm) => {
    const decoder = new ToneDecoder();
    const { buffer, counts, depths } = talker({ ppm, minutes: 60, decoder });
    expect(counts.concealed).toBe(0);
    expect(decoder.concealed).toBe(0);
    expect(counts.silence).toBeLessThan(6);
    expect(buffer.counts).toMatchObject({ lost: 0, late: 0, skipped: 0 });
    expect(Math.min(...depths)).toBeGreaterThan(50);
    expect(Math.max(...depths)).toBeLessThan(70);
  },
);

test('without resampling the same hour would fail: 200 ppm are 720 ms', () => {
  const buffer = new JitterBuffer();
  let sent = 0;
  for (let tick = 0; tick < 180_000; tick++) {
    for (; (sent * 20) / 1.0002 <= tick * 20; sent++) {
      buffer.insert(
        { sequenceNumber: sent & 0xffff, timestamp: 0, payload: Uint8Array.of(0) },
        (tick * 20) as MonotonicMs,
      );
    }
    buffer.pull((tick * 20) as MonotonicMs);
  }
  expect(buffer.counts.skipped).toBeGreaterThan(10);
});

test('jitter of 30 ms does not reach the ear', () => {
  const { counts, buffer } = talker({ ppm: 100, minutes: 2, jitterMs: 30, decoder: new ToneDecoder() });
  expect(counts.concealed).toBe(0);
  expect(buffer.counts).toMatchObject({ lost: 0, skipped: 0 });
});

/** Plays a list of what is pulled, and then silence. */
async function play(pulls: readonly OpusPull[], blocks: number) {
  const decoder = await createVoiceDecoder();
  const waiting = [...pulls];
  const playout = new Playout(
    { pull: () => waiting.shift() ?? { kind: 'empty' }, depthMs: 60, targetMs: 60 },
    decoder,
  );
  const played: string[] = [];
  const heard = join(
    Array.from({ length: blocks }, () => {
      const out = new Int16Array(blockSamples);
      played.push(playout.next(out));
      return out;
    }),
  );
  decoder.free();
  return { heard, played };
}

async function encoded(frequency: number, count: number): Promise<Uint8Array[]> {
  const encoder = await createOpusEncoder();
  const tone = sine(frequency, count * blockSamples);
  const packets = Array.from({ length: count }, (_, i) =>
    encoder.encode(tone.subarray(i * blockSamples, (i + 1) * blockSamples)),
  );
  encoder.free();
  return packets;
}

/** The largest step between two samples: a click is a step that the sound itself does not have. */
function largestStep(samples: Int16Array): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++) {
    largest = Math.max(largest, Math.abs(samples[i]! - samples[i - 1]!));
  }
  return largest;
}

test('one packet in ten lost is hardly heard: the tone stays, no gap is left', async () => {
  // Opus keeps FEC for speech, and takes a tone for it only during its first 0.7 s.
  const packets = await encoded(700, 36);
  const pulls = packets.map((payload, i): OpusPull => {
    const next = packets[i + 1];
    if (i % 10 !== 9) return { kind: 'packet', payload };
    return next ? { kind: 'lost', next } : { kind: 'lost' };
  });
  const { heard } = await play(pulls, 34);
  expect(strongest(heard)).toBe(700);
  expect(strength(heard, 700)).toBeGreaterThan(0.85 * 8000);
  for (let at = 4800; at < heard.length - 960; at += 480) {
    expect(strength(heard.subarray(at, at + 960), 700)).toBeGreaterThan(0.5 * 8000);
  }
});

test('a pause in the middle of a tone fades out and in without a click, and is silence between', async () => {
  const packets = await encoded(700, 40);
  const pulls = packets.flatMap((payload, i): OpusPull[] => [
    ...(i === 20 ? Array.from({ length: 10 }, () => ({ kind: 'empty' }) as const) : []),
    { kind: 'packet', payload },
  ]);
  const { heard, played } = await play(pulls, 50);
  const own = largestStep(sine(700, blockSamples));
  expect(largestStep(heard)).toBeLessThan(1.6 * own);
  expect(played.filter((it) => it === 'silence').length).toBeGreaterThanOrEqual(10);
  const middle = played.indexOf('silence') + 4;
  expect(new Set(heard.subarray(middle * blockSamples, (middle + 3) * blockSamples))).toEqual(new Set([0]));
});

test('packets of 60 ms are played in the time they last', async () => {
  const encoder = await createOpusEncoder();
  const tone = sine(500, 20 * 2880);
  const packets = Array.from({ length: 20 }, (_, i) =>
    encoder.encode(tone.subarray(i * 2880, (i + 1) * 2880), { frameSize: 2880 }),
  );
  encoder.free();
  const { heard, played } = await play(
    packets.map((payload) => ({ kind: 'packet', payload })),
    65,
  );
  expect(played.indexOf('silence')).toBeGreaterThanOrEqual(59);
  expect(played.indexOf('silence')).toBeLessThanOrEqual(60);
  expect(strongest(heard)).toBe(500);
});
