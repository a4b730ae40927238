import { VedetteError } from '../errors.ts';
import type { Grant } from '../protocol/access.ts';
import { invitationRow } from './inviting.ts';
import type { Roll } from './roll.ts';
import type { AccessRow, InvitationBody } from './rows.ts';

export type Revocable = 'person' | 'key' | 'passkey' | 'grant' | 'code' | 'invitation';

/** Room for who did it is left: an entry has 300. */
const maxTitle = 200;

/** What is written down where something is taken back. */
export interface Revocation {
  readonly rows: readonly AccessRow[];
  /** After who did it: `took back the key …`. */
  readonly title: string;
  /** The person who may do it without being asked whether they may. */
  readonly owner: string | undefined;
  /** The person who may not do it, whatever else they may. */
  readonly notBy?: string;
}

/**
 * What is taken back already is taken back once more: the first time may not have got to the disk.
 * @throws VedetteError `access/unknown` where there is no such thing
 */
export function revoked(roll: Roll, what: Revocable, id: string, now: number): Revocation {
  switch (what) {
    case 'person': {
      const body = roll.anyPerson(id) ?? unknown(what);
      const revokedAt = body.revokedAt ?? now;
      // Whom they asked in and who has not come yet does not come any more.
      const invitations = roll.invitations.filter(
        ({ createdBy, person, usedAt, recovery }) =>
          (createdBy === id || person === id) && usedAt === undefined && !recovery,
      );
      const owned = roll.grantsOf(id).some((grant) => grant.revokedAt === undefined && isOwners(grant));
      const codes = owned ? codesThatEnd(roll, body.revokedAt) : [];
      return {
        rows: [
          { kind: 'person', id, body: { ...body, revokedAt } },
          ...[...invitations, ...codes].map((invitation) => invitationRow({ revokedAt, ...invitation })),
        ],
        title: `sent ${body.name} away${endedWords(codes)}`,
        owner: id,
      };
    }
    case 'key': {
      const body = roll.anyKey(id) ?? unknown(what);
      return {
        rows: [{ kind: 'key', id, body: { revokedAt: now, ...body } }],
        title: `took back the key of ${roll.anyPerson(body.person)?.name ?? 'somebody'} on ${body.label}`,
        owner: body.person,
      };
    }
    case 'passkey': {
      const body = roll.passkey(id) ?? unknown(what);
      const name = roll.anyPerson(body.person)?.name ?? 'somebody';
      return {
        rows: [{ kind: 'passkey', id, body: { revokedAt: now, ...body } }],
        title: `took back the passkey of ${name} on ${body.label}`,
        owner: undefined,
        // Else a stolen phone makes room for the passkey of whoever stole it.
        notBy: body.person,
      };
    }
    case 'grant': {
      const grant = roll.grant(id) ?? unknown(what);
      const name = roll.anyPerson(grant.person)?.name ?? 'somebody';
      const revokedAt = grant.revokedAt ?? now;
      const codes = isOwners(grant) ? codesThatEnd(roll, grant.revokedAt) : [];
      return {
        rows: [
          { kind: 'grant', id, body: { ...grant, revokedAt } },
          ...codes.map((code) => invitationRow({ revokedAt, ...code })),
        ],
        title:
          `took back what ${name} may: ${grant.scopes.join(', ')}`.slice(0, maxTitle) + endedWords(codes),
        owner: grant.createdBy,
      };
    }
    case 'code': {
      const body = roll.anyCode(id) ?? unknown(what);
      return {
        rows: [{ kind: 'code', id, body: { revokedAt: now, ...body } }],
        title: `took back the code of ${roll.anyPerson(body.person)?.name ?? 'somebody'}`,
        owner: roll.grant(body.grant)?.createdBy,
      };
    }
    case 'invitation': {
      const body = roll.invitation(id) ?? unknown(what);
      return {
        rows: [invitationRow({ revokedAt: now, ...body })],
        title: `took back the invitation of ${body.name}`,
        owner: body.createdBy,
      };
    }
  }
}

const endedWords = (codes: readonly InvitationBody[]): string =>
  codes.length > 0 ? '; the recovery code ended' : '';

const isOwners = ({ scopes }: Grant): boolean => scopes.includes('admin');

/**
 * Whoever was an owner may know the recovery code, and would come back by it.
 * @param revokedAt when that owner was sent away, where that is not done just now: no code that was made since ends then
 */
const codesThatEnd = (roll: Roll, revokedAt: number | undefined): readonly InvitationBody[] =>
  roll.invitations.filter(
    (code) => code.recovery && code.usedAt === undefined && code.revokedAt === revokedAt,
  );

function unknown(what: Revocable): never {
  throw new VedetteError('access/unknown', { what });
}
