import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevice } from '../../e2e/device.ts';
import { startMjpegCamera } from '../../e2e/mjpeg-camera.ts';
import { childrenOf, descriptorsOf } from '../../e2e/processes.ts';
import { until } from '../../e2e/until.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';
import { HeadlessViewer } from '../headless-viewer.ts';

const unplugs = 100;
const hangs = 50;
/** What a viewer waits at the most for the first picture after it, s. */
const backWithinSeconds = 10;
const deadlineMs = 60_000;

export const check: Check = {
  title: `a camera unplugged ${unplugs} times, its ffmpeg stopped ${hangs} times, complaints without end`,
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-camera-'));
    const source = await startMjpegCamera();
    const device = await startDevice(
      () => ({ device: 'trust', cameras: { yard: { kind: 'http', url: source.url, frameRate: 10 } } }),
      { flags: ['--log-level', 'info'], env: { VEDETTE_FFMPEG: await noisyFfmpeg(folder) } },
    );
    const viewer = new HeadlessViewer(device);
    /** Waits for pictures, and gives how long that took, s. */
    const back = async (): Promise<number> => {
      const from = performance.now();
      const had = viewer.far.rtp.length;
      await until(async () => viewer.far.rtp.length > had + 5, deadlineMs);
      return (performance.now() - from) / 1000;
    };
    const camera = async () =>
      (await childrenOf(device.pid)).find(
        ({ args, state }) => state !== 'Z' && /-c:v copy/.test(args.join(' ')),
      );
    try {
      await viewer.watch('yard');
      await back();
      const descriptors = await descriptorsOf(device.pid);
      const memory = (await device.metric('process_resident_memory_bytes')) ?? 0;
      const plugged: number[] = [];
      for (let n = 0; n < unplugs; n++) {
        source.unplug();
        await until(async () => (await device.metric('vedette_camera_live')) === 0, deadlineMs);
        source.plug();
        plugged.push(await back());
        if (n % 10 === 9) remark(`unplugged ${n + 1} times`);
      }
      const resumed: number[] = [];
      for (let n = 0; n < hangs; n++) {
        await until(async () => (await camera()) !== undefined, deadlineMs);
        const hung = (await camera())?.pid ?? 0;
        process.kill(hung, 'SIGSTOP');
        await until(async () => (await camera())?.pid !== hung, deadlineMs);
        resumed.push(await back());
        if (n % 10 === 9) remark(`stopped ${n + 1} times`);
      }
      await writeFile(join(folder, 'flood'), '');
      process.kill((await camera())?.pid ?? 0, 'SIGKILL');
      const flooded = await back();
      const printed = device.printed().length;
      for (let n = 0; n < 20; n++) await back();
      const kept = device.printed().length - printed;
      const zombies = (await childrenOf(device.pid)).filter(({ state }) => state === 'Z').length;
      return [
        ...waits('after it is plugged in', plugged),
        ...waits('after ffmpeg that hung was ended', resumed),
        ...waits('while ffmpeg complains without end', [flooded]),
        { what: 'of the complaints in the log', value: kept / 1024, unit: 'kB', must: { atMost: 10 } },
        { what: 'zombies', value: zombies, unit: '', must: { atMost: 0 } },
        {
          what: 'descriptors more than before',
          value: (await descriptorsOf(device.pid)) - descriptors,
          unit: '',
          must: { atMost: 0 },
        },
        {
          what: 'memory more than before',
          value: (((await device.metric('process_resident_memory_bytes')) ?? 0) - memory) / 1024 ** 2,
          unit: 'MB',
          must: { atMost: 32 },
        },
        {
          what: 'sessions that stayed',
          value: (await device.metric('vedette_viewers')) ?? 0,
          unit: '',
          must: { atLeast: 1 },
        },
      ];
    } finally {
      await viewer.leave();
      await device.stop();
      await source.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function waits(what: string, seconds: readonly number[]): readonly TrustFigure[] {
  return [
    {
      what: `longest wait ${what}`,
      value: Math.max(...seconds),
      unit: 's',
      must: { atMost: backWithinSeconds },
    },
  ];
}

/** An ffmpeg that, while there is a file `flood`, complains without end as it works. */
async function noisyFfmpeg(folder: string): Promise<string> {
  const path = join(folder, 'ffmpeg');
  const flood = '(while :; do echo "the same complaint, again and again"; done) >&2 &';
  await writeFile(path, `#!/bin/sh\nif [ -e ${folder}/flood ]; then ${flood}\nfi\nexec ffmpeg "$@"\n`);
  await chmod(path, 0o755);
  return path;
}
