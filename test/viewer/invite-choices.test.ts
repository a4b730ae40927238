import { describe, expect, test } from 'vitest';
import { GrantLimits } from '../../src/protocol/access.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import {
  byCode,
  type InviteForm,
  inviteesFor,
  keypadsFor,
  termsOf,
} from '../../src/viewer/invite-choices.ts';

const form: InviteForm = {
  lock: 'parcel-box',
  from: 1_000,
  until: 9_000,
  dayFrom: '08:00',
  dayTo: '18:00',
  zone: 'Europe/Berlin',
};

describe('whom one asks in', () => {
  test('a resident gets everything, a courier one lock once, a doctor only the picture', () => {
    expect(termsOf('resident', form, 0)).toMatchObject({ scopes: ownerScopes, limits: {} });
    expect(termsOf('courier', form, 2_000)).toEqual({
      scopes: ['view', 'unlock:parcel-box'],
      limits: { from: 1_000, until: 9_000, uses: 1 },
      expiresAt: 9_000,
    });
    const doctor = termsOf('doctor', form, 0);
    expect(doctor?.scopes).toEqual(['view']);
    expect(GrantLimits.parse(doctor?.limits)).toEqual(doctor?.limits);
  });

  test('a code opens what it would, and no more; whoever only looks has nowhere to type one', () => {
    const keypads = [{ keypad: 'gate', title: 'Gate', lock: 'parcel-box' }];
    for (const [invitee, scopes] of [
      ['courier', ['unlock:parcel-box']],
      ['resident', ['unlock']],
    ] as const) {
      const terms = termsOf(invitee, form, 2_000);
      if (!terms) throw new Error('no terms');
      expect(byCode(terms)).toEqual({ ...terms, scopes });
      expect([keypadsFor(terms, keypads), keypadsFor(terms)]).toEqual([keypads, []]);
    }
    const doctor = termsOf('doctor', form, 0);
    expect(doctor && keypadsFor(doctor, keypads)).toEqual([]);
  });

  test.each([
    ['an end before the start', { from: 9_000, until: 1_000 }],
    ['an end that is past', { until: 1_500 }],
    ['a field that was cleared', { from: Number.NaN }],
    ['no lock', { lock: undefined }],
  ])('%s makes no invitation', (_, change) => {
    expect(termsOf('courier', { ...form, ...change }, 2_000)).toBeUndefined();
  });

  test('nobody is offered to give more than they have', () => {
    expect(inviteesFor(ownerScopes, ['parcel-box'])).toEqual(['resident', 'courier', 'doctor']);
    expect(inviteesFor(ownerScopes, [])).toEqual(['resident', 'doctor']);
    expect(inviteesFor(['view', 'invite', 'unlock:parcel-box'], ['parcel-box', 'door'])).toEqual([
      'courier',
      'doctor',
    ]);
    expect(inviteesFor(['invite'], ['parcel-box'])).toEqual([]);
  });
});
