import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkActions } from '../../src/actions/check.ts';
import { actionKinds } from '../../src/actions/kinds.ts';
import { entrySchema } from '../../src/profile/entry.ts';

const Actions = z.record(z.string(), entrySchema(actionKinds, {}));

test('every kind is read from a profile as a maker writes it', () => {
  const read = Actions.parse({
    look: { kind: 'feed' },
    bell: { kind: 'ring', chime: { file: 'ding.wav' } },
    film: { kind: 'record' },
    photo: { kind: 'snapshot' },
    phone: { kind: 'notify', to: 'ntfy', url: 'https://ntfy.sh/secret-topic', picture: true },
    browsers: { kind: 'notify', to: 'webpush' },
    hook: { kind: 'webhook', url: 'https://example.org/hook', secret: 'whsec_AAAA' },
    tell: { kind: 'mqtt', topic: 'house/alarm' },
    siren: { kind: 'output', line: 'relay', pattern: ['500ms', '500ms'], for: '30s' },
    chime: { kind: 'sound', file: 'chime.wav' },
    script: { kind: 'run', program: '/usr/local/bin/alarm' },
  });
  expect(Object.values(read).map(({ kind }) => kind)).toHaveLength(11);
  // What is a secret prints as none.
  expect(JSON.stringify(read)).not.toMatch(/secret-topic|whsec|example/);
});

test('check says who will see a picture, and what is missing', async () => {
  const read = Actions.parse({
    phone: { kind: 'notify', to: 'ntfy', url: 'https://ntfy.sh/topic', picture: true },
    chime: { kind: 'sound', file: '/no/such/chime.wav' },
    script: { kind: 'run', program: '/no/such/program' },
  });
  const notes = await checkActions(Object.entries(read).map(([name, entry]) => ({ name, ...entry })));
  expect(notes.map(({ action, text, problem }) => [action, problem?.code ?? text])).toEqual([
    ['phone', 'ntfy.sh and all who know the topic read what happens'],
    ['phone', 'ntfy.sh and all who know the topic see pictures'],
    ['chime', 'action/bad-sound'],
    ['script', 'action/program-missing'],
  ]);
});

test.each([
  { kind: 'siren' },
  { kind: 'webhook' },
  { kind: 'run', program: 'x', shell: true },
  { kind: 'sound' },
  { kind: 'feed', for: 60 },
])('%o is no action', (entry) => {
  expect(Actions.safeParse({ a: entry }).success).toBe(false);
});
