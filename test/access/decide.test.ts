import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Occasion } from '../../src/access/decide.ts';
import { isOpen } from '../../src/access/windows.ts';
import { isWithin } from '../../src/access/within.ts';
import { Grant, GrantLimits } from '../../src/protocol/access.ts';
import { ownerScopes, type Scope } from '../../src/protocol/scope.ts';

const id = 'A'.repeat(22);
const hour = 3_600_000;
const noon = Date.UTC(2026, 4, 4, 12, 0); // a Monday
const grant = (scopes: readonly Scope[], limits: GrantLimits = {}, more: Partial<Grant> = {}): Grant =>
  Grant.parse({ id, person: id, scopes, limits, createdAt: 0, used: 0, ...more });
const occasion = (given: Partial<Occasion> = {}): Occasion => ({
  ...{ now: noon, network: 'local', watching: true, doorClosed: () => true },
  ...given,
});
const reasonOf = (grants: readonly Grant[], scope: Scope, given: Partial<Occasion> = {}) => {
  const decision = decide(grants, scope, occasion(given));
  return decision.allowed ? 'allowed' : decision.reason;
};

describe('decide', () => {
  test('what nobody allowed is refused', () => {
    expect(reasonOf([], 'view')).toBe('nobody allowed you "view"');
    expect(reasonOf([grant(['view'])], 'unlock:mailbox')).toBe('nobody allowed you "unlock" of mailbox');
    expect(reasonOf([grant(['unlock:mailbox'])], 'unlock:door')).toContain('nobody allowed');
    expect(reasonOf([grant(['unlock'])], 'unlock:door')).toBe('allowed');
  });

  test('a courier opens once, between two and four, and sees the camera meanwhile', () => {
    const until = noon + 2 * hour;
    const limits = { from: noon, until, uses: 1 };
    const courier = grant(['view', 'unlock:mailbox'], limits);
    expect(reasonOf([courier], 'unlock:mailbox', { now: noon - 1 })).toContain('has not come yet');
    expect(reasonOf([courier], 'unlock:mailbox')).toBe('allowed');
    const spent = { ...courier, used: 1 };
    expect(reasonOf([spent], 'unlock:mailbox')).toContain('once, and that is done');
    expect(reasonOf([spent], 'view')).toBe('allowed');
    expect(reasonOf([courier], 'view', { now: until })).toContain('is over');
  });

  test.each([
    ['revoked', {}, { revokedAt: 1 }, {}, 'taken back'],
    ['time unknown', { until: noon + 1 }, {}, { now: undefined }, 'does not know the time'],
    ['elsewhere', { thisNetwork: true }, {}, { network: 'remote' }, "device's own network"],
    ['not watching', { whileWatching: true }, {}, { watching: false }, 'live picture'],
    ['open', { whileDoorClosed: 'box' }, {}, { doorClosed: (): boolean => false }, 'door is closed'],
    [
      'without a sensor',
      { whileDoorClosed: 'box' },
      {},
      { doorClosed: (): undefined => undefined },
      'door is closed',
    ],
  ] as const)('a grant that is %s refuses, and says so', (_name, limits, more, given, reason) => {
    expect(reasonOf([grant(['unlock'], limits, more)], 'unlock:box', given)).toContain(reason);
    expect(reasonOf([grant(['unlock'], limits)], 'unlock:box')).toBe('allowed');
  });

  test('a grant without times holds whatever the clock says', () => {
    expect(reasonOf([grant(['view'])], 'view', { now: undefined })).toBe('allowed');
  });

  test('of two that allow it, the one that is not used up is named', () => {
    const free = grant(['unlock'], {}, { id: 'B'.repeat(22) });
    const decision = decide([grant(['unlock'], { uses: 1 }), free], 'unlock:box', occasion());
    expect(decision.allowed && decision.grant.id).toBe(free.id);
  });

  test('more grants never allow less, and no grant allows what it does not name', () => {
    const scope = fc.constantFrom<Scope>(...ownerScopes, 'unlock:box', 'control:siren');
    const limits = fc.record(
      {
        from: fc.integer({ min: noon - hour, max: noon + hour }),
        until: fc.integer({ min: noon + hour + 1, max: noon + 2 * hour }),
        uses: fc.integer({ min: 1, max: 3 }),
        thisNetwork: fc.boolean(),
        whileWatching: fc.boolean(),
        whileDoorClosed: fc.constant('box'),
      },
      { requiredKeys: [] },
    );
    const any = fc
      .tuple(fc.array(scope, { minLength: 1 }), limits, fc.integer({ min: 0, max: 3 }))
      .map(([scopes, limit, used]) => grant(scopes, limit, { used }));
    const when = fc.record({
      now: fc.option(fc.integer({ min: noon - 2 * hour, max: noon + 3 * hour }), { nil: undefined }),
      network: fc.constantFrom('local' as const, 'remote' as const),
      watching: fc.boolean(),
      doorClosed: fc.constantFrom(true, false, undefined).map((closed) => () => closed),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), any, scope, when, (grants, other, asked, at) => {
        const before = decide(grants, asked, at);
        const after = decide([...grants, other], asked, at);
        if (before.allowed) expect(after.allowed).toBe(true);
        if (!before.allowed && after.allowed) expect(after.grant).toBe(other);
        const word = asked.split(':')[0] as Scope;
        if (after.allowed) {
          const { scopes, limits: held, used } = after.grant;
          expect(scopes.includes(asked) || scopes.includes(word)).toBe(true);
          if (held.until !== undefined || held.from !== undefined) expect(at.now).toBeDefined();
          if (held.thisNetwork) expect(at.network).toBe('local');
          if (word === 'unlock') expect(used).toBeLessThan(held.uses ?? 4);
        }
      }),
    );
  });
});

