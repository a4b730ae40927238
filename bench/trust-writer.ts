/**
 * A device's trust store being written as fast as it can be, until it is killed: `trust-writer.ts <folder> [changes]`,
 * or until there are so many. Each line on stdout is something that was acknowledged before.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { DeviceIdentity } from '../src/access/device-identity.ts';
import { Trust } from '../src/access/trust/trust.ts';
import { systemClock } from '../src/clock.ts';

const [folder = '', most = 'Infinity'] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const identity = new DeviceIdentity({
  folder: join(folder, 'identity'),
  witnesses: [join(folder, 'trust.sqlite')],
});
await identity.start();
const trust = new Trust({ folder, identity, clock: systemClock, log: pino({ level: 'silent' }) });
await trust.start();
say({ publicKey: identity.publicKey, trouble: trust.trouble });

for (let count = 0; count < Number(most); count += 1) {
  const value = Date.now();
  const put = [{ kind: 'counter', id: 'seen', body: { id: 'seen', value } }] as const;
  const [entry] = await trust.commit({ put, audit: [{ type: 'session', title: `Looked ${value}` }] });
  say({ entry: entry?.seq, value });
  if (count % 3 === 0) {
    const id = randomUUID();
    const audit = [{ type: 'request', title: 'Asked to open', request: id }] as const;
    await trust.claim({ id, key: 'key', digest: 'digest' }, { audit });
    say({ claim: id });
    await trust.settle(
      id,
      { id, state: 'done' },
      { audit: [{ type: 'lock', title: 'Opened', lock: 'box' }] },
    );
    say({ settled: id });
  }
}
await trust.stop();
