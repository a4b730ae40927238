import { expect, test } from 'vitest';
import type { AuditDraft } from '../src/protocol/access.ts';
import { SessionTrail } from '../src/session-trail.ts';
import { quiet } from './media/ready.ts';

test('who watched, what and for how long gets into the trail, and of a storm its number', async () => {
  const written: AuditDraft[] = [];
  const trail = new SessionTrail({
    trust: {
      commit: async ({ audit }) => {
        written.push(...audit);
        return [];
      },
    },
    feedTitle: () => 'Front door',
    log: quiet,
  });
  const visit = { session: 's1', who: { name: 'Anna', person: 'p', key: 'k' }, feeds: ['door'] };
  trail.note(visit);
  trail.note({ ...visit, watchedMs: 200_000 });
  await trail.flush();
  const about = { type: 'session', person: 'p', name: 'Anna', key: 'k', session: 's1', feed: 'door' };
  expect(written).toEqual([
    { ...about, title: 'Anna watches Front door' },
    { ...about, title: 'Anna watched Front door for 3 min', detail: { seconds: 200 } },
  ]);
  for (let n = 0; n < 100; n += 1) trail.note(visit);
  await trail.flush();
  await trail.flush();
  expect(written.slice(2)).toHaveLength(33);
  expect(written.at(-1)?.title).toBe('68 more times somebody began or ended to watch');
});
