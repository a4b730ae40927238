import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SignalingMessage } from '../../src/protocol/signaling.ts';
import { preferCodecs } from '../../src/viewer/codecs.ts';
import { meterLevel } from '../../src/viewer/microphone.ts';
import { randomId, readSignaling, SignalingWriter } from '../../src/viewer/signaling.ts';
import { snapshotName } from '../../src/viewer/snapshot.ts';

describe('signaling', () => {
  test('what is written can be read, in sequence from 1', () => {
    const writer = new SignalingWriter('viewer-1', 'session-1');
    writer.to = 'demo';
    const written = [1, 2, 3].map(() => readSignaling(writer.write({ type: 'bye', reason: 'left' })));
    expect(written.map((message) => message?.seq)).toEqual([1, 2, 3]);
    expect(new Set(written.map((message) => message?.id)).size).toBe(3);
    expect(SignalingMessage.parse(written[0])).toMatchObject({
      from: 'viewer-1',
      to: 'demo',
      session: 'session-1',
    });
  });

  // An exception here would be our bug: these bytes come from outside.
  test('nothing that arrives makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.json()), (data) => {
        expect(readSignaling(data)).toBeUndefined();
      }),
    );
  });

  test('a message of another version is not ours', () => {
    const message = JSON.parse(new SignalingWriter('v', 's').write({ type: 'accept' }));
    expect(readSignaling(JSON.stringify({ ...message, v: 2 }))).toBeUndefined();
  });

  test('ids are 128 bits', () => {
    expect(randomId()).toMatch(/^[0-9a-f]{32}$/);
    expect(randomId()).not.toBe(randomId());
  });
});

describe('codecs', () => {
  test('H.264 comes first and VP8 second; the rest keep the browser’s order, and none is lost', () => {
    const codecs = ['VP8', 'rtx', 'AV1', 'H264', 'VP9', 'h264', 'red'].map((name, index) => ({
      mimeType: `video/${name}`,
      index,
    }));
    expect(preferCodecs(codecs).map(({ index }) => index)).toEqual([3, 5, 0, 1, 2, 4, 6]);
  });
});

describe('snapshot', () => {
  test('its name sorts by time and suits every file system', () => {
    const at = new Date(2026, 10, 24, 4, 2, 7);
    expect(snapshotName('front-door', at)).toBe('front-door-2026-11-24-04-02-07.jpg');
    expect(snapshotName('../a b', at)).toBe('-a-b-2026-11-24-04-02-07.jpg');
  });
});

describe('meter', () => {
  test('silence is 0, full scale is 1, and -30 dB is the middle', () => {
    expect(meterLevel(new Float32Array(64))).toBe(0);
    expect(meterLevel(new Float32Array(64).fill(1))).toBe(1);
    expect(meterLevel(new Float32Array(64).fill(10 ** (-30 / 20)))).toBeCloseTo(0.5, 3);
  });
});
