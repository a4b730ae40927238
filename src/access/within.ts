import type { Grant, GrantLimits } from '../protocol/access.ts';
import { covers, type Scope } from '../protocol/scope.ts';
import { minutesOf } from './windows.ts';

type Window = NonNullable<GrantLimits['windows']>[number];

/** The first of `scopes` that none of `held` gives with limits at least as wide; undefined where all may be given on. */
export function beyond(
  held: readonly Grant[],
  scopes: readonly Scope[],
  limits: GrantLimits,
): Scope | undefined {
  return scopes.find(
    (scope) => !held.some((grant) => covers(grant.scopes, scope) && isWithin(grant.limits, limits)),
  );
}

/** Whether whatever `inner` allows, `outer` allows too. `outer` has begun. */
export function isWithin(outer: GrantLimits, inner: GrantLimits): boolean {
  // What may be done a number of times would become more by being given on.
  if (outer.uses !== undefined) return false;
  if (outer.until !== undefined && (inner.until === undefined || inner.until > outer.until)) return false;
  if (outer.thisNetwork && !inner.thisNetwork) return false;
  if (outer.whileWatching && !inner.whileWatching) return false;
  if (outer.whileDoorClosed !== undefined && inner.whileDoorClosed !== outer.whileDoorClosed) return false;
  const { windows } = outer;
  if (windows === undefined) return true;
  if (inner.windows === undefined || inner.zone !== outer.zone) return false;
  return inner.windows.every((one) => windows.some((other) => isWindowWithin(other, one)));
}

function isWindowWithin(outer: Window, inner: Window): boolean {
  if (!inner.days.every((day) => outer.days.includes(day))) return false;
  if (outer.from === inner.from && outer.to === inner.to) return true;
  const [from, to] = [minutesOf(inner.from), minutesOf(inner.to)];
  // Over midnight only as it is: it is two stretches, and belongs to one day.
  return from < to && minutesOf(outer.from) <= from && to <= minutesOf(outer.to);
}
