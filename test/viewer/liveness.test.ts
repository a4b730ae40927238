import { describe, expect, test } from 'vitest';
import type { FeedStatus } from '../../src/protocol/events.ts';
import type { Connection } from '../../src/viewer/connection.ts';
import { liveWithinMs, pictureOf } from '../../src/viewer/liveness.ts';

const now = 1_000_000;
const connected: Connection = { phase: 'connected', attempt: 0, since: now - 60_000, signaling: true };
const reconnecting: Connection = {
  phase: 'waiting',
  attempt: 2,
  since: now - 9_000,
  again: true,
  deadline: now + 1,
  down: { reason: 'failed' },
};
const status = (change: Partial<FeedStatus> = {}): FeedStatus => ({
  feed: 'front-door',
  camera: { state: 'live', since: 1 },
  talk: { state: 'idle' },
  waitsForKeyframe: false,
  flow: 'watching',
  ...change,
});

describe('liveness', () => {
  test('a frame under 2 s old is live, one of 2 s is not, whatever anybody says', () => {
    const at = (ageMs: number) =>
      pictureOf({ connection: connected, status: status(), lastFrameAt: now - ageMs, now }).state;
    expect(at(liveWithinMs - 1)).toBe('live');
    expect(at(liveWithinMs)).toBe('stalled');
  });

  test('a camera that says it is live is not believed without frames', () => {
    const picture = pictureOf({ connection: connected, status: status(), lastFrameAt: undefined, now });
    expect(picture).toEqual({ state: 'stalled', since: now - 60_000 });
  });

  test('a camera that is away says so, since when it went', () => {
    const camera = { state: 'away', since: 42, reason: 'unplugged' } as const;
    const picture = pictureOf({
      connection: connected,
      status: status({ camera }),
      lastFrameAt: now - 5_000,
      now,
    });
    expect(picture).toEqual({ state: 'away', since: 42, reason: 'unplugged' });
  });

  test('a lost connection comes before what the device said last', () => {
    const camera = { state: 'away', since: 42, reason: 'unplugged' } as const;
    const picture = pictureOf({
      connection: reconnecting,
      status: status({ camera }),
      lastFrameAt: now - 9_000,
      now,
    });
    expect(picture).toEqual({ state: 'reconnecting', since: now - 9_000, down: { reason: 'failed' } });
  });

  test('a refusal is told with its code', () => {
    const down = { reason: 'refused', code: 'session/limit' } as const;
    const connection: Connection = { ...reconnecting, again: false, down };
    expect(pictureOf({ connection, status: undefined, lastFrameAt: undefined, now })).toMatchObject({
      state: 'connecting',
      down,
    });
  });

  test('a wait for the camera’s own keyframe is told as one', () => {
    const picture = pictureOf({
      connection: connected,
      status: status({ waitsForKeyframe: true }),
      lastFrameAt: undefined,
      now,
    });
    expect(picture.state).toBe('keyframe');
  });
});
