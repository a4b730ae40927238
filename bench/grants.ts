import { randomUUID } from 'node:crypto';
import { decide, type Occasion } from '../src/access/decide.ts';
import type { Grant, GrantLimits } from '../src/protocol/access.ts';
import { type Benchmark, numbersOf } from './benchmark.ts';
import { figures } from './statistics.ts';

const decisions = 10_000;
const now = Date.UTC(2026, 10, 24, 14, 30);
/** The dearest there are: the device looks at the clock on the wall of another zone. */
const windows: GrantLimits = {
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '14:00', to: '16:00' }],
  zone: 'Europe/Berlin',
};
const occasion: Occasion = { now, network: 'remote', watching: true, doorClosed: () => true };

export const benchmark: Benchmark = {
  title: '1,000 grants, 10,000 decisions a second on one core: CPU of a decision under 100 µs',
  options: {
    grants: { about: 'how many there are, two to a person', default: '1000' },
    rounds: { about: `rounds of ${decisions} decisions`, default: '20' },
  },
  async run(option) {
    const [grants = 1_000] = numbersOf(option('grants'));
    const [rounds = 1] = numbersOf(option('rounds'));
    const people = Array.from({ length: Math.ceil(grants / 2) }, (): readonly Grant[] => [
      grantOf(['view'], {}),
      grantOf(['unlock:box'], windows),
    ]);
    return figures(
      'a decision by weekly windows',
      Array.from({ length: rounds }, () => round(people)),
      'µs',
    );
  },
};

function grantOf(scopes: Grant['scopes'], limits: GrantLimits): Grant {
  return { id: randomUUID(), person: randomUUID(), scopes, limits, createdAt: now, used: 0 };
}

/** µs of CPU a decision. */
function round(people: readonly (readonly Grant[])[]): number {
  const before = process.cpuUsage();
  for (let n = 0; n < decisions; n++) decide(people[n % people.length] ?? [], 'unlock:box', occasion);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / decisions;
}
