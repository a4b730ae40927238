import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from '../../../src/protocol/request.ts';
import { hasMosquitto } from '../../buses/mosquitto.ts';
import { type Device, startDevice } from '../../e2e/device.ts';
import { FarPerson, signalingBy } from '../../e2e/far-person.ts';
import { HostileBroker } from '../../e2e/hostile-broker.ts';
import { until } from '../../e2e/until.ts';
import { CountedLock } from '../../requests/counted-lock.ts';
import type { FarViewer } from '../../signaling/far-viewer.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';
import { HeadlessViewer } from '../headless-viewer.ts';

const delayMs = 30_000;
/** Ten times a megabyte, which brokers keep by default. */
const keptMessages = 40;
const keptBytes = 256 * 1024;
/** A broker that says nothing for so long is half open to whoever is connected. */
const silentMs = 10_000;

export const check: Check = {
  title: `the broker is killed, falls silent for ${silentMs / 1_000} s, says everything twice, delays by ${delayMs / 1_000} s, and keeps 10 MB of requests: nothing moves twice, and who watches notices nothing`,
  async run() {
    if (!hasMosquitto) return 'mosquitto is not installed';
    const lock = new CountedLock();
    await lock.start();
    const broker = await HostileBroker.start();
    const device = await startDevice(
      () => ({
        device: 'trust',
        cameras: { door: { kind: 'test', width: 320, height: 180 } },
        locks: { box: lock.profile },
        signaling: signalingBy(broker.deviceUrl),
      }),
      { flags: ['--log-level', 'info'] },
    );
    const watcher = new HeadlessViewer(device, { codecs: ['H264'] });
    try {
      const person = await FarPerson.join(device, broker.viewersUrl, ['view', 'unlock:box']);
      await watcher.watch('door');
      await watcher.flowing();
      watcher.watchClosely();
      return await treat({ broker, device, lock, person, watcher });
    } finally {
      await watcher.leave();
      await device.stop();
      await broker.stop();
      lock.stop();
    }
  },
};

interface Parts {
  readonly broker: HostileBroker;
  readonly device: Device;
  readonly lock: CountedLock;
  readonly person: FarPerson;
  readonly watcher: HeadlessViewer;
}

async function treat({ broker, device, lock, person, watcher }: Parts): Promise<readonly TrustFigure[]> {
  let done = 0;
  let phases = 0;
  const note = (receipt: Receipt | undefined) => {
    if (receipt?.state === 'done' && !receipt.repeated) done += 1;
    return receipt;
  };
  /** One honest unlock, tried again in a new conversation as long as nobody is met. */
  const unlocks = async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const viewer = person.converse();
      try {
        if ((await met(viewer)) && note(await viewer.ask(await person.unlock(viewer, 'box')))) return;
      } finally {
        viewer.close();
      }
    }
    throw new Error('nobody is met at the broker any more');
  };
  const phase = async (what: string, act: () => Promise<void>) => {
    remark(what);
    await act();
    broker.beHonest();
    await watcher.flowing(10);
    await unlocks();
    phases += 1;
  };

  await phase('killed, and back', async () => {
    await broker.restart();
  });
  await phase('silent', async () => {
    broker.pause(true);
    await delay(silentMs);
    broker.pause(false);
  });
  await phase('everything twice', async () => {
    broker.toDevice = (carried) => [carried, carried];
    broker.toViewer = broker.toDevice;
    await unlocks();
  });
  let late = 0;
  await phase('everything late', async () => {
    const viewer = person.converse();
    await viewer.ready;
    const request = await person.unlock(viewer, 'box');
    broker.toDevice = async (carried) => {
      await delay(delayMs);
      return [carried];
    };
    const receipt = note(await viewer.ask(request));
    if (receipt?.state === 'refused' && receipt.code === 'request/late') late += 1;
    viewer.close();
  });
  const before = await residentBytes(device);
  await phase('10 MB kept', async () => {
    const envelope = randomBytes((keptBytes * 3) / 4).toString('base64url');
    for (let kept = 0; kept < keptMessages; kept += 1) {
      const topic = `${person.topic}/${person.device}/in/${randomBytes(16).toString('base64url')}`;
      await broker.tellDevice({ topic, envelope }, true);
    }
    const said = () => device.printed().split('the broker had kept a request').length - 1;
    const heard = said();
    await broker.putOut(`vedette-${person.device.slice(0, 12)}`);
    await until(async () => said() > heard, 60_000);
  });
  return [
    // Two that are asked for within a second are one pulse, and two receipts.
    {
      what: 'pulses beside those that were said to be done',
      value: Math.max(0, lock.pulses - done),
      unit: '',
      must: { atMost: 0 },
    },
    { what: 'pulses', value: lock.pulses, unit: '', must: { atLeast: 3 } },
    { what: 'honest unlocks afterwards', value: phases, unit: '', must: { atLeast: 5 } },
    { what: 'unlocks that came late and were refused for it', value: late, unit: '', must: { atLeast: 1 } },
    {
      what: 'longest pause of whoever watched',
      value: Math.round(watcher.longestPauseMs),
      unit: 'ms',
      must: { atMost: 5_000 },
    },
    {
      what: 'memory that 10 MB of kept requests left behind',
      value: Math.round(((await residentBytes(device)) - before) / 1024 / 1024),
      unit: 'MB',
      must: { atMost: 64 },
    },
  ];
}

/** Whether the device answers; its line gives up by itself where it does not. */
const met = (viewer: FarViewer): Promise<boolean> =>
  Promise.race([viewer.ready.then(() => true), viewer.lost.then(() => false)]);

async function residentBytes({ pid }: Device): Promise<number> {
  const pages = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1];
  return Number(pages) * 4_096;
}
