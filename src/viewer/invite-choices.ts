import type { GrantLimits } from '../protocol/access.ts';
import type { KeypadDescription } from '../protocol/keypad.ts';
import { covers, ownerScopes, type Scope } from '../protocol/scope.ts';

/** Whom one usually asks in. */
export const invitees = ['resident', 'courier', 'doctor'] as const;
export type Invitee = (typeof invitees)[number];

/** What the form was given: wall time in ms, and times of day as `08:00`. */
export interface InviteForm {
  readonly lock: string | undefined;
  readonly from: number;
  readonly until: number;
  readonly dayFrom: string;
  readonly dayTo: string;
  /** IANA. */
  readonly zone: string;
}

export interface InviteTerms {
  readonly scopes: readonly Scope[];
  readonly limits: GrantLimits;
  /** The link cannot be opened after that. */
  readonly expiresAt: number;
}

/** Long enough to be read in the evening, short enough not to lie about in a mailbox for ever. */
const linkHoldsMs = 3 * 86_400_000;
/** From one phone to the next on the table. */
const furtherKeyMs = 3_600_000;
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

/** What the form comes to; undefined where its times make no sense. */
export function termsOf(invitee: Invitee, form: InviteForm, now: number): InviteTerms | undefined {
  switch (invitee) {
    case 'resident':
      return { scopes: ownerScopes, limits: {}, expiresAt: now + linkHoldsMs };
    case 'courier': {
      const { lock, from, until } = form;
      if (lock === undefined || !(from < until) || !(until > now)) return undefined;
      return { scopes: ['view', `unlock:${lock}`], limits: { from, until, uses: 1 }, expiresAt: until };
    }
    case 'doctor': {
      const { dayFrom, dayTo, zone } = form;
      if (dayFrom === '' || dayTo === '' || dayFrom === dayTo) return undefined;
      const windows = [{ days: [...weekdays], from: dayFrom, to: dayTo }];
      return { scopes: ['view'], limits: { windows, zone }, expiresAt: now + linkHoldsMs };
    }
  }
}

/** The same for a code: it opens, and there is nothing to look at. */
export function byCode({ scopes, ...terms }: InviteTerms): InviteTerms {
  return { ...terms, scopes: scopes.filter((scope) => scope.split(':')[0] === 'unlock') };
}

/** Where a code for these terms could be typed. */
export function keypadsFor(
  { scopes }: InviteTerms,
  keypads: readonly KeypadDescription[] = [],
): readonly KeypadDescription[] {
  return keypads.filter(({ lock }) => covers(scopes, `unlock:${lock}`));
}

/** A further browser of somebody who is known, with what they may already: at hand, so not for long. */
export const furtherKey = (now: number): InviteTerms => ({
  scopes: [],
  limits: {},
  expiresAt: now + furtherKeyMs,
});

/** Whom somebody with these scopes can ask in: nobody gives more than they have. */
export function inviteesFor(held: readonly Scope[], locks: readonly string[]): readonly Invitee[] {
  const all = (scopes: readonly Scope[]): boolean => scopes.every((scope) => covers(held, scope));
  const can: Readonly<Record<Invitee, boolean>> = {
    resident: all(ownerScopes),
    courier: all(['view']) && locks.some((lock) => covers(held, `unlock:${lock}`)),
    doctor: all(['view']),
  };
  return invitees.filter((invitee) => can[invitee]);
}
