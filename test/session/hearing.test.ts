import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Clock, WallMs } from '../../src/clock.ts';
import { HeaderTemplate } from '../../src/rtp/header.ts';
import { readRtp } from '../../src/rtp/incoming.ts';
import { readRtcp } from '../../src/rtp/rtcp/read.ts';
import { Hearing } from '../../src/session/hearing.ts';
import { ms } from '../rtp/frames.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const clock: Clock = { now: () => ms(Date.now()), wall: () => 0 as WallMs };
const speaker = { ssrc: 9, cname: 'porch', reducedSize: true };
const section = {
  mid: '0',
  payloadType: 111,
  clockRate: 48_000,
  ssrcs: [7],
  nack: true,
  extensions: { transportWideCc: 2 },
};

function hearing() {
  const sent: Uint8Array[] = [];
  const made = new Hearing(clock, (compound) => sent.push(compound));
  made.negotiate([section], speaker);
  const hear = (sequenceNumber: number) => {
    const header = new HeaderTemplate({
      ssrc: 7,
      payloadType: 111,
      mid: '',
      extensions: { transportWideCc: 2 },
    });
    const bytes = Buffer.alloc(header.bytes + 1);
    header.write(bytes, 0, sequenceNumber, sequenceNumber * 960, false, sequenceNumber);
    return made.receive(readRtp(bytes)!);
  };
  return { made, sent, hear };
}

test('feedback goes out every 100 ms while packets come, and nothing is waited for when they stop', () => {
  const { sent, hear } = hearing();
  for (let n = 0; n <= 20; n += 1) {
    expect(hear(n)).toMatchObject({ mid: '0', packet: { sequenceNumber: n } });
    vi.advanceTimersByTime(20);
  }
  vi.advanceTimersByTime(1_000);
  // At 0 for the first, then at 100, 200, 300, 400 and 500 for those of the 100 ms before.
  expect(sent).toHaveLength(6);
  expect(vi.getTimerCount()).toBe(0);
});

test('a lost packet is asked for before the next feedback is due', () => {
  const { sent, hear } = hearing();
  hear(0);
  sent.length = 0;
  vi.advanceTimersByTime(20);
  hear(2);
  vi.advanceTimersByTime(5);
  expect(sent.flatMap((compound) => readRtcp(compound))).toEqual([{ type: 'nack', ssrc: 7, lost: [1] }]);
});

test('one that was stopped has no timer and answers nothing', () => {
  const { made, sent, hear } = hearing();
  hear(0);
  hear(2);
  sent.length = 0;
  made.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(hear(3)).toBeUndefined();
  vi.advanceTimersByTime(1_000);
  expect(sent).toEqual([]);
});

test('what the peer says of its own streams is in our next report on them', () => {
  const { made, hear } = hearing();
  hear(0);
  made.rtcp({
    type: 'sender-report',
    ssrc: 7,
    ntp: 0x1122_3344_5566_7788n,
    rtpTimestamp: 0,
    packetCount: 1,
    octetCount: 1,
  });
  vi.advanceTimersByTime(500);
  expect(made.reports()).toMatchObject([
    { ssrc: 7, lastSenderReport: 0x3344_5566, delaySinceLastSenderReport: 32_768 },
  ]);
  hear(2);
  made.rtcp({ type: 'goodbye', ssrcs: [7] });
  expect(made.reports()).toEqual([]);
});
