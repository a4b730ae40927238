import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decide } from '../../src/access/decide.ts';
import { denialError } from '../../src/access/denial.ts';
import { VedetteError } from '../../src/errors.ts';
import type { Grant, GrantLimits } from '../../src/protocol/access.ts';
import { closings, denials } from '../../src/protocol/denial.ts';
import { refusedBy } from '../../src/requests/exchange.ts';
import { refusalWords } from '../../src/viewer/refusal-words.ts';
import { refusals } from '../../src/viewer/strings/refusals.ts';

const source = new URL('../../src/', import.meta.url).pathname;
/** What answers requests, and what the answers come from. */
const folders = ['requests', 'access', 'locks', 'second-steps', 'session', 'ringing'];
/** Said to the terminal alone, or where there is no page: with a device that does not start. */
const neverOnThePage = new Set([
  'access/denied', // by its `why`
  'access/secret-damaged',
  'trust/in-use',
  'trust/none',
  // Of the conversation about media: a page that meets one begins anew.
  'session/bad-offer',
  'session/no-common-codec',
  'session/unknown',
]);

function codesIn(folder: string): string[] {
  return readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('drivers/'))
    .flatMap((file) => [
      ...readFileSync(join(source, folder, file), 'utf8').matchAll(
        /(?:VedetteError|refused|outcome)\(\s*'([a-z-]+\/[a-z-]+)'|\? '([a-z-]+\/[a-z-]+)'\s*: '([a-z-]+\/[a-z-]+)'/g,
      ),
    ])
    .flatMap(([, ...codes]) => codes.filter((code) => code !== undefined));
}

test('every code that can reach a page has words in each language', () => {
  const reaching = new Set(folders.flatMap(codesIn));
  expect(reaching.size).toBeGreaterThan(15);
  for (const { codes } of Object.values(refusals)) {
    const missing = [...reaching].filter(
      (code) => !neverOnThePage.has(code) && !code.startsWith('identity/') && !Object.hasOwn(codes, code),
    );
    expect(missing, 'add them to src/viewer/strings/refusals.ts').toEqual([]);
  }
});

test('nobody is refused without a word that a page can say in its own language', () => {
  const bare = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'access/denial.ts')
    .flatMap((file) => [
      ...readFileSync(join(source, file), 'utf8').matchAll(/VedetteError\(\s*'access\/denied',[^)]*\)/g),
    ])
    .map(([thrown]) => thrown)
    .filter((thrown) => !thrown.includes('why'));
  expect(bare).toEqual([]);
});

test('why a link is over is told after it, in either language', () => {
  const over = new VedetteError('access/invitation-over', { why: 'late', reason: closings.late }).told;
  expect(refusalWords(over, 'en')).toBe('this link cannot be opened any more: its time is over');
  expect(refusalWords(over, 'ru')).toBe('эту ссылку больше не открыть: её срок вышел');
  expect(refusalWords({ ...over, detail: { why: 'moon' } }, 'ru')).toBe('эту ссылку больше не открыть');
  for (const { closed } of Object.values(refusals))
    expect(Object.keys(closed).sort()).toEqual(Object.keys(closings).sort());
});

test('every reason of the device has words in each language, and Russian ones are Russian', () => {
  for (const [language, { why, codes }] of Object.entries(refusals)) {
    expect(Object.keys(why).sort()).toEqual(Object.keys(denials).sort());
    for (const [key, row] of [...Object.entries(why), ...Object.entries(codes)]) {
      const values = { uses: 2, windows: 'mon 8:00–9:00', zone: 'UTC', by: 'Anna', name: 'Ben' };
      const text = typeof row === 'string' ? row : row(values);
      expect(text, key).not.toMatch(/undefined|^$/);
      if (language === 'ru') expect(text, key).toMatch(/[а-я]/i);
    }
  }
});

const grant = (limits: GrantLimits, used = 0): Grant => ({
  ...{ id: 'g', person: 'p', scopes: ['unlock:box'], limits, createdAt: 0, used },
});
const said = (given: Grant, language: 'en' | 'ru') => {
  const decision = decide([given], 'unlock:box', {
    ...{ now: Date.UTC(2026, 4, 4, 12), network: 'remote', watching: false, doorClosed: () => undefined },
  });
  if (decision.allowed) throw new Error('it is allowed');
  return refusalWords(refusedBy(denialError(decision)), language);
};

test('a limit is told with its values', () => {
  const windows = [{ days: ['tue', 'sat'] as ('tue' | 'sat')[], from: '08:00', to: '09:30' }];
  expect(said(grant({ windows, zone: 'Europe/Berlin' }), 'ru')).toBe(
    'это разрешено только вт, сб 08:00–09:30 (Europe/Berlin)',
  );
  expect(said(grant({ windows, zone: 'Europe/Berlin' }), 'en')).toContain('only Tue, Sat 08:00–09:30');
  expect(said(grant({ uses: 1 }, 1), 'en')).toBe('it was good for once, and is used');
  expect(said(grant({ uses: 3 }, 3), 'en')).toBe('all 3 times are used');
  expect(said(grant({ until: 1 }), 'ru')).toBe('срок этого права вышел');
});

test("what a newer device says is told in the device's own words", () => {
  expect(refusalWords({ code: 'lock/frozen', reason: 'it is frozen' }, 'ru')).toBe('it is frozen');
  expect(refusalWords({ code: 'access/denied', reason: 'full moon', detail: { why: 'moon' } }, 'ru')).toBe(
    'full moon',
  );
  expect(refusalWords({ code: 'access/denied', reason: 'no' }, 'ru')).toBe('no');
  expect(refusalWords({ code: 'toString', reason: 'no' }, 'ru')).toBe('no');
});
