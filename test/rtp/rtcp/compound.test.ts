import { expect, test } from 'vitest';
import type { WallMs } from '../../../src/clock.ts';
import { feedbackCompounds, goodbyeCompound, reportCompounds } from '../../../src/rtp/rtcp/compound.ts';
import { nack, pictureLoss } from '../../../src/rtp/rtcp/feedback.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import type { ReceptionReport } from '../../../src/rtp/rtcp/reports.ts';

const speaker = { ssrc: 9, cname: '5c7d6a1e-3b1f-4f6e-8a53-2f3f8d1c9b70', reducedSize: false };
const sent = (ssrc: number) => ({
  ssrc,
  rtpTimestamp: 1,
  packetCount: 2,
  octetCount: 3,
  wall: 1_000 as WallMs,
});
const received = (ssrc: number): ReceptionReport => ({
  ssrc,
  fractionLost: 0,
  packetsLost: 0,
  highestSequence: 1,
  jitter: 0,
  lastSenderReport: 0,
  delaySinceLastSenderReport: 0,
});

/** Packet types in the order they lie in a compound. */
function types(compound: Buffer): number[] {
  const list: number[] = [];
  for (let at = 0; at < compound.length; at += 4 * (compound.readUInt16BE(at + 2) + 1))
    list.push(compound[at + 1]!);
  return list;
}

test('who sends and receives reports both in one compound, and names every stream', () => {
  const [compound, more] = reportCompounds(speaker, [sent(1), sent(2)], [received(3)]);
  expect(more).toBeUndefined();
  expect(types(compound!)).toEqual([200, 200, 202]);
  expect(readRtcp(compound!)).toMatchObject([
    { type: 'sender-report', ssrc: 1 },
    { type: 'reports', reports: [{ ssrc: 3 }] },
    { type: 'sender-report', ssrc: 2 },
    { type: 'reports', reports: [] },
  ]);
  expect(compound!.toString('latin1').split(speaker.cname)).toHaveLength(3);
});

test('who sends nothing begins with a receiver report, even an empty one', () => {
  expect(reportCompounds(speaker, [], [received(3)]).map(types)).toEqual([[201, 202]]);
  expect(reportCompounds(speaker, [], []).map(types)).toEqual([[201, 202]]);
});

test('however many streams there are, each is reported once and no compound is larger than a packet may be', () => {
  const ssrcs = Array.from({ length: 64 }, (_, at) => at);
  const compounds = reportCompounds(speaker, ssrcs.map(sent), ssrcs.map(received));
  for (const compound of compounds) expect(compound.length).toBeLessThanOrEqual(1_150);
  const read = compounds.flatMap((compound) => readRtcp(compound));
  expect(read.flatMap((it) => (it.type === 'sender-report' ? [it.ssrc] : []))).toEqual(ssrcs);
  expect(read.flatMap((it) => (it.type === 'reports' ? it.reports.map(({ ssrc }) => ssrc) : []))).toEqual(
    ssrcs,
  );
});

test('feedback follows a report and a CNAME, and goes alone only where both ends agreed on that', () => {
  const feedback = [pictureLoss({ from: 9, about: 1 }), nack({ from: 9, about: 1 }, [5])];
  expect(feedbackCompounds(speaker, feedback).map(types)).toEqual([[201, 202, 206, 205]]);
  expect(feedbackCompounds({ ...speaker, reducedSize: true }, feedback).map(types)).toEqual([[206, 205]]);
  expect(feedbackCompounds(speaker, [])).toEqual([]);
});

test('feedback that does not fit into one packet takes more, each with its own beginning', () => {
  const every17th = Array.from({ length: 200 }, (_, at) => at * 17);
  const feedback = Array.from({ length: 3 }, () => nack({ from: 9, about: 1 }, every17th));
  const compounds = feedbackCompounds(speaker, feedback);
  expect(compounds.map(types)).toEqual([
    [201, 202, 205],
    [201, 202, 205],
    [201, 202, 205],
  ]);
  for (const compound of compounds) expect(compound.length).toBeLessThanOrEqual(1_150);
});

test('a goodbye is a whole compound', () => {
  const compound = goodbyeCompound(speaker, [9, 10]);
  expect(types(compound)).toEqual([201, 202, 203]);
  expect(readRtcp(compound)).toContainEqual({ type: 'goodbye', ssrcs: [9, 10] });
});
