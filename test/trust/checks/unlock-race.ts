import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DeviceIdentity } from '../../../src/access/device-identity.ts';
import { Trust } from '../../../src/access/trust/trust.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Receipt } from '../../../src/protocol/request.ts';
import { ControlChannel } from '../../../src/session/control-channel.ts';
import { quiet } from '../../media/ready.ts';
import { AskedDevice } from '../../requests/device.ts';
import type { Check } from '../check.ts';

const rounds = 500;
const channels = 10;
/** The channels send within this. */
const withinMs = 5;

export const check: Check = {
  title: `the same unlock on ${channels} channels within ${withinMs} ms, ${rounds} rounds on a real trust store: ${rounds} pulses`,
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-race-'));
    const identity = new DeviceIdentity({
      folder: join(folder, 'identity'),
      witnesses: [join(folder, 'trust.sqlite')],
    });
    await identity.start();
    const trust = new Trust({ folder, identity, clock: systemClock, log: quiet });
    await trust.start();
    try {
      const device = new AskedDevice({ trust });
      device.locks.outcome = () => delay(1, { done: true } as const);
      const anna = device.allow('Anna', ['unlock:door']);
      const tally = { done: 0, repeated: 0, refused: 0 };
      for (let round = 0; round < rounds; round += 1) {
        device.nowMs += 10_000; // somebody at rest again
        const text = await device.written(anna, { type: 'unlock', lock: 'door' });
        const receipts = await Promise.all(
          Array.from({ length: channels }, async () => {
            await delay(Math.random() * withinMs);
            return askOnChannel(text, (...given) => device.take(anna, ...given));
          }),
        );
        for (const { state, repeated } of receipts) {
          if (state !== 'done') tally.refused += 1;
          else if (repeated) tally.repeated += 1;
          else tally.done += 1;
        }
      }
      return [
        { what: 'pulses, at least', value: device.locks.pulses.length, unit: '', must: { atLeast: rounds } },
        { what: 'pulses, at most', value: device.locks.pulses.length, unit: '', must: { atMost: rounds } },
        { what: 'first receipts', value: tally.done, unit: '', must: { atLeast: rounds } },
        {
          what: 'the same receipt for the others',
          value: tally.repeated,
          unit: '',
          must: { atLeast: rounds * (channels - 1) },
        },
        { what: 'refusals', value: tally.refused, unit: '', must: { atMost: 0 } },
      ];
    } finally {
      await trust.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** A session of its own that asks once; gives the last word. */
function askOnChannel(text: string, take: Parameters<typeof channelOf>[0]): Promise<Receipt> {
  const { promise, resolve } = Promise.withResolvers<Receipt>();
  const control = channelOf(take);
  const channel = {
    label: 'control',
    drained: true,
    send: (answer: string) => {
      const receipt = JSON.parse(answer) as Receipt;
      if (receipt.state !== 'accepted') resolve(receipt);
      return true;
    },
    flushed: () => Promise.resolve(),
  };
  control.adopt(channel);
  control.hear(channel, text);
  return promise;
}

const channelOf = (take: ConstructorParameters<typeof ControlChannel>[0]['take']) =>
  new ControlChannel({ session: randomUUID(), take });
