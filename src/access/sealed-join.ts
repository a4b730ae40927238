import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { SealedJoin, type SealedJoinAnswer, sealedOrigin } from '../protocol/join.ts';
import type { Access } from './access.ts';

export interface SealedJoinParts {
  readonly access: Pick<Access, 'join'>;
  readonly log: Logger;
}

/**
 * Answers a key that nobody knows yet: it comes in where what it says opens an invitation. Never rejects.
 * @param key whose conversation it is
 */
export async function sealedJoin(
  { access, log }: SealedJoinParts,
  key: string,
  text: string,
): Promise<SealedJoinAnswer> {
  try {
    const said = SealedJoin.safeParse(parsed(text)).data;
    if (!said) throw new VedetteError('access/invitation');
    if (said.key !== key) throw new VedetteError('access/wrong-signature');
    const { person } = await access.join({ ...said, origin: sealedOrigin });
    return { type: 'joined', person: person.name };
  } catch (error) {
    if (!(error instanceof VedetteError)) log.error({ err: error }, 'somebody could not come in');
    const known = error instanceof VedetteError ? error : new VedetteError('http/internal');
    return { type: 'refused', ...known.told };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
