import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PeopleResult } from '../../../src/protocol/request.ts';
import { anyMid } from '../../../src/protocol/signaling.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../../buses/mosquitto.ts';
import { type Device, startDevice } from '../../e2e/device.ts';
import { FarPerson, signalingBy } from '../../e2e/far-person.ts';
import { requested } from '../../e2e/terminal.ts';
import { until } from '../../e2e/until.ts';
import type { FarViewer } from '../../signaling/far-viewer.ts';
import { FarEnd } from '../../transport/far-end.ts';
import { type Check, remark } from '../check.ts';

const rounds = 10;
const atOnce = 10;
/** What has been silent for so long is over. */
const silentMs = 1_500;
const deadlineMs = 20_000;
/** The device begins a conversation a second; to join and to watch are two. */
const breatheMs = 2_200;
const lookEveryMs = 10;

export const check: Check = {
  title: `${rounds * atOnce} people who watch are revoked while the broker is down: no picture reaches them 2 s later`,
  async run() {
    if (!hasMosquitto) return 'mosquitto is not installed';
    const mosquitto = await startMosquitto();
    const device = await startDevice(
      () => ({
        device: 'trust',
        cameras: { door: { kind: 'test', width: 320, height: 180 } },
        limits: { viewers: 2 * atOnce },
        signaling: signalingBy(mosquitto.url),
      }),
      { flags: ['--log-level', 'warn'] },
    );
    const ends: number[] = [];
    try {
      for (let n = 0; n < rounds; n += 1) {
        remark(`${n * atOnce} of ${rounds * atOnce}`);
        ends.push(...(await round(device, mosquitto)));
      }
    } finally {
      await device.stop();
      await mosquitto.stop();
    }
    return [
      {
        what: 'last packet of media after it',
        value: Math.max(...ends),
        unit: 'ms',
        must: { atMost: 2_000 },
      },
      {
        what: 'people who were revoked',
        value: ends.length,
        unit: '',
        must: { atLeast: rounds * atOnce },
      },
    ];
  },
};

interface Watching {
  readonly viewer: FarViewer;
  readonly far: FarEnd;
}

/** When each heard the last of it, ms after the device had said that they were revoked. */
async function round(device: Device, mosquitto: Mosquitto): Promise<readonly number[]> {
  const socket = join(device.folder, 'state', 'control.sock');
  const watching: Watching[] = [];
  try {
    for (let n = 0; n < atOnce; n += 1) watching.push(await watch(device, mosquitto));
    await mosquitto.kill();
    // Nobody is silent for want of a broker.
    await Promise.all(
      watching.map(async ({ far }) => {
        const had = far.rtp.length;
        await far.until('media without a broker', () => far.rtp.length > had + 10, deadlineMs);
      }),
    );
    const { people } = PeopleResult.parse(await requested(socket, { type: 'people' }));
    for (const { id, revokedAt } of people)
      if (revokedAt === undefined) await requested(socket, { type: 'revoke', what: 'person', of: id });
    const revoked = performance.now();
    return await Promise.all(watching.map(async ({ far }) => (await lastPacket(far)) - revoked));
  } finally {
    for (const { viewer, far } of watching) {
      viewer.close();
      await far.connection.close();
    }
    await mosquitto.start();
  }
}

async function watch(device: Device, { url }: Mosquitto): Promise<Watching> {
  await delay(breatheMs);
  const person = await joined(device, url);
  const viewer = person.converse();
  const far = new FarEnd({ codecs: ['H264'] });
  await viewer.ready;
  const sdp = await far.offer((candidate) => viewer.say({ type: 'candidate', ...candidate }));
  viewer.say({ type: 'offer', sdp, media: [{ mid: anyMid, feed: 'door' }], standby: false });
  const answer = await viewer.first('answer');
  if (!answer) throw new Error('the conversation ended before an answer');
  await far.accept(answer.sdp);
  await far.until('media', () => far.rtp.length > 10, deadlineMs);
  return { viewer, far };
}

/** The device may not have met the broker again yet. */
async function joined(device: Device, url: string): Promise<FarPerson> {
  let person: FarPerson | undefined;
  await until(async () => {
    person = await FarPerson.join(device, url, ['view']).catch(() => undefined);
    return person !== undefined;
  }, deadlineMs * 2);
  if (!person) throw new Error('nobody joined');
  return person;
}

/** On the monotonic clock. */
async function lastPacket(far: FarEnd): Promise<number> {
  let [count, at] = [far.rtp.length, performance.now()];
  const deadline = at + deadlineMs;
  while (performance.now() - at < silentMs) {
    if (performance.now() > deadline) return Number.POSITIVE_INFINITY;
    await delay(lookEveryMs);
    if (far.rtp.length > count) [count, at] = [far.rtp.length, performance.now()];
  }
  return at;
}
