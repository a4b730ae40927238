import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpHeader } from 'werift';
import { beginContinuity } from '../../src/rtp/continuity.ts';
import { PacketHistory } from '../../src/rtp/history.ts';
import { maxQueuedPackets } from '../../src/rtp/outgoing.ts';
import type { PacketizedFrame } from '../../src/rtp/packetizer.ts';
import { RtpSender, type RtpSenderOptions } from '../../src/rtp/sender.ts';
import { Collector, collect, type SentPacket } from './collector.ts';
import { continuity, FrameSource, ms, wallAt } from './frames.ts';

/** A sender whose packets come back as objects. */
class Sender {
  readonly rtp: RtpSender;

  constructor(rtp: RtpSender) {
    this.rtp = rtp;
  }

  send = (frame: PacketizedFrame) => collect((sink) => this.rtp.send(frame, sink));
  catchUp = (frames: readonly PacketizedFrame[]) => collect((sink) => this.rtp.catchUp(frames, sink));
  retransmit = (lost: readonly number[], now: ReturnType<typeof ms>, roundTripMs?: number) =>
    collect((sink) => this.rtp.retransmit(lost, now, sink, roundTripMs));
  report = (now: ReturnType<typeof ms>) => this.rtp.report(now);
}

function sender(fields: Partial<RtpSenderOptions> = {}, history = new PacketHistory()) {
  let next = 0;
  const rtp = new RtpSender(
    {
      ssrc: 0x1111,
      payloadType: 96,
      clockRate: 90_000,
      mid: '0',
      extensions: {},
      rtx: { ssrc: 0x2222, payloadType: 97 },
      continuity: continuity(),
      wallAt,
      ...fields,
    },
    history,
    { next: () => next++ },
  );
  return new Sender(rtp);
}

const read = ({ header }: SentPacket) => RtpHeader.deSerialize(Buffer.from(header));
const indexOf = ({ payload }: SentPacket) => Buffer.from(payload).readUInt32BE(0);

test('sequence numbers are contiguous over gaps in the stream, and the SRTP index counts every rollover', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ payloads: fc.integer({ min: 1, max: 700 }), skip: fc.boolean() }), {
        maxLength: 400,
        minLength: 300,
      }),
      fc.nat(0x7fff),
      (steps, nextIndex) => {
        const source = new FrameSource();
        const out = sender({ continuity: continuity({ nextIndex }) });
        let expected = nextIndex;
        for (const { payloads, skip } of steps) {
          const frame = source.frame(expected, payloads);
          if (skip) continue;
          for (const packet of out.send(frame)) {
            if (packet.packetIndex !== expected) expect(packet.packetIndex).toBe(expected);
            if (Buffer.from(packet.header).readUInt16BE(2) !== expected % 65_536) expect.fail();
            expected += 1;
          }
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('only the last packet of a frame has the marker, and all have its timestamp', () => {
  const packets = sender().send(new FrameSource().frame(1_000, 3)).map(read);
  expect(packets.map(({ marker }) => marker)).toEqual([false, false, true]);
  expect(packets.map(({ timestamp }) => timestamp)).toEqual([90_000, 90_000, 90_000]);
});

test('timestamps wrap at 32 bits, after any uptime', () => {
  const timestampOffset = 0xffff_fff0;
  const source = new FrameSource();
  const out = sender({ continuity: continuity({ timestampOffset }) });
  expect(read(out.send(source.frame(1))[0]!).timestamp).toBe(74);
  const yearMs = 365 * 86_400_000;
  const expected = (BigInt(yearMs) * 90n + BigInt(timestampOffset)) % 2n ** 32n;
  expect(read(out.send(source.frame(yearMs))[0]!).timestamp).toBe(Number(expected));
});

test('a catch-up squeezes its frames into 1 ms steps that end at the newest frame, and never goes back', () => {
  const source = new FrameSource();
  const out = sender();
  const frames = [0, 33, 66, 100].map((at) => source.frame(10_000 + at, 2, at === 0));
  const caughtUp = out.catchUp(frames).map(read);
  const live = out.send(source.frame(10_133)).map(read);
  expect(caughtUp.map(({ timestamp }) => timestamp / 90)).toEqual([
    10_097, 10_097, 10_098, 10_098, 10_099, 10_099, 10_100, 10_100,
  ]);
  expect(live[0]!.timestamp).toBe(10_133 * 90);
  expect([...caughtUp, ...live].map(({ sequenceNumber }) => sequenceNumber)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]);
});

test('a retransmission carries the lost packet under RTX ids of its own', () => {
  const history = new PacketHistory();
  const out = sender({ continuity: continuity({ nextIndex: 65_535, nextRtxIndex: 65_535 }) }, history);
  const frame = new FrameSource().frame(1_000, 3);
  history.push(frame);
  out.send(frame);
  const again = out.retransmit([65_535, 1], ms(1_050));
  expect(again.map(({ ssrc, packetIndex }) => [ssrc, packetIndex])).toEqual([
    [0x2222, 65_535],
    [0x2222, 65_536],
  ]);
  expect(again.map(({ prefix }) => Buffer.from(prefix!).readUInt16BE(0))).toEqual([65_535, 1]);
  expect(again.map(indexOf)).toEqual([0, 2]);
  expect(again.map(read)).toMatchObject([
    { ssrc: 0x2222, payloadType: 97, sequenceNumber: 65_535, timestamp: 90_000, marker: false },
    { ssrc: 0x2222, payloadType: 97, sequenceNumber: 0, timestamp: 90_000, marker: true },
  ]);
});

test('every packet of a catch-up is retransmitted with the timestamp it went out with', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const out = sender({}, history);
  const frames = [0, 33, 66].map((at) => source.frame(5_000 + at, 2, at === 0));
  for (const frame of frames) history.push(frame);
  const first = out.catchUp(frames);
  const again = out.retransmit([0, 1, 2, 3, 4, 5], ms(5_100));
  expect(again.map((packet) => read(packet).timestamp)).toEqual(
    first.map((packet) => read(packet).timestamp),
  );
});

