import type { Grant } from '../protocol/access.ts';
import { covers, lookingScopes, ownerScopes, type Scope } from '../protocol/scope.ts';
import type { Codes } from './codes.ts';
import { decide, holds, type Occasion } from './decide.ts';
import { denialError, denied } from './denial.ts';
import type { GrantDraft } from './granting.ts';
import { type Circumstances, type Decision, nothingAround, type Peer } from './peer.ts';
import type { Roll } from './roll.ts';
import type { AccessStore } from './rows.ts';
import type { TrustedClock } from './trusted-clock.ts';
import { beyond } from './within.ts';

export interface DecidingParts {
  readonly roll: Roll;
  readonly codes: Pick<Codes, 'grantOf'>;
  readonly store: Pick<AccessStore, 'trouble'>;
  readonly time: Pick<TrustedClock, 'now'>;
  /** Whoever asks from the machine itself is its owner. */
  readonly loopback: boolean;
  /** Whether a picture flows to this key now, by whatever way its requests come. */
  watches(key: string): boolean;
}

/** What whoever asks may do, and give to others: by who they are, their grants, the time, and the state of the store. */
export class Deciding {
  readonly #parts: DecidingParts;

  constructor(parts: DecidingParts) {
    this.#parts = parts;
  }

  /**
   * Decides whether `peer` may use `scope` now. `grant` is the one that a use of it is to be
   * taken from.
   */
  authorize(
    peer: Peer,
    scope: Scope,
    circumstances: Circumstances = nothingAround,
  ): Decision & { readonly grant?: Grant } {
    const { trouble } = this.#parts.store;
    if (trouble !== undefined && peer.kind === 'person' && !lookingScopes.includes(scope))
      return denied('looking-only', { trouble });
    return this.despiteTrouble(peer, scope, circumstances);
  }

  /** As {@link authorize}, also where the store is in trouble: for what takes away, and for locking. */
  despiteTrouble(
    peer: Peer,
    scope: Scope,
    circumstances: Circumstances = nothingAround,
  ): Decision & { readonly grant?: Grant } {
    switch (peer.kind) {
      case 'local':
        return { allowed: true };
      case 'loopback':
        if (this.#parts.loopback) return { allowed: true };
        return denied('stranger');
      case 'holder':
        if (peer.over?.aborted) return denied('link-over');
        if (covers(peer.scopes, scope)) return { allowed: true };
        return denied('link-scope', { scope });
      case 'person': {
        if (!this.#parts.roll.key(peer.key)) return denied('key-revoked');
        if (peer.only && !covers(peer.only, scope)) return denied('token-scope', { scope });
        return decide(this.#parts.roll.grantsOf(peer.person), scope, this.#occasion(peer, circumstances));
      }
      case 'code': {
        const grant = this.#parts.codes.grantOf(peer.code);
        if (!grant) return denied('code-revoked');
        if (!opens(scope)) return denied('code-opens');
        return decide([grant], scope, this.#occasion(atKeypad, circumstances));
      }
      case 'stranger':
        return denied('stranger');
    }
  }

  /** What `peer` may do just now, in any circumstances. */
  scopesOf(peer: Peer): readonly Scope[] {
    const scopes = this.#given(peer);
    if (peer.kind !== 'person' || this.#parts.store.trouble === undefined) return scopes;
    return scopes.filter((scope) => lookingScopes.includes(scope));
  }

  /** Whether `peer` may lock: who has opened for the last time may close again, whatever uses and circumstances say. */
  mayLock(peer: Peer, lock: string): Decision {
    const scope = `unlock:${lock}` as const;
    return covers(this.#given(peer), scope) ? { allowed: true } : this.despiteTrouble(peer, scope);
  }

  /** What grants give, also where the store is in trouble. */
  #given(peer: Peer): readonly Scope[] {
    switch (peer.kind) {
      case 'local':
        return ownerScopes;
      case 'loopback':
        return this.#parts.loopback ? ownerScopes : [];
      case 'holder':
        return peer.over?.aborted ? [] : peer.scopes;
      case 'person': {
        if (!this.#parts.roll.key(peer.key)) return [];
        const occasion = this.#occasion(peer, nothingAround);
        const all = this.#parts.roll
          .grantsOf(peer.person)
          .filter((grant) => holds(grant, occasion))
          .flatMap(({ scopes }) => scopes);
        return narrowed([...new Set(all)], peer.only);
      }
      case 'code': {
        const grant = this.#parts.codes.grantOf(peer.code);
        if (!grant || !holds(grant, this.#occasion(atKeypad, nothingAround))) return [];
        return grant.scopes.filter(opens);
      }
      case 'stranger':
        return [];
    }
  }

  /** Nobody gives more than they have. @throws VedetteError `access/denied` */
  requireWithin(by: Peer, { scopes, limits }: Pick<GrantDraft, 'scopes' | 'limits'>): void {
    const excess =
      by.kind === 'person'
        ? beyond(this.#heldBy(by), scopes, limits)
        : scopes.find((scope) => !covers(this.scopesOf(by), scope));
    if (excess !== undefined) throw denialError(denied('excess', { scope: excess }));
  }

  #heldBy(by: Extract<Peer, { kind: 'person' }>): readonly Grant[] {
    const occasion = this.#occasion(by, nothingAround);
    const grants = this.#parts.roll.grantsOf(by.person).filter((grant) => holds(grant, occasion));
    if (!by.only) return grants;
    return grants.map((grant) => ({ ...grant, scopes: [...narrowed(grant.scopes, by.only)] }));
  }

  #occasion({ network, key }: Place, circumstances: Circumstances): Occasion {
    const watching = key !== undefined && this.#parts.watches(key);
    const doorClosed = (lock: string) => circumstances.doorClosed(lock);
    return { now: this.#parts.time.now(), network, watching, doorClosed };
  }
}

/** From where somebody asks, and by which key. */
type Place = Pick<Occasion, 'network'> & { readonly key?: string };

/** Whoever types a code stands at the device, and sees no picture. */
const atKeypad: Place = { network: 'local' };

/** All that a code is good for. */
const opens = (scope: Scope): boolean => scope === 'unlock' || scope.startsWith('unlock:');

/** Those of `scopes` that `only` includes, and those of `only` that `scopes` include. */
function narrowed(scopes: readonly Scope[], only: readonly Scope[] | undefined): readonly Scope[] {
  if (!only) return scopes;
  const inner = scopes.filter((scope) => covers(only, scope));
  return [...new Set([...inner, ...only.filter((scope) => covers(scopes, scope))])];
}
