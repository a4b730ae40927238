import type { WallMs } from '../clock.ts';
import type { Scope } from '../protocol/scope.ts';

/** Who asks, as established at the edge the request came in by. */
export type Peer =
  /** From the device itself: 127.0.0.0/8 or ::1, with a loopback `Host`. */
  | { readonly kind: 'loopback' }
  /** Proved the printed secret, by cookie or bearer token, for these scopes. */
  | { readonly kind: 'holder'; readonly scopes: readonly Scope[] }
  | { readonly kind: 'stranger' };

/** A decision, named for its answer; a refusal carries a reason a person understands. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/**
 * Decides whether `peer` may use `scope` at `now`. Every door of the device asks here: the page's data, `/signal`,
 * WHEP, snapshots and metrics. Anything not allowed is refused.
 */
export function authorize(peer: Peer, scope: Scope, _now: WallMs): Decision {
  switch (peer.kind) {
    case 'loopback':
      return { allowed: true };
    case 'holder':
      return peer.scopes.includes(scope)
        ? { allowed: true }
        : { allowed: false, reason: `this link does not include "${scope}"` };
    case 'stranger':
      return { allowed: false, reason: 'open the link or QR code that the device printed' };
  }
}
