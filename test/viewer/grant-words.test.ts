import { describe, expect, test } from 'vitest';
import type { GrantLimits } from '../../src/protocol/access.ts';
import { ownerScopes, type Scope } from '../../src/protocol/scope.ts';
import { type GrantContext, grantStanding, grantWords } from '../../src/viewer/grant-words.ts';
import { allStrings } from '../../src/viewer/strings.ts';

/** A Wednesday, 12:00 in Berlin. */
const now = Date.UTC(2026, 10, 25, 11);
const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, hour - 1);
const titles: Record<string, string> = { 'parcel-box': 'Parcel box' };
const context = (language: 'en' | 'ru'): GrantContext => ({
  strings: allStrings[language],
  locale: language === 'en' ? 'en-GB' : 'ru',
  zone: 'Europe/Berlin',
  now,
  titleOf: (lock) => titles[lock],
});
const days = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

const sentences: readonly [readonly Scope[], GrantLimits, string, string][] = [
  [ownerScopes, {}, 'may do everything', 'может всё'],
  [
    ['unlock:parcel-box', 'listen', 'view'],
    { from: at(25, 14), until: at(25, 16), uses: 2 },
    'may look and listen, and open Parcel box twice, today 14:00 to 16:00',
    'может смотреть и слушать, а также открыть «Parcel box» дважды, сегодня с 14:00 до 16:00',
  ],
  [
    ['unlock:gone'],
    { until: at(27, 18), uses: 1 },
    'may open gone once, until 27 Nov, 18:00',
    'может открыть «gone» один раз, до 27 нояб., 18:00',
  ],
  [
    ['view'],
    { windows: [{ days: [...days], from: '08:00', to: '18:00' }], zone: 'Europe/Berlin' },
    'may look, on weekdays 08:00 to 18:00',
    'может смотреть, по будням с 08:00 до 18:00',
  ],
  [
    ['view'],
    { windows: [{ days: ['mon', 'sun'], from: '22:00', to: '02:00' }], zone: 'Asia/Tokyo' },
    'may look, on Mon and Sun 22:00 to 02:00 (time of Asia/Tokyo)',
    'может смотреть, по дням: пн и вс с 22:00 до 02:00 (время: Asia/Tokyo)',
  ],
  [
    ['view', 'unlock'],
    { from: at(26, 9), until: at(26, 10) },
    'may look, and open every lock, tomorrow 09:00 to 10:00',
    'может смотреть, а также открывать все замки, завтра с 09:00 до 10:00',
  ],
  [
    ['view', 'control:light'],
    { from: at(25, 9), until: at(28, 10), thisNetwork: true, whileWatching: true },
    'may look, and use light, from 09:00 to 28 Nov, 10:00, only on the device’s own network, only while watching',
    'может смотреть, а также управлять: light, с 09:00 до 28 нояб., 10:00, только в сети устройства, только пока смотрит',
  ],
  [
    ['unlock:parcel-box'],
    { whileDoorClosed: 'parcel-box' },
    'may open Parcel box, only while the door of Parcel box is closed',
    'может открыть «Parcel box», только пока дверца «Parcel box» закрыта',
  ],
];

describe('what somebody may do, in words', () => {
  test.each(sentences)('%j %j', (scopes, limits, english, russian) => {
    expect(grantWords({ scopes, limits }, context('en'))).toBe(english);
    expect(grantWords({ scopes, limits }, context('ru'))).toBe(russian);
  });

  test('says what is left once some of it was used', () => {
    const grant = { scopes: ['unlock:parcel-box'] as Scope[], limits: { uses: 3 } };
    expect(grantWords({ ...grant, used: 1 }, context('en'))).toBe('may open Parcel box 3 times (2 left)');
    expect(grantWords({ ...grant, used: 3 }, context('en'))).toBe('may open Parcel box 3 times (used up)');
  });

  test('every scope that there is has its word in every language', () => {
    for (const scope of ownerScopes) {
      expect(grantWords({ scopes: [scope], limits: {} }, context('ru'))).not.toMatch(/[a-z]/i);
    }
  });

  test('a grant stands as its times and uses say', () => {
    const standing = (limits: GrantLimits, used = 0, revokedAt?: number) =>
      grantStanding(
        { scopes: ['view'], limits, used, ...(revokedAt === undefined ? {} : { revokedAt }) },
        now,
      );
    expect(standing({})).toBe('holds');
    expect(standing({ from: now + 1 })).toBe('not-yet');
    expect(standing({ until: now })).toBe('over');
    expect(standing({ uses: 2 }, 2)).toBe('used-up');
    expect(standing({}, 0, 1)).toBe('revoked');
  });
});
