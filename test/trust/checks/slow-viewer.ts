import { setTimeout as delay } from 'node:timers/promises';
import { startDevice } from '../../e2e/device.ts';
import { far } from '../../transport/far-end.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';
import { HeadlessViewer } from '../headless-viewer.ts';
import { command, inNamespace, isInside } from '../namespace.ts';

const viewers = 20;
const slowKbps = 50;
/** Per case: ten times the round trips of an RTCP report, and more than the 2 s a retransmission can be asked for. */
const watchedMs = 15_000;
/** Between two offers, so that twenty handshakes do not meet. */
const staggerMs = 100;

type Slow = (port: number) => Promise<() => Promise<void>>;

/** Far away, a network throws away what is too much. */
const dropped: Slow = async (port) => {
  await command('nft', ['add', 'table', 'ip', 'slow']);
  await command('nft', ['add chain ip slow inp { type filter hook input priority filter; }']);
  await command('nft', [
    `add rule ip slow inp udp dport ${port} limit rate over ${(slowKbps * 1_000) / 8} bytes/second burst 3000 bytes drop`,
  ]);
  return () => command('nft', ['delete', 'table', 'ip', 'slow']);
};

/** At hand, the device's own network queues it, and the queue counts against the socket that sent it (tc-htb(8)). */
const queued: Slow = async (port) => {
  const tc = (line: string) => command('tc', line.split(' '));
  await tc('qdisc add dev lo root handle 1: htb default 1');
  await tc('class add dev lo parent 1: classid 1:1 htb rate 10gbit quantum 60000');
  await tc(`class add dev lo parent 1: classid 1:2 htb rate ${slowKbps}kbit`);
  await tc('qdisc add dev lo parent 1:2 pfifo limit 1000');
  await command('nft', ['add', 'table', 'ip', 'slow']);
  await command('nft', ['add chain ip slow outp { type filter hook output priority filter; }']);
  await command('nft', [`add rule ip slow outp udp dport ${port} meta priority set 1:2`]);
  return async () => {
    await command('nft', ['delete', 'table', 'ip', 'slow']);
    await tc('qdisc del dev lo root');
  };
};

export const check: Check = {
  title: `one of ${viewers} viewers takes ${slowKbps} kbit/s, dropped on its way or queued at the device: the others lose nothing`,
  async run() {
    if (!isInside()) return inNamespace('slow-viewer');
    const device = await startDevice(() => ({
      device: 'trust',
      cameras: { door: { kind: 'test', width: 640, height: 360 } },
    }));
    const all: HeadlessViewer[] = [];
    try {
      for (let count = 0; count < viewers; count += 1) {
        const viewer = new HeadlessViewer(device, { codecs: ['H264'] });
        all.push(viewer);
        await viewer.watch('door');
        await delay(staggerMs);
      }
      for (const viewer of all) await viewer.flowing();
      const [slow, ...others] = all as [HeadlessViewer, ...HeadlessViewer[]];
      const figures: TrustFigure[] = [];
      for (const [how, makeSlow] of Object.entries({ dropped, queued })) {
        remark(`the slow viewer's packets are ${how}`);
        figures.push(...(await watch(how, slow, others, makeSlow)));
      }
      return figures;
    } finally {
      for (const viewer of all) await viewer.leave();
      await device.stop();
    }
  },
};

async function watch(
  how: string,
  slow: HeadlessViewer,
  others: readonly HeadlessViewer[],
  makeSlow: Slow,
): Promise<readonly TrustFigure[]> {
  for (const viewer of [slow, ...others]) {
    viewer.far.rtp.length = 0;
    viewer.watchClosely();
  }
  const restore = await makeSlow(slow.ownPort);
  try {
    await delay(watchedMs);
    const packets = others.map(({ far: { rtp } }) => rtp.length);
    const bytes = slow.far.rtp.reduce((sum, { payload }) => sum + payload.length, 0);
    const lost = others.map((viewer) => viewer.lostPackets(far.h264));
    return [
      {
        what: `${how}: the slow one took`,
        value: (bytes * 8) / watchedMs,
        unit: 'kbit/s',
        must: { atMost: 2 * slowKbps },
      },
      {
        what: `${how}: fewest packets of another`,
        value: Math.min(...packets),
        unit: '',
        must: { atLeast: 100 },
      },
      {
        what: `${how}: most packets of another`,
        value: Math.max(...packets),
        unit: '',
        must: { atLeast: 100 },
      },
      {
        what: `${how}: packets the others lost`,
        value: lost.reduce((sum, n) => sum + n, 0),
        unit: '',
        must: { atMost: 0 },
      },
      {
        what: `${how}: longest pause of another`,
        value: Math.max(...others.map(({ longestPauseMs }) => longestPauseMs)),
        unit: 'ms',
        must: { atMost: 2_000 },
      },
    ];
  } finally {
    await restore();
  }
}