test('a packet is retransmitted once a round trip, however often it is asked for', () => {
  const history = new PacketHistory();
  const frame = new FrameSource().frame(0, 4);
  history.push(frame);
  const out = sender({}, history);
  out.send(frame);
  const count = (at: number, roundTripMs?: number) => out.retransmit([0, 0, 0], ms(at), roundTripMs).length;
  expect(count(0, 50)).toBe(1);
  expect(count(49, 50)).toBe(0);
  expect(count(50, 50)).toBe(1);
  expect(count(149)).toBe(0);
  expect(count(150)).toBe(1);
  // A peer that lies about its round trip does not get a packet three times for one message.
  expect(count(300, 0)).toBe(1);
});

test('packets lost before a gap in the stream are still found after it', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const out = sender({}, history);
  const frames = Array.from({ length: 6 }, (_, at) => source.frame(at * 33, 2));
  for (const frame of frames) history.push(frame);
  for (const at of [0, 2, 3, 5]) out.send(frames[at]!);
  const again = out.retransmit([0, 1, 2, 3, 4, 5, 6, 7], ms(200));
  expect(again.map(indexOf)).toEqual([0, 1, 4, 5, 6, 7, 10, 11]);
});

test('a NACK for what was never sent, is forgotten, or means nothing is answered with nothing', () => {
  const history = new PacketHistory();
  const source = new FrameSource(500);
  const out = sender({ continuity: continuity({ nextIndex: 100 }) }, history);
  expect(out.retransmit([0, 1, 99, 100], ms(0))).toEqual([]);
  const before = source.frame(0, 50);
  history.push(before); // sent to others, before this viewer came
  const frame = source.frame(33, 2);
  history.push(frame);
  out.send(frame);
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 600 }), fc.nat(1_000), (lost, now) => {
      for (const packet of out.retransmit(lost, ms(now), 0))
        expect(indexOf(packet)).toBeGreaterThanOrEqual(550);
      expect(
        out.retransmit(
          lost.filter((n) => n !== 100 && n !== 101),
          ms(now),
          0,
        ),
      ).toEqual([]);
    }),
  );
  history.push(source.frame(10_000));
  expect(out.retransmit([100, 101], ms(10_000), 0)).toEqual([]);
});

test('one NACK message brings at most 256 packets out', () => {
  const history = new PacketHistory();
  const frame = new FrameSource().frame(0, 5_000);
  history.push(frame);
  const out = sender({}, history);
  out.send(frame);
  expect(
    out.retransmit(
      Array.from({ length: 5_000 }, (_, at) => at),
      ms(0),
    ),
  ).toHaveLength(256);
});

