import { expect, test } from 'vitest';
import type { Clock, MonotonicMs } from '../../src/clock.ts';
import { Broadcast } from '../../src/session/broadcast.ts';
import { Outlet } from '../../src/session/outlet.ts';
import { Collector } from '../rtp/collector.ts';
import { continuity, wallAt } from '../rtp/frames.ts';
import { FakeStream } from './fake-feed.ts';

class Hand implements Clock {
  at = 1_000_000;
  now = () => this.at as MonotonicMs;
  wall = () => wallAt(this.now());
}

/** Viewers of one stream, each with a sink of its own. */
class Audience {
  readonly clock = new Hand();
  readonly stream = new FakeStream('H264');
  readonly broadcast = new Broadcast(this.stream);

  join() {
    const sink = new Collector();
    let keyframes = 0;
    const outlet = new Outlet(
      this.broadcast,
      {
        ssrc: 1,
        payloadType: 96,
        clockRate: 90_000,
        mid: '0',
        extensions: {},
        rtx: { ssrc: 2, payloadType: 97 },
        continuity: continuity(),
        wallAt,
      },
      {
        transportSequence: { next: () => 0 },
        media: () => sink,
        clock: this.clock,
        onKeyframe: () => {
          keyframes += 1;
        },
      },
    );
    outlet.start();
    /** Second bytes of the payloads, which tell frames apart; of one packet each. */
    const marks = () => sink.packets.map(({ payload }) => payload[1]);
    return { sink, outlet, marks, keyframes: () => keyframes };
  }

  frame(keyframe: boolean, mark: number): void {
    this.clock.at += 33;
    this.stream.give(keyframe, mark);
  }
}

test('a slow viewer hurts only itself, and resumes at a keyframe that it asked for once', () => {
  const audience = new Audience();
  const slow = audience.join();
  const other = audience.join();
  const askedAtFirst = audience.stream.keyframesAsked;
  audience.frame(true, 1);
  slow.sink.room = 2;
  for (const mark of [2, 3, 4]) audience.frame(false, mark);
  expect(slow.marks()).toEqual([1, 2]);
  expect(slow.outlet.waiting).toBe(true);
  // Nothing is asked for while it would be dropped.
  expect(audience.stream.keyframesAsked).toBe(askedAtFirst);
  slow.sink.room = Number.POSITIVE_INFINITY;
  slow.sink.congested = false;
  audience.clock.at += 2_000;
  for (const mark of [5, 6]) audience.frame(false, mark);
  expect(audience.stream.keyframesAsked).toBe(askedAtFirst + 1);
  expect(slow.marks()).toEqual([1, 2]);
  audience.frame(true, 7);
  audience.frame(false, 8);
  expect(slow.marks()).toEqual([1, 2, 7, 8]);
  expect(other.marks()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([slow.keyframes(), other.keyframes()]).toEqual([2, 1]);
});

test('a keyframe that comes while the viewer is still behind is asked for again', () => {
  const audience = new Audience();
  const slow = audience.join();
  audience.frame(true, 1);
  slow.sink.congested = true;
  audience.frame(false, 2);
  const asked = audience.stream.keyframesAsked;
  audience.frame(true, 3);
  slow.sink.congested = false;
  audience.clock.at += 2_000;
  audience.frame(false, 4);
  expect(audience.stream.keyframesAsked).toBe(asked + 1);
  audience.frame(true, 5);
  expect(slow.marks()).toEqual([1, 5]);
});

test('a viewer that falls behind with every keyframe asks for one in two seconds, no more', () => {
  const audience = new Audience();
  const slow = audience.join();
  const before = audience.stream.keyframesAsked;
  const began = audience.clock.at;
  let given = 0;
  for (let mark = 0; mark < 600; mark += 1) {
    // The camera does as it is told, and the viewer chokes on each keyframe, then recovers.
    const keyframe = audience.stream.keyframesAsked > given;
    given = audience.stream.keyframesAsked;
    slow.sink.congested = keyframe;
    audience.frame(keyframe, mark & 0xff);
    slow.sink.congested = false;
  }
  const seconds = (audience.clock.at - began) / 1_000;
  expect(audience.stream.keyframesAsked - before).toBeGreaterThan(5);
  expect(audience.stream.keyframesAsked - before).toBeLessThanOrEqual(seconds / 2 + 1);
});

test('what a viewer cannot take is not sent to it again either', () => {
  const audience = new Audience();
  const slow = audience.join();
  audience.frame(true, 1);
  slow.sink.congested = true;
  slow.outlet.retransmit([0], undefined);
  expect(slow.sink.packets).toHaveLength(1);
  slow.sink.congested = false;
  slow.outlet.retransmit([0], undefined);
  expect(slow.sink.packets.map(({ ssrc }) => ssrc)).toEqual([1, 2]);
});

test('a viewer that cannot take the cached frames waits for a keyframe', () => {
  const audience = new Audience();
  audience.join();
  audience.frame(true, 1);
  for (const mark of [2, 3]) audience.frame(false, mark);
  const late = audience.join();
  expect(late.marks()).toEqual([1, 2, 3]);
  const sink = new Collector();
  sink.room = 1;
  const slow = new Outlet(
    audience.broadcast,
    {
      ssrc: 1,
      payloadType: 96,
      clockRate: 90_000,
      mid: '0',
      extensions: {},
      continuity: continuity(),
      wallAt,
    },
    {
      transportSequence: { next: () => 0 },
      media: () => sink,
      clock: audience.clock,
      onKeyframe: () => undefined,
    },
  );
  slow.start();
  expect(slow.waiting).toBe(true);
});
