import { VedetteError } from '../errors.ts';
import type { Grant } from '../protocol/access.ts';
import type { RequestOf } from '../protocol/request.ts';
import type { SecondStepKind } from '../protocol/second-step.ts';
import type { RequestContext } from './kind.ts';

/**
 * Waits for the second step of an unlock whose id is on disk, then takes the use of its grant.
 * @param may whether they may open it just now, and by which grant
 * @throws VedetteError why nothing moves; no use is taken then
 */
export async function secondStep(
  { id, lock, challenge }: RequestOf<'unlock'>,
  words: string,
  kind: SecondStepKind,
  context: RequestContext,
  may: () => { readonly grant?: Grant } | VedetteError,
): Promise<void> {
  const { access, trust, waiting, asker, key } = context;
  const refusal = () => {
    const decision = may();
    return decision instanceof VedetteError ? decision : undefined;
  };
  const unlock = {
    ...{ request: id, lock, challenge, key, words, refusal },
    ...{ peer: asker.peer, name: access.nameOf(asker.peer), gone: asker.gone },
  };
  const proven = await waiting.wait(kind, unlock, context, (needs) => context.accepted(needs));
  try {
    const decision = may();
    if (decision instanceof VedetteError) throw decision;
    const { grant } = decision;
    const put = [...(proven.keep ? [proven.keep()] : []), ...(grant ? [access.used(grant)] : [])];
    await trust.commit({ put, audit: [proven.entry] }).catch((error: unknown) => {
      if (grant) access.notUsed(grant);
      throw error;
    });
    proven.taken();
  } catch (error) {
    proven.failed(error);
    throw error;
  }
}
