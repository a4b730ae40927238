import type { Grant } from '../protocol/access.ts';
import { covers, type Scope } from '../protocol/scope.ts';
import type { Circumstances } from './peer.ts';
import { isOpen, windowsText } from './windows.ts';

/** When and where somebody asks. */
export interface Occasion extends Circumstances {
  /** Wall time in ms; undefined where the device does not know it for sure. */
  readonly now: number | undefined;
  readonly network: 'local' | 'remote';
}

export type GrantDecision =
  | { readonly allowed: true; readonly grant: Grant }
  | { readonly allowed: false; readonly reason: string };

/** Limits are asked in this order; of several grants that refuse, the one that came furthest says why. */
const steps = ['revoked', 'clock', 'over', 'early', 'window', 'uses', 'network', 'watching', 'door'] as const;
interface Refusal {
  readonly step: (typeof steps)[number];
  readonly reason: string;
}

/**
 * Decides by one person's grants whether `scope` may be used on this occasion: one grant has to allow it alone, and what no
 * grant allows is refused. Of several, the one that is not used up by it is named.
 */
export function decide(grants: readonly Grant[], scope: Scope, occasion: Occasion): GrantDecision {
  let allowed: Grant | undefined;
  let nearest: Refusal | undefined;
  for (const grant of grants) {
    if (!covers(grant.scopes, scope)) continue;
    const refusal = refusalOf(grant, scope, occasion);
    if (!refusal) {
      if (grant.limits.uses === undefined) return { allowed: true, grant };
      allowed ??= grant;
    } else if (!nearest || steps.indexOf(refusal.step) > steps.indexOf(nearest.step)) nearest = refusal;
  }
  if (allowed) return { allowed: true, grant: allowed };
  return { allowed: false, reason: nearest?.reason ?? `nobody allowed you ${scopeText(scope)}` };
}

/** Whether a grant holds just now, whatever is done by it. */
export function holds(grant: Grant, occasion: Pick<Occasion, 'now' | 'network'>): boolean {
  // Looking is held back by neither uses, picture nor door.
  return (
    refusalOf(grant, 'view', { ...occasion, watching: false, doorClosed: () => undefined }) === undefined
  );
}

function refusalOf(grant: Grant, scope: Scope, occasion: Occasion): Refusal | undefined {
  const { limits } = grant;
  if (grant.revokedAt !== undefined) return { step: 'revoked', reason: 'this was taken back' };
  const outOfTime = refusedByTime(grant, occasion.now);
  if (outOfTime) return outOfTime;
  const word = scope.split(':')[0];
  const moves = word === 'unlock' || word === 'control';
  if (word === 'unlock' && limits.uses !== undefined && grant.used >= limits.uses) {
    const often = limits.uses === 1 ? 'once' : `${limits.uses} times`;
    return { step: 'uses', reason: `this was good for unlocking ${often}, and that is done` };
  }
  if (limits.thisNetwork && occasion.network !== 'local')
    return { step: 'network', reason: "this is good in the device's own network only" };
  if (moves && limits.whileWatching && !occasion.watching)
    return { step: 'watching', reason: 'this is good only while you see the live picture' };
  if (moves && limits.whileDoorClosed !== undefined && occasion.doorClosed(limits.whileDoorClosed) !== true)
    return { step: 'door', reason: 'this is good only while the door is closed' };
  return undefined;
}

function refusedByTime({ limits }: Grant, now: number | undefined): Refusal | undefined {
  const { from, until, windows, zone } = limits;
  if (from === undefined && until === undefined && windows === undefined) return undefined;
  if (now === undefined)
    return {
      step: 'clock',
      reason: 'this is good at certain times, and the device does not know the time for sure just now',
    };
  if (until !== undefined && now >= until) return { step: 'over', reason: 'the time of this is over' };
  if (from !== undefined && now < from) return { step: 'early', reason: 'the time of this has not come yet' };
  if (windows !== undefined && zone !== undefined && !isOpen(windows, zone, now))
    return { step: 'window', reason: `this is good at ${windowsText(windows)} (${zone}) only` };
  return undefined;
}

/** `to unlock mailbox` */
function scopeText(scope: Scope): string {
  const [word = '', of] = scope.split(':');
  return of === undefined ? `"${word}"` : `"${word}" of ${of}`;
}
