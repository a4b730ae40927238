import { denialError } from '../access/denial.ts';
import type { TrustRow } from '../access/trust/row.ts';
import { VedetteError } from '../errors.ts';
import type { AuditDraft, Grant } from '../protocol/access.ts';
import type { LockOutcome } from '../protocol/lock-host.ts';
import type { RequestOf } from '../protocol/request.ts';
import { type LastWord, refusedBy } from './exchange.ts';
import type { RequestContext, RequestKind } from './kind.ts';
import { secondStep } from './stepped.ts';
import { titleOf } from './titles.ts';
import { toldBefore } from './told-before.ts';

type Unlock = RequestOf<'unlock'>;

/**
 * Unlocks, once: nothing moves before its id, the use of its grant and its entry in the trail are on disk, and before
 * its second step is proven where the lock needs one.
 */
export const unlockRequest: RequestKind<'unlock'> = {
  type: 'unlock',
  keeps: true,
  words: ({ lock }, { locks }) => `open ${titleOf(lock, locks)}`,
  async run(request, context) {
    const may = mayUnlock(request, context);
    const step = context.locks.statuses.find(({ lock }) => lock === request.lock)?.secondStep;
    // What is refused takes its id as well: it is refused for good.
    const claimed = await (may instanceof VedetteError
      ? claim(request, context, [])
      : claimFor(request, context, step === undefined ? may.grant : undefined));
    const told = toldBefore(claimed);
    if (told) return told;
    if (may instanceof VedetteError) return refuse(request, context, may);
    if (step === undefined) return move(request, context);
    try {
      const words = this.words(request, context);
      await secondStep(request, words, step, context, () => mayStill(request, context));
    } catch (error) {
      return refuse(request, context, error);
    }
    return move(request, context);
  },
};

function refuse(request: Unlock, context: RequestContext, error: unknown): Promise<LastWord> {
  if (!(error instanceof VedetteError))
    context.log.error({ lock: request.lock, err: error }, 'a second step failed');
  const known = error instanceof VedetteError ? error : new VedetteError('request/failed');
  const audit = context.refusal(known, unlockRequest.words(request, context));
  return settle(request, context, refusedBy(known), ...audit);
}

/** Takes the id, the use of the grant and the entry in the trail, or nothing. */
async function claimFor(request: Unlock, context: RequestContext, grant: Grant | undefined) {
  const { access, about } = context;
  const title = `${about.name} asked to ${unlockRequest.words(request, context)}`;
  let isNew = false;
  const put = grant ? [access.used(grant)] : [];
  try {
    const entry: AuditDraft = { ...about, type: 'request', title, lock: request.lock };
    const claimed = await claim(request, context, [entry], put);
    isNew = claimed.result === 'new';
    return claimed;
  } finally {
    // Nothing moves: it was asked before, or could not be kept.
    if (grant && !isNew) access.notUsed(grant);
  }
}

function claim(
  { id }: Unlock,
  { trust, key, digest }: RequestContext,
  audit: readonly AuditDraft[],
  put: readonly TrustRow[] = [],
) {
  return trust.claim({ id, key, digest }, { put, audit });
}

function mayUnlock(request: Unlock, context: RequestContext): { readonly grant?: Grant } | VedetteError {
  const spent = context.challenges.spend(request.challenge, context.clock.now());
  const may = mayStill(request, context);
  if (may instanceof VedetteError && may.code !== 'lock/blocked') return may;
  if (spent !== 'fresh') return new VedetteError(spent === 'late' ? 'request/late' : 'request/challenge');
  return may;
}

/** Whether they may just now, and it can be done. */
function mayStill(
  { lock }: Unlock,
  { access, asker, locks }: RequestContext,
): { readonly grant?: Grant } | VedetteError {
  const decision = access.authorize(asker.peer, `unlock:${lock}`, {
    doorClosed: (name) => locks.doorClosed(name),
  });
  if (!decision.allowed) return denialError(decision);
  const status = locks.statuses.find((it) => it.lock === lock);
  if (!status) return new VedetteError('lock/unknown', { lock });
  if (status.blocked !== undefined)
    return new VedetteError('lock/blocked', { detail: status.blocked.reason });
  return decision;
}

async function move(request: Unlock, context: RequestContext): Promise<LastWord> {
  const { locks, access, asker, about, log } = context;
  const { lock } = request;
  context.accepted();
  const outcome = await locks.unlock(lock, access.nameOf(asker.peer)).catch((error: unknown): LockOutcome => {
    log.error({ lock, err: error }, 'unlocking failed');
    const { code, reason } = refusedBy(error);
    return { done: false, code, reason };
  });
  const title = titleOf(lock, locks);
  if (!outcome.done) {
    const { code, reason } = outcome;
    const draft = {
      ...about,
      type: 'lock',
      title: `${title} did not open for ${about.name}: ${reason}`,
      lock,
    } as const;
    return settle(request, context, { state: 'refused', code, reason }, draft);
  }
  const draft = {
    ...about,
    type: 'lock',
    title: `${title} opened for ${about.name}`,
    lock,
  } as const;
  return settle(request, context, { state: 'done' }, draft);
}

/** Keeps the receipt. Where that fails it is told all the same: it is what happened. */
async function settle(
  { id }: Unlock,
  { trust, log }: RequestContext,
  last: LastWord,
  ...audit: readonly AuditDraft[]
): Promise<LastWord> {
  await trust.settle(id, { id, ...last }, { audit }).catch((error: unknown) => {
    log.warn(
      { request: id, err: error },
      'a receipt could not be kept; after a restart it is told as interrupted',
    );
  });
  return last;
}
