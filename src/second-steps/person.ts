import { denialError, denied } from '../access/denial.ts';
import type { Peer } from '../access/peer.ts';
import { VedetteError } from '../errors.ts';
import { covers } from '../protocol/scope.ts';
import type { Confirmer } from '../protocol/second-step.ts';
import type { SecondStep, StepParts } from './kind.ts';

/** Another person who may open the lock just now says so on their page: another person, not another key. */
export const personStep: SecondStep<'person'> = {
  waitsMs: 60_000,
  asksOthers: true,
  needs({ lock, peer }, until, { access }) {
    const own = personOf(peer);
    if (!confirmersOf(lock, access).some(({ person }) => person !== own))
      throw new VedetteError('second-step/nobody');
    return { kind: 'person', until };
  },
  check({ peer, name, words }, { peer: by, allow }, { access }) {
    if (by.kind !== 'person') throw denialError(denied('no-person'));
    if (personOf(peer) === by.person) throw denialError(denied('not-yourself'));
    return {
      proven: allow,
      words: `${access.nameOf(by)} ${allow ? 'confirmed' : 'declined'} for ${name} to ${words}`,
    };
  },
};

/** Everybody who may confirm an unlock of this lock, but for their own. */
export function confirmersOf(lock: string, access: Pick<StepParts['access'], 'people'>): Confirmer[] {
  return access
    .people()
    .people.filter(
      ({ keys, grants }) =>
        // Whoever has only a code for a keypad has no page to confirm it on.
        keys.length > 0 &&
        grants.some(({ revokedAt, scopes }) => revokedAt === undefined && covers(scopes, `unlock:${lock}`)),
    )
    .map(({ id, name }) => ({ person: id, name }));
}

/** Whose it is, whether they came by a key or typed a code. */
const personOf = (peer: Peer): string | undefined => ('person' in peer ? peer.person : undefined);
