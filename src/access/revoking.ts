import { VedetteError } from '../errors.ts';
import { invitationRow } from './inviting.ts';
import type { Roll } from './roll.ts';
import type { AccessRow } from './rows.ts';

export type Revocable = 'person' | 'key' | 'grant' | 'invitation';

/** Room for who did it is left: an entry has 300. */
const maxTitle = 200;

/** What is written down where something is taken back. */
export interface Revocation {
  readonly rows: readonly AccessRow[];
  /** After who did it: `took back the key …`. */
  readonly title: string;
  /** The person who may do it without being asked whether they may. */
  readonly owner: string | undefined;
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
        ({ createdBy, person, usedAt }) => (createdBy === id || person === id) && usedAt === undefined,
      );
      return {
        rows: [
          { kind: 'person', id, body: { ...body, revokedAt } },
          ...invitations.map((invitation) => invitationRow({ revokedAt, ...invitation })),
        ],
        title: `sent ${body.name} away`,
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
    case 'grant': {
      const grant = roll.grant(id) ?? unknown(what);
      const name = roll.anyPerson(grant.person)?.name ?? 'somebody';
      return {
        rows: [{ kind: 'grant', id, body: { revokedAt: now, ...grant } }],
        title: `took back what ${name} may: ${grant.scopes.join(', ')}`.slice(0, maxTitle),
        owner: grant.createdBy,
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

function unknown(what: Revocable): never {
  throw new VedetteError('access/unknown', { what });
}
