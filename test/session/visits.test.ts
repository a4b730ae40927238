import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { Visits } from '../../src/session/visits.ts';

test('a visit is told when it begins and when its session is over, with the time that was watched', () => {
  const told: unknown[] = [];
  const visits = new Visits((visit) => told.push(visit));
  const who = { name: 'Anna', person: 'p', key: 'k' };
  const session = { id: 's1', who, takesPlace: false, feeds: [] as readonly string[] };
  const nobody = { ...session, id: 's2', who: undefined, takesPlace: true, feeds: ['door'] };
  const at = (ms: number, change: Partial<typeof session>) => {
    Object.assign(session, change);
    visits.look([session, nobody], ms as MonotonicMs);
  };
  at(0, { takesPlace: true });
  expect(told).toEqual([]); // it has asked for nothing yet
  at(1_000, { feeds: ['door'] });
  at(5_000, { takesPlace: false });
  at(60_000, { takesPlace: true });
  at(61_000, {});
  for (const each of [session, nobody, session]) visits.ended(each, 63_000 as MonotonicMs);
  const about = { session: 's1', who, feeds: ['door'] };
  expect(told).toEqual([about, { ...about, watchedMs: 7_000 }]);
});
