import type { Peer } from '../access/peer.ts';
import type { RequestPlace } from '../protocol/request-host.ts';

/** Who asks, and from where. */
export interface RequestAsker extends RequestPlace {
  readonly peer: Peer;
}

/** What an asker is known by again over any transport: a key where there is one; undefined: nobody that we know. */
export function keyOf(peer: Peer): string | undefined {
  switch (peer.kind) {
    case 'person':
      return peer.key;
    case 'code':
      return `code ${peer.code}`;
    case 'local':
    case 'loopback':
    case 'holder':
      return peer.kind;
    case 'stranger':
      return undefined;
  }
}
