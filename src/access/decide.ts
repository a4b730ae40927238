import type { Grant } from '../protocol/access.ts';
import type { Why } from '../protocol/denial.ts';
import { covers, type Scope } from '../protocol/scope.ts';
import { type Denial, denied } from './denial.ts';
import type { Circumstances } from './peer.ts';
import { isOpen, windowsText } from './windows.ts';

/** When and where somebody asks. */
export interface Occasion extends Circumstances {
  /** Wall time in ms; undefined where the device does not know it for sure. */
  readonly now: number | undefined;
  readonly network: 'local' | 'remote';
  /** A picture flows to the key that asks: its viewer acknowledged media in the last 2 s. */
  readonly watching: boolean;
}

export type GrantDecision = { readonly allowed: true; readonly grant: Grant } | Denial;

/** Limits are asked in this order; of several grants that refuse, the one that came furthest says why. */
const steps: readonly Why[] = [
  'revoked',
  'clock',
  'over',
  'early',
  'window',
  'uses',
  'network',
  'watching',
  'door',
];

/**
 * Decides by one person's grants whether `scope` may be used on this occasion: one grant has to allow it alone, and what no
 * grant allows is refused. Of several, the one that is not used up by it is named.
 */
export function decide(grants: readonly Grant[], scope: Scope, occasion: Occasion): GrantDecision {
  let allowed: Grant | undefined;
  let nearest: Denial | undefined;
  for (const grant of grants) {
    if (!covers(grant.scopes, scope)) continue;
    const refusal = refusalOf(grant, scope, occasion);
    if (!refusal) {
      if (grant.limits.uses === undefined) return { allowed: true, grant };
      allowed ??= grant;
    } else if (!nearest || steps.indexOf(refusal.why) > steps.indexOf(nearest.why)) nearest = refusal;
  }
  if (allowed) return { allowed: true, grant: allowed };
  return nearest ?? denied('never', { what: scopeText(scope), scope });
}

/** Whether a grant holds just now, whatever is done by it. */
export function holds(grant: Grant, occasion: Pick<Occasion, 'now' | 'network'>): boolean {
  // Looking is held back by neither uses, picture nor door.
  return (
    refusalOf(grant, 'view', { ...occasion, watching: false, doorClosed: () => undefined }) === undefined
  );
}

function refusalOf(grant: Grant, scope: Scope, occasion: Occasion): Denial | undefined {
  const { limits } = grant;
  if (grant.revokedAt !== undefined) return denied('revoked');
  const outOfTime = refusedByTime(grant, occasion.now);
  if (outOfTime) return outOfTime;
  const word = scope.split(':')[0];
  const moves = word === 'unlock' || word === 'control';
  if (word === 'unlock' && limits.uses !== undefined && grant.used >= limits.uses) {
    const often = limits.uses === 1 ? 'once' : `${limits.uses} times`;
    return denied('uses', { often, uses: limits.uses });
  }
  if (limits.thisNetwork && occasion.network !== 'local') return denied('network');
  if (moves && limits.whileWatching && !occasion.watching) return denied('watching');
  if (moves && limits.whileDoorClosed !== undefined && occasion.doorClosed(limits.whileDoorClosed) !== true)
    return denied('door');
  return undefined;
}

function refusedByTime({ limits }: Grant, now: number | undefined): Denial | undefined {
  const { from, until, windows, zone } = limits;
  if (from === undefined && until === undefined && windows === undefined) return undefined;
  if (now === undefined) return denied('clock');
  if (until !== undefined && now >= until) return denied('over', { until });
  if (from !== undefined && now < from) return denied('early', { from });
  if (windows !== undefined && zone !== undefined && !isOpen(windows, zone, now))
    return denied('window', { windows: windowsText(windows), zone });
  return undefined;
}

/** `to unlock mailbox` */
function scopeText(scope: Scope): string {
  const [word = '', of] = scope.split(':');
  return of === undefined ? `"${word}"` : `"${word}" of ${of}`;
}
