import { pino } from 'pino';
import { PictureLossIndication, RtcpPayloadSpecificFeedback } from 'werift';
import { systemClock } from '../src/clock.ts';
import { composeFeeds } from '../src/feeds.ts';
import type { VideoCodec } from '../src/media/frame.ts';
import { parseProfile } from '../src/profile/load.ts';
import { ownerScopes } from '../src/protocol/scope.ts';
import { Sessions } from '../src/session/sessions.ts';
import { FarEnd } from '../test/transport/far-end.ts';
import { idleWire } from '../test/transport/wires.ts';
import { feed } from './bench-device.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { figures } from './statistics.ts';

const requests = 30;
/** Between requests: longer than the 500 ms in which they are merged, and of no fixed place between two frames. */
const spacingMs = () => 700 + Math.random() * 33;
const idrSlice = 5;
const stapA = 24;
const fuA = 28;

export const benchmark: Benchmark = {
  title: 'PLI sent by a viewer to the first packet of the keyframe received, encoded feeds; p95 under 100 ms',
  async run() {
    return [...(await measure('H264')), ...(await measure('VP8'))];
  },
};

/** A device in this process, without HTTP, and a viewer with a peer connection of another implementation. */
async function measure(codec: VideoCodec): Promise<Figure[]> {
  const clock = systemClock;
  const log = pino({ level: 'silent' });
  const profile = parseProfile('bench', `device: bench\ncameras:\n  ${feed}:\n    kind: test\n`, {
    env: process.env,
    readFile: () => '',
  });
  const feeds = composeFeeds(profile, { clock, log });
  const { limits } = profile;
  const parts = idleWire();
  const sessions = new Sessions({ feeds: feeds.session, ...parts, limits, logger: log });
  await parts.wire.start();
  const far = new FarEnd({ codecs: [codec] });
  try {
    const session = sessions.open(
      { id: 'bench', scopes: ownerScopes, standby: false },
      { candidate: (candidate) => far.addCandidate(candidate), ended: () => {} },
    );
    await far.accept(await session.answer(await far.offer((it) => void session.addIceCandidate(it)), []));
    return figures(codec, await keyframes(far), 'ms');
  } finally {
    await sessions.close('measured');
    await far.connection.close();
    parts.wire.close();
    await feeds.stop();
  }
}

async function keyframes(far: FarEnd): Promise<number[]> {
  await far.until('the picture', () => far.rtp.length > 60, 20_000);
  const samples: number[] = [];
  for (let count = 0; count < requests; count += 1) {
    await new Promise((resolve) => setTimeout(resolve, spacingMs()));
    const seen = far.rtp.length;
    const mediaSsrc = far.rtp[0]?.header.ssrc ?? 0;
    const askedAt = performance.now();
    let arrivedAt: number | undefined;
    const { unSubscribe } = far.dtls.onRtp.subscribe(({ payload }) => {
      if (isKeyframe(far, payload)) arrivedAt ??= performance.now();
    });
    await far.dtls.sendRtcp([
      new RtcpPayloadSpecificFeedback({ feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc }) }),
    ]);
    await far.until('a keyframe', () => arrivedAt !== undefined, 5_000);
    unSubscribe();
    samples.push((arrivedAt as number) - askedAt);
    far.rtp.splice(1, seen);
  }
  return samples;
}

function isKeyframe(far: FarEnd, payload: Buffer): boolean {
  if (far.video.codecs[0]?.mimeType === 'video/VP8') {
    // Start of the frame, and P = 0 in its first byte (RFC 7741, 4.2 and 4.3).
    return ((payload[0] ?? 0) & 0x10) !== 0 && ((payload[4] ?? 1) & 1) === 0;
  }
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === fuA) return ((payload[1] ?? 0) & 0x1f) === idrSlice;
  return type === idrSlice || type === stapA;
}
