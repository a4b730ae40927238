import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { blockSamples, type EncodedFrame } from '../../../src/media/frame.ts';
import { Microphone } from '../../../src/media/sound/microphone.ts';
import { TestMicrophone } from '../../../src/media/sound/microphones/test.ts';
import { createOpusEncoder, createVoiceDecoder, OpusStream } from '../../../src/media/sound/opus.ts';
import { join, sine, strength, strongest } from './goertzel.ts';

const log = pino({ level: 'silent' });

function tone(frequency: number) {
  const microphone = new Microphone({
    name: 'tone',
    open: () => new TestMicrophone({ frequency, level: -12 }, systemClock),
    log,
    lingerMs: 0,
  });
  return { microphone, stream: new OpusStream({ microphone, log, lingerMs: 0 }) };
}

test('the test tone is found again after encoding and decoding', async () => {
  const { microphone, stream } = tone(1350);
  const frames: EncodedFrame[] = [];
  const release = stream.listen((frame) => frames.push(frame));
  await vi.waitFor(() => expect(frames.length).toBeGreaterThanOrEqual(25), 5000);
  release();
  await vi.waitFor(() => expect(microphone.status.state).toBe('off'));

  const decoder = await createVoiceDecoder();
  const heard = join(frames.map(({ data }) => decoder.decode(data)));
  decoder.free();
  expect(heard.length).toBe(frames.length * blockSamples);
  expect(strongest(heard.subarray(4800))).toBe(1350);
  expect(strength(heard.subarray(4800), 1350)).toBeGreaterThan(0.8 * 32_767 * 10 ** (-12 / 20));
});

test('capture times step by exactly 20 ms, and every packet says so itself', async () => {
  const { microphone, stream } = tone(1000);
  const frames: EncodedFrame[] = [];
  stream.listen((frame) => frames.push(frame));
  await vi.waitFor(() => expect(frames.length).toBeGreaterThanOrEqual(10), 5000);
  stream.stop();
  await microphone.stop();
  for (const [i, frame] of frames.entries()) {
    expect(frame.captureMs - frames[0]!.captureMs).toBeCloseTo(i * 20, 6);
    expect(frame.keyframe).toBe(true);
    expect(frame.data[0]! & 0b11).toBe(0); // RFC 6716, 3.1: one frame in the packet
  }
});

test('one encoder serves all listeners, and the microphone closes after the last', async () => {
  const { microphone, stream } = tone(1000);
  const first: EncodedFrame[] = [];
  const second: EncodedFrame[] = [];
  const releaseFirst = stream.listen((frame) => first.push(frame));
  const releaseSecond = stream.listen((frame) => second.push(frame));
  await vi.waitFor(() => expect(second.length).toBeGreaterThan(3), 5000);
  expect(second[0]).toBe(first[first.length - second.length]);
  expect(stream.counts).toMatchObject({ frames: first.length, newestMs: first.at(-1)?.captureMs });
  releaseFirst();
  const count = second.length;
  await vi.waitFor(() => expect(second.length).toBeGreaterThan(count + 2), 5000);
  expect(microphone.status.state).toBe('live');
  releaseSecond();
  releaseSecond();
  await vi.waitFor(() => expect(microphone.status.state).toBe('off'));
});

test('a listener that left before the encoder was loaded opens nothing', async () => {
  const { microphone, stream } = tone(1000);
  stream.listen(() => {})();
  stream.stop();
  await createOpusEncoder().then((encoder) => encoder.free());
  expect(microphone.status.state).toBe('off');
});

test('a lost packet is recovered from the FEC of the next one, better than concealed', async () => {
  using encoder = await createOpusEncoder();
  // A tone that changes at each packet: concealment, which goes on with the old one, must miss it.
  const packets = Array.from({ length: 40 }, (_, i) =>
    encoder.encode(sine(300 + 60 * (i % 8), blockSamples)),
  );
  const lost = 30;
  const play = async (recover: boolean) => {
    const decoder = await createVoiceDecoder();
    for (const packet of packets.slice(0, lost)) decoder.decode(packet);
    const heard = recover ? decoder.recover(packets[lost + 1]!) : decoder.conceal();
    decoder.free();
    return strength(heard, 300 + 60 * (lost % 8));
  };
  expect(await play(true)).toBeGreaterThan(2 * (await play(false)));
});

test('no bytes make the decoder throw: a broken packet is concealed', async () => {
  const decoder = await createVoiceDecoder();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(decoder.decode(bytes).length).toBeGreaterThan(0);
      expect(decoder.recover(bytes).length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
  decoder.free();
});