const weightOf = (packets: readonly SentPacket[]) =>
  packets.reduce((sum, { header, payload }) => sum + header.length + payload.length, 0);

test('a viewer that claims no round trip and names all its history is sent no more again than it was sent', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const out = sender({}, history);
  let [firstBytes, againBytes] = [0, 0];
  for (let now = 0; now < 4_000; now += 5) {
    if (now % 40 === 0) {
      const frame = source.frame(now, 8, now === 0, 1_000);
      history.push(frame);
      firstBytes += weightOf(out.send(frame));
    }
    const all = Array.from({ length: 400 }, (_, at) => Math.max(0, (now / 40) * 8 - 400) + at);
    againBytes += weightOf(out.retransmit(all, ms(now), 0)); // without the budget 216 times as much
  }
  expect(againBytes).toBeLessThanOrEqual(firstBytes);
  expect(againBytes).toBeGreaterThan(0.9 * firstBytes);
});

test('whatever NACKs come, in any time what is sent again is what was sent and a second of it at most', () => {
  const step = fc.record({
    gapMs: fc.nat(120),
    payloads: fc.nat(12),
    payloadBytes: fc.integer({ min: 4, max: 1_200 }),
    lost: fc.array(fc.nat(300), { maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const history = new PacketHistory();
      const source = new FrameSource();
      const out = sender({ extensions: { mid: 1, transportWideCc: 2 } }, history);
      const sent: { readonly at: number; readonly bytes: number }[] = [];
      let [now, secondBytes, overBytes] = [0, 0, 0];
      for (const { gapMs, payloads, payloadBytes, lost } of steps) {
        now += gapMs;
        const frame = source.frame(now, payloads, false, payloadBytes);
        history.push(frame);
        const bytes = weightOf(out.send(frame));
        sent.push({ at: now, bytes });
        const lately = sent.filter(({ at }) => now - at < 1_000).reduce((sum, one) => sum + one.bytes, 0);
        secondBytes = Math.max(secondBytes, lately);
        // The most by which any time that ends now is over what was sent in it.
        overBytes = Math.max(0, overBytes - bytes) + weightOf(out.retransmit(lost, ms(now), 0));
        expect(overBytes).toBeLessThanOrEqual(secondBytes);
      }
    }),
    { numRuns: 200 },
  );
});

test('a whole catch-up that was lost is sent again, its keyframe too', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const out = sender({}, history);
  const frames = Array.from({ length: 60 }, (_, at) =>
    source.frame(at * 33, at === 0 ? 100 : 1, at === 0, at === 0 ? 1_200 : 80),
  );
  for (const frame of frames) history.push(frame);
  const lost = out.catchUp(frames).map(({ packetIndex }) => packetIndex);
  expect(out.retransmit(lost, ms(2_000))).toHaveLength(159);
});

test('without RTX a NACK is not answered: the same index twice would give the keystream away', () => {
  const history = new PacketHistory();
  const frame = new FrameSource().frame(0);
  history.push(frame);
  const { rtx: _, ...options } = {
    ssrc: 1,
    payloadType: 96,
    clockRate: 90_000,
    mid: '0',
    extensions: {},
    rtx: undefined,
    continuity: continuity(),
    wallAt,
  };
  const out = new Sender(new RtpSender(options, history, { next: () => 0 }));
  out.send(frame);
  expect(out.retransmit([0], ms(0))).toEqual([]);
});

test('reports count packets and payload bytes without retransmissions, at the time they are made', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const out = sender({ continuity: continuity({ timestampOffset: 7 }) }, history);
  expect(out.report(ms(0))).toBeUndefined();
  for (const payloads of [1, 3]) {
    const frame = source.frame(1_000, payloads, false, 100);
    history.push(frame);
    out.send(frame);
  }
  out.retransmit([0, 1], ms(1_010));
  expect(out.report(ms(2_000))).toEqual({
    ssrc: 0x1111,
    rtpTimestamp: 180_007,
    packetCount: 4,
    octetCount: 400,
  });
});

