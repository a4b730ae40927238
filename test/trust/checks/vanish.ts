import { setTimeout as delay } from 'node:timers/promises';
import { startDevice } from '../../e2e/device.ts';
import { descriptorsOf } from '../../e2e/processes.ts';
import { socketsOf } from '../../e2e/sockets.ts';
import { type Check, remark } from '../check.ts';
import { HeadlessViewer } from '../headless-viewer.ts';

/** RFC 7675, 5.1: consent lasts 30 s from the last answer; an answer can be as old as a check's interval. */
const silentWithinS = 30;
const freedWithinS = 35;
/** Beyond what is allowed, so that the figure tells by how much. */
const patienceS = 90;
const lookEveryMs = 100;

export const check: Check = {
  title: `a viewer disappears in mid-stream: nothing is sent to it after ${silentWithinS} s, and all it held is free after ${freedWithinS} s`,
  async run() {
    const device = await startDevice(() => ({
      device: 'trust',
      // The camera of another viewer goes on, so that what is freed is the viewer's.
      cameras: { door: { kind: 'test', width: 320, height: 180 } },
    }));
    const stays = new HeadlessViewer(device, { codecs: ['H264'] });
    const vanishes = new HeadlessViewer(device, { codecs: ['H264'] });
    try {
      await stays.watch('door');
      await stays.flowing();
      const before = await heldBy(device.pid);
      await vanishes.watch('door');
      await vanishes.flowing();
      const held = (await heldBy(device.pid)) - before;
      remark(`the viewer holds ${held} descriptors of the device, and vanishes`);
      vanishes.vanish();
      const gone = performance.now();
      const freed = async () =>
        (await device.metric('vedette_viewers')) === 1 && (await heldBy(device.pid)) <= before;
      let freedAfterS = Number.POSITIVE_INFINITY;
      while (performance.now() - gone < patienceS * 1_000) {
        if (await freed()) {
          freedAfterS = (performance.now() - gone) / 1_000;
          break;
        }
        await delay(lookEveryMs);
      }
      // What comes now comes too late.
      await delay(2_000);
      const silentAfterS = (vanishes.lastArrivalMs - gone) / 1_000;
      await stays.flowing();
      return [
        { what: 'silent after', value: silentAfterS, unit: 's', must: { atMost: silentWithinS } },
        { what: 'all freed after', value: freedAfterS, unit: 's', must: { atMost: freedWithinS } },
        { what: 'viewer who stayed is served', value: 1, unit: '', must: { atLeast: 1 } },
      ];
    } finally {
      await vanishes.leave();
      await stays.leave();
      await device.stop();
    }
  },
};

/** Descriptors but for TCP connections: those are our own questions, kept alive for the next one. */
async function heldBy(pid: number): Promise<number> {
  const tcp = (await socketsOf(pid)).filter(({ protocol }) => protocol === 'tcp');
  return (await descriptorsOf(pid)) - tcp.length;
}
