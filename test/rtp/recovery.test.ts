import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { PacketHistory } from '../../src/rtp/history.ts';
import { readRtp } from '../../src/rtp/incoming.ts';
import { MediaReceiver } from '../../src/rtp/receiver.ts';
import { RetransmissionBudget } from '../../src/rtp/retransmission-budget.ts';
import { readRtcp } from '../../src/rtp/rtcp/read.ts';
import { RtpSender } from '../../src/rtp/sender.ts';
import { collect, type SentPacket } from './collector.ts';
import { continuity, FrameSource, ms, wallAt } from './frames.ts';

const mediaSsrc = 0x1111;
const extensions = { transportWideCc: 3 };
const rtx = { ssrc: 0x2222, payloadType: 97 };

/** What a network does with one packet. */
interface Fate {
  readonly lost: boolean;
  readonly delayMs: number;
  readonly twice: boolean;
}

const datagram = ({ header, prefix, payload }: SentPacket) =>
  Buffer.concat([header, prefix ?? Buffer.alloc(0), payload]);

/**
 * Our sender, a network, our receiver: frames every 33 ms, feedback back over the same network, on a clock turned by
 * hand in steps of 1 ms.
 * @param fateOf Of the nth packet that is sent either way.
 */
function run(frames: number, packetsPerFrame: number, firstIndex: number, fateOf: (n: number) => Fate) {
  const history = new PacketHistory();
  const source = new FrameSource();
  let transportSequence = 0;
  const sender = new RtpSender(
    {
      ssrc: mediaSsrc,
      payloadType: 96,
      clockRate: 90_000,
      mid: '0',
      extensions,
      rtx,
      continuity: continuity({ nextIndex: firstIndex, nextRtxIndex: firstIndex }),
      wallAt,
    },
    history,
    { next: () => transportSequence++ & 0xffff },
  );
  const receiver = new MediaReceiver();
  receiver.negotiate([
    { mid: '0', payloadType: 96, rtxPayloadType: 97, clockRate: 90_000, ssrcs: [], nack: true, extensions },
  ]);
  /** Under way: what happens at the other end, and when. */
  let flying: { readonly at: number; readonly arrive: (now: number) => void }[] = [];
  let sent = 0;
  const fly = (now: number, arrive: (now: number) => void) => {
    const { lost, delayMs, twice } = fateOf(sent++);
    if (lost) return;
    flying.push({ at: now + delayMs, arrive });
    if (twice) flying.push({ at: now + delayMs + 7, arrive });
  };
  /** Index of each packet that came out, with the time between its first sending and that. */
  const came = new Map<number, number>();
  let retransmissions = 0;
  const launch = (packets: readonly SentPacket[], now: number) => {
    for (const packet of packets) {
      const bytes = datagram(packet);
      fly(now, (at) => {
        const read = readRtp(bytes);
        const received = read && receiver.receive(read, ms(at));
        if (!received) return;
        expect(received.packet).toMatchObject({ ssrc: mediaSsrc, payloadType: 96 });
        const index = Buffer.from(received.packet.payload).readUInt32BE(0);
        expect(received.packet.sequenceNumber).toBe((firstIndex + index) & 0xffff);
        expect(received.packet.timestamp).toBe(Math.floor(index / packetsPerFrame) * 33 * 90);
        if (!came.has(index)) came.set(index, at - Math.floor(index / packetsPerFrame) * 33);
      });
    }
  };
  const endMs = frames * 33 + 2_000;
  for (let now = 0; now <= endMs; now += 1) {
    const due = flying.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    flying = flying.filter(({ at }) => at > now);
    for (const { arrive } of due) arrive(now);
    if (now % 33 === 0 && now < frames * 33) {
      const frame = source.frame(now, packetsPerFrame);
      history.push(frame);
      launch(
        collect((sink) => sender.send(frame, sink)),
        now,
      );
    }
    if (receiver.deadline === undefined || receiver.deadline > now) continue;
    for (const feedback of receiver.tick(ms(now), 99))
      fly(now, (at) => {
        for (const read of readRtcp(feedback)) {
          if (read.type !== 'nack') continue;
          expect(read.ssrc).toBe(mediaSsrc);
          const again = collect((sink) => sender.retransmit(read.lost, ms(at), sink));
          retransmissions += again.length;
          launch(again, at);
        }
      });
  }
  return { came, retransmissions, packets: frames * packetsPerFrame, receiver, endMs };
}

/** Chances that a seed settles: a failing run is told by one number. */
function chances(seed: number) {
  let state = seed;
  /** Mulberry32: 0 to below 1. */
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('a network that loses a tenth, delays, reorders and doubles loses nothing that is not brought back', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 65_000, max: 65_535 }), (seed, firstIndex) => {
      const chance = chances(seed);
      const { came, packets } = run(60, 10, firstIndex, (n) => ({
        // What left before the first that came is never missed: nobody knows of it.
        lost: chance() < 0.1 && n > 0,
        delayMs: 20 + (n > 0 ? Math.floor(chance() * 25) : 0),
        twice: chance() < 0.05,
      }));
      // Losses of the last frame show only by a packet after it, and none follows.
      const missing = Array.from({ length: packets - 10 }, (_, index) => index).filter(
        (index) => !came.has(index),
      );
      expect(missing).toEqual([]);
      // Ten tries of 100 ms, and the way there and back.
      expect(Math.max(...came.values())).toBeLessThan(1_150);
    }),
    { numRuns: 20 },
  );
});

test('one loss comes back within a round trip and the 5 ms that overtaking is given', () => {
  const lost = new Set([37]);
  const { came, retransmissions, packets } = run(20, 10, 65_500, (n) => ({
    lost: lost.has(n),
    delayMs: 25,
    twice: false,
  }));
  expect(came.size).toBe(packets);
  expect(retransmissions).toBe(1);
  // Sent at the frame's time: 25 ms for its successor, 5 ms of patience, 25 there and 25 back.
  expect([...came.values()].filter((after) => after !== 25)).toEqual([80]);
});

test('a network that reorders within 5 ms costs no retransmission', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const chance = chances(seed);
      const { came, retransmissions, packets } = run(20, 10, 65_500, () => ({
        lost: false,
        delayMs: 20 + Math.floor(chance() * 5),
        twice: false,
      }));
      expect([came.size, retransmissions]).toEqual([packets, 0]);
    }),
    { numRuns: 20 },
  );
});

test('where the way is cut for half a second, all is brought back when it is whole', () => {
  // By packets sent, either way: 15 frames and what was fed back meanwhile.
  const { came, packets } = run(60, 10, 0, (n) => ({ lost: n >= 200 && n < 350, delayMs: 25, twice: false }));
  expect(came.size).toBe(packets);
});

test.each([
  { loss: 0.4, refused: 0 },
  // There as much is to be sent again as was sent, and chance goes to either side of it.
  { loss: 0.5, refused: 0.02 },
])(
  'of what is asked for again where $loss of all packets is lost, the budget refuses at most $refused',
  ({ loss, refused }) => {
    const spend = vi.spyOn(RetransmissionBudget.prototype, 'spend');
    try {
      for (let seed = 1; seed <= 8; seed += 1) {
        const chance = chances(seed);
        run(60, 10, 65_500, (n) => ({ lost: chance() < loss && n > 0, delayMs: 25, twice: false }));
      }
      const { results } = spend.mock;
      expect(results.length).toBeGreaterThan(8 * 200);
      expect(results.filter(({ value }) => value === false).length / results.length).toBeLessThanOrEqual(
        refused,
      );
    } finally {
      spend.mockRestore();
    }
  },
);