describe('weekly windows', () => {
  const days = ['sun' as const];
  const berlin = 'Europe/Berlin';

  test('are told by the clock on the wall, on both nights when it is changed', () => {
    const window = [{ days, from: '02:30', to: '03:30' }];
    // 2026-03-29: 2:00 is followed by 3:00 (UTC+2).
    expect(isOpen(window, berlin, Date.UTC(2026, 2, 29, 0, 59))).toBe(false);
    expect(isOpen(window, berlin, Date.UTC(2026, 2, 29, 1, 0))).toBe(true);
    expect(isOpen(window, berlin, Date.UTC(2026, 2, 29, 1, 30))).toBe(false);
    // 2026-10-25: 2:59 (UTC+2) is followed by 2:00 (UTC+1).
    expect(isOpen(window, berlin, Date.UTC(2026, 9, 25, 0, 29))).toBe(false);
    expect(isOpen(window, berlin, Date.UTC(2026, 9, 25, 0, 30))).toBe(true);
    expect(isOpen(window, berlin, Date.UTC(2026, 9, 25, 1, 0))).toBe(false);
    expect(isOpen(window, berlin, Date.UTC(2026, 9, 25, 1, 30))).toBe(true);
    expect(isOpen(window, berlin, Date.UTC(2026, 9, 25, 2, 30))).toBe(false);
  });

  test('over midnight belong to the day they begin on', () => {
    const window = [{ days, from: '22:00', to: '06:00' }];
    const at = (day: number, hourOf: number) => isOpen(window, 'UTC', Date.UTC(2026, 4, day, hourOf)); // the 3rd is a Sunday
    expect([at(3, 5), at(3, 21), at(3, 22), at(4, 5), at(4, 6), at(4, 22)]).toEqual([
      ...[false, false, true, true, false, false],
    ]);
  });

  test('of the same two times are round the clock', () => {
    const window = [{ days, from: '08:00', to: '08:00' }];
    const at = (day: number, hourOf: number) => isOpen(window, 'UTC', Date.UTC(2026, 4, day, hourOf));
    expect([at(3, 7), at(3, 8), at(4, 7), at(4, 8)]).toEqual([false, true, true, false]);
  });
});

describe('limits', () => {
  test('with an end before the start, an unknown zone or no uses are no limits', () => {
    for (const limits of [
      { from: 2, until: 1 },
      { windows: [{ days: ['mon'], from: '14:00', to: '16:00' }] },
      { windows: [{ days: ['mon'], from: '14:00', to: '16:00' }], zone: 'Mars/Olympus' },
      { windows: [{ days: [], from: '14:00', to: '16:00' }], zone: 'UTC' },
      { uses: 0 },
    ])
      expect(GrantLimits.safeParse(limits).success).toBe(false);
  });

  test('are given on as they are or narrower, never wider', () => {
    const windows = [{ days: ['mon' as const, 'tue' as const], from: '08:00', to: '18:00' }];
    const week = { windows, zone: 'UTC' };
    expect(isWithin({}, {})).toBe(true);
    expect(isWithin({ until: 5 }, {})).toBe(false);
    expect(isWithin({ until: 5 }, { until: 5 })).toBe(true);
    expect(isWithin({ until: 5 }, { until: 6 })).toBe(false);
    expect(isWithin({ uses: 3 }, { uses: 1 })).toBe(false);
    expect(isWithin({ thisNetwork: true }, {})).toBe(false);
    expect(isWithin({ whileWatching: true }, { whileWatching: true })).toBe(true);
    expect(isWithin({ whileDoorClosed: 'box' }, { whileDoorClosed: 'door' })).toBe(false);
    expect(isWithin(week, {})).toBe(false);
    expect(isWithin(week, week)).toBe(true);
    expect(isWithin(week, { ...week, zone: 'Europe/Berlin' })).toBe(false);
    const inner = (from: string, to: string, day: 'mon' | 'wed' = 'mon') => ({
      ...{ windows: [{ days: [day], from, to }], zone: 'UTC' },
    });
    expect(isWithin(week, inner('09:00', '10:00'))).toBe(true);
    expect(isWithin(week, inner('09:00', '10:00', 'wed'))).toBe(false);
    expect(isWithin(week, inner('07:00', '10:00'))).toBe(false);
    expect(isWithin(week, inner('17:00', '09:00'))).toBe(false);
    expect(isWithin({ ...inner('22:00', '06:00') }, inner('22:00', '06:00'))).toBe(true);
  });
});
