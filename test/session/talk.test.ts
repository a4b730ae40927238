import { afterEach, beforeEach, expect, test } from 'vitest';
import { RtpHeader, RtpPacket } from 'werift';
import { type IncomingRtcp, readRtcp } from '../../src/rtp/rtcp/read.ts';
import { far as payloadTypes } from '../transport/far-end.ts';
import { Stage, type Viewer } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

/** 20 ms of sound from the viewer's microphone; its payload is not looked at on the way. */
async function speak(viewer: Viewer, sequenceNumber: number): Promise<void> {
  const header = new RtpHeader({
    payloadType: payloadTypes.opus,
    sequenceNumber,
    timestamp: sequenceNumber * 960,
    ssrc: viewer.far.audio!.sender.ssrc,
  });
  await viewer.far.audio!.sender.sendRtp(new RtpPacket(header, Buffer.of(1, 2, 3)));
}

test("a talker's packets reach the speaker, and only while the button is held", async () => {
  const viewer = await stage.watching({ audio: 'sendrecv' });
  viewer.ask({ type: 'talk', feed: 'door', on: true });
  await viewer.far.until('the speaker', () => stage.feed.talking !== undefined);
  const { source } = stage.feed.talking!;
  for (let n = 1; n <= 5; n += 1) await speak(viewer, n);
  await viewer.far.until('sound to play', () => source.pull().kind === 'packet');
  viewer.ask({ type: 'talk', feed: 'door', on: false });
  await viewer.far.until('silence', () => stage.feed.talking === undefined);
});

test('packets of who does not talk are dropped', async () => {
  const talks = await stage.watching({ audio: 'sendrecv' });
  const listens = await stage.watching({ audio: 'sendrecv' });
  talks.ask({ type: 'talk', feed: 'door', on: true });
  await talks.far.until('the speaker', () => stage.feed.talking !== undefined);
  const { source } = stage.feed.talking!;
  for (let n = 1; n <= 5; n += 1) await speak(listens, n);
  // A message after the packets, answered: they have been handled.
  listens.ask({ type: 'talk', feed: 'door', on: true });
  await listens.far.until('the refusal', () => listens.messages.some(({ type }) => type === 'talk-refused'));
  expect(source.pull().kind).toBe('empty');
});

/** All RTCP that a viewer opens from now on; its stack leaves some of it unread. */
function hearRtcp({ far }: Viewer): readonly IncomingRtcp[] {
  const heard: IncomingRtcp[] = [];
  const { srtcp } = far.dtls;
  const open = srtcp.decrypt.bind(srtcp);
  srtcp.decrypt = (datagram) => {
    const compound = open(datagram);
    heard.push(...readRtcp(compound));
    far.changed();
    return compound;
  };
  return heard;
}

test('a talker is told once a second how its voice arrives, also while the button is not held', async () => {
  const viewer = await stage.watching({ audio: 'sendrecv' });
  const { ssrc } = viewer.far.audio!.sender;
  const heard = hearRtcp(viewer);
  const blocks = () => heard.flatMap((it) => (it.type === 'reports' ? it.reports : []));
  for (const n of [1, 2, 4]) await speak(viewer, n);
  await viewer.far.until('the report', () => blocks().length > 0);
  expect(blocks()[0]).toMatchObject({ ssrc, packetsLost: 1, highestSequence: 4 });
});

test('the end of a session is said in RTCP, too', async () => {
  const viewer = await stage.watching({ audio: 'sendrecv' });
  const heard = hearRtcp(viewer);
  stage.feed.streams.H264.give(true, 1);
  await viewer.far.until('video', () => viewer.far.rtp.length > 0);
  const [first] = viewer.far.rtp;
  await viewer.session.close('the test says so');
  await viewer.far.until('the goodbye', () => heard.some(({ type }) => type === 'goodbye'));
  const goodbye = heard.find(({ type }) => type === 'goodbye');
  expect(goodbye).toMatchObject({ ssrcs: expect.arrayContaining([first!.header.ssrc]) });
});
