import { VedetteError } from '../errors.ts';
import type { GrantLimits } from '../protocol/access.ts';
import type { LockHost } from '../protocol/lock-host.ts';
import type { Scope } from '../protocol/scope.ts';

/**
 * A slip in a lock's name would allow nothing, and be noticed at the door.
 * @throws VedetteError `lock/unknown` where a scope or limit names a lock that is not there
 */
export function requireKnownLocks(
  { scopes, limits }: { readonly scopes: readonly Scope[]; readonly limits: GrantLimits },
  { statuses }: Pick<LockHost, 'statuses'>,
): void {
  const named = scopes.flatMap((scope) =>
    scope.startsWith('unlock:') ? [scope.slice('unlock:'.length)] : [],
  );
  if (limits.whileDoorClosed !== undefined) named.push(limits.whileDoorClosed);
  for (const lock of named)
    if (!statuses.some((status) => status.lock === lock)) throw new VedetteError('lock/unknown', { lock });
}
