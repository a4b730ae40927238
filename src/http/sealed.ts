import type { Peer } from '../access/peer.ts';
import { sealedJoin } from '../access/sealed-join.ts';
import { keyIdOf } from '../identity/keys.ts';
import type { LinkAdmission, LinkServer } from '../signaling/link-server.ts';
import type { SealedHost } from '../signaling/sealed-end.ts';
import { admissionOf, type DeviceServices } from './context.ts';

type Person = Extract<Peer, { kind: 'person' }>;

/** How conversations come in by one carrier. */
export interface SealedWay {
  readonly network: 'local' | 'remote';
  /** Whoever was let in on other grounds than a key, and is served also where theirs is not known. */
  readonly also?: Peer;
  /** For whom the conversation alone leads to the device. */
  about?(person: Person): NonNullable<LinkAdmission['about']>;
}

/** The device's side of sealed conversations, whatever carries them: whoever speaks is who their key says. */
export function sealedHost(
  services: Pick<DeviceServices, 'identity' | 'access' | 'requests' | 'log'>,
  links: LinkServer,
  { network, also, about }: SealedWay,
): SealedHost {
  const { identity, access, log } = services;
  return {
    speaker: { publicKey: identity.publicKey, sign: (text) => identity.sign(text) },
    seal: { publicKey: identity.sealKey, agree: (other) => identity.agree(other) },
    async serve(key, send) {
      const peer = access.peerOf(await keyIdOf(key), network);
      if (peer.kind === 'person')
        return links.serve(send, {
          ...admissionOf({ peer }, services),
          ...(about ? { about: about(peer) } : {}),
        });
      return also && links.serve(send, admissionOf({ peer: also }, services));
    },
    join: async (key, text) => JSON.stringify(await sealedJoin({ access, log }, key, text)),
  };
}
