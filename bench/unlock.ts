import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ChallengeResult, type Receipt } from '../src/protocol/request.ts';
import { startDevice } from '../test/e2e/device.ts';
import { CountedLock } from '../test/requests/counted-lock.ts';
import { FarControl } from '../test/requests/far-control.ts';
import { type Benchmark, numbersOf } from './benchmark.ts';
import { figures } from './statistics.ts';

/** The lock locks again in between, and one key may move something twice a second. */
const pauseMs = 1_200;
const warmUp = 5;

export const benchmark: Benchmark = {
  title:
    'the button is let go to the driver of the lock called, and to the receipt, with the challenge that comes before; p95 under 100 ms',
  options: { count: { about: 'unlocks', default: '50' } },
  async run(option) {
    const [count = 0] = numbersOf(option('count'));
    const lock = new CountedLock();
    await lock.start();
    const device = await startDevice(
      () => ({
        device: 'bench',
        access: { loopback: true },
        cameras: { door: { kind: 'test', width: 640, height: 360 } },
        locks: { door: lock.profile },
      }),
      { flags: ['--log-level', 'warn'] },
    );
    const far = new FarControl(device);
    try {
      await far.open('door');
      const driven: number[] = [];
      const told: number[] = [];
      for (let n = -warmUp; n < count; n += 1) {
        await delay(pauseMs);
        const begunMs = performance.now();
        let drivenMs = Number.NaN;
        lock.pulsed = () => {
          drivenMs = performance.now();
        };
        const { challenge } = ChallengeResult.parse(
          resultOf(await far.ask({ id: randomUUID(), type: 'challenge' })),
        );
        resultOf(await far.ask({ id: randomUUID(), type: 'unlock', lock: 'door', challenge }));
        if (n < 0) continue;
        driven.push(drivenMs - begunMs);
        told.push(performance.now() - begunMs);
      }
      return [...figures('driver called', driven, 'ms'), ...figures('receipt', told, 'ms')];
    } finally {
      await far.leave();
      await device.stop();
      lock.stop();
    }
  },
};

function resultOf(receipt: Receipt): unknown {
  if (receipt.state !== 'done') throw new Error(`refused: ${JSON.stringify(receipt)}`);
  return receipt.result;
}
