import { afterEach, beforeEach, expect, test } from 'vitest';
import { RtpHeader, RtpPacket } from 'werift';
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