test('a sender that replaces another under the same SSRC uses no packet index twice', () => {
  const kept = beginContinuity((below) => below - 1);
  const history = new PacketHistory();
  const source = new FrameSource();
  const used = new Set<string>();
  for (const payloadType of [96, 102, 96]) {
    const out = sender({ payloadType, continuity: kept }, history);
    const frame = source.frame(0, 40);
    history.push(frame);
    const sent = out.send(frame);
    const lost = sent.map(({ packetIndex }) => packetIndex % 65_536);
    for (const { ssrc, packetIndex } of [...sent, ...out.retransmit(lost, ms(0))]) {
      expect(used.has(`${ssrc} ${packetIndex}`)).toBe(false);
      used.add(`${ssrc} ${packetIndex}`);
    }
  }
  expect(used.size).toBe(240);
  expect(sender({ continuity: kept }).report(ms(0))?.packetCount).toBe(120);
});

test('all streams of a session number their packets in one row for transport-wide feedback', () => {
  let next = 65_534;
  const shared = { next: () => next++ };
  const options = {
    payloadType: 96,
    clockRate: 90_000,
    mid: '0',
    extensions: { transportWideCc: 5 },
    wallAt,
  };
  const history = new PacketHistory();
  const [video, sound] = [1, 2].map(
    (ssrc) => new Sender(new RtpSender({ ...options, ssrc, continuity: continuity() }, history, shared)),
  );
  const source = new FrameSource();
  const packets = [
    ...video!.send(source.frame(0, 2)),
    ...sound!.send(source.frame(0)),
    ...video!.send(source.frame(1)),
  ];
  expect(packets.map((packet) => read(packet).extensions[0]?.payload.readUInt16BE())).toEqual([
    65_534, 65_535, 0, 1,
  ]);
});

test('every packet of a frame says when it was taken, first sent, caught up or sent again', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const out = sender({ extensions: { absCaptureTime: 7 } }, history);
  const frames = [0, 33].map((at) => source.frame(5_000 + at, 2, at === 0));
  for (const frame of frames) history.push(frame);
  const takenMs = (packet: SentPacket) => {
    const ntp = read(packet).extensions[0]!.payload;
    return (ntp.readUInt32BE(0) - 2_208_988_800) * 1_000 + (ntp.readUInt32BE(4) / 2 ** 32) * 1_000;
  };
  const sent = [...out.catchUp(frames), ...out.retransmit([0, 3], ms(5_100))];
  expect(sent.map(takenMs).map(Math.round)).toEqual(
    [5_000, 5_000, 5_033, 5_033, 5_000, 5_033].map((moment) => wallAt(ms(moment))),
  );
});

test('a frame that the viewer cannot take ends where it is dropped, and the next one follows without a gap', () => {
  const history = new PacketHistory();
  const source = new FrameSource();
  const { rtp } = sender({}, history);
  const full = new Collector();
  full.room = 3;
  const frame = source.frame(0, 10);
  history.push(frame);
  expect(rtp.send(frame, full)).toBe(false);
  expect(full.packets.map(indexOf)).toEqual([0, 1, 2]);
  // The dropped packet's own index is spent; those behind it never had one.
  const next = source.frame(33, 1, true);
  history.push(next);
  expect(collect((sink) => rtp.send(next, sink)).map(({ packetIndex }) => packetIndex)).toEqual([4]);
  expect(collect((sink) => rtp.retransmit([3, 4], ms(50), sink)).map(indexOf)).toEqual([3, 10]);
  const catchUp = new Collector();
  catchUp.room = 1;
  expect(rtp.catchUp([source.frame(66, 2), source.frame(99, 2)], catchUp)).toBe(false);
  expect(catchUp.packets).toHaveLength(1);
});

test('a header stands for as many packets as may wait, then its slot comes again', () => {
  const lent: Buffer[] = [];
  const sink = { congested: false, packet: (header: Buffer) => lent.push(header) > 0 };
  const source = new FrameSource();
  const { rtp } = sender();
  rtp.send(source.frame(0, maxQueuedPackets + 1), sink);
  expect(new Set(lent).size).toBe(maxQueuedPackets + 1);
  expect(lent.map((header) => header.readUInt16BE(2))).toEqual([...lent.keys()]);
  rtp.send(source.frame(33), sink);
  expect(lent.at(-1)).toBe(lent[0]);
});
