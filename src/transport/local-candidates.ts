import type { IceCandidateInit } from '../protocol/session.ts';
import { type CandidateType, type IceCandidate, writeCandidate } from './ice/candidate.ts';
import { candidatePriority, foundationOf, tcpPreference } from './ice/priority.ts';
import type { SecureTransport } from './secure-transport.ts';
import type { WirePath } from './wire/path.ts';
import type { RelayPath } from './wire/relay.ts';
import type { Wire } from './wire/wire.ts';

/** Of candidates of one kind, the first interface is tried first. */
const maxPreference = 65_535;

/**
 * Where one peer may try to reach us: the addresses of the machine, what STUN servers see, an allocation of its own.
 * What is known goes into the answer; what is found later is trickled (RFC 8838).
 */
export class LocalCandidates {
  readonly #wire: Wire;
  readonly #transport: SecureTransport;
  readonly #told: (candidate: IceCandidateInit) => void;
  readonly #releases: (() => void)[] = [];
  readonly #said = new Set<string>();
  #relay: RelayPath | undefined;
  #described = false;

  constructor(wire: Wire, transport: SecureTransport, told: (candidate: IceCandidateInit) => void) {
    this.#wire = wire;
    this.#transport = transport;
    this.#told = told;
    this.#releases.push(
      wire.onPathClosed((path) => transport.removePath(path)),
      wire.reflexive.onFound(({ address }) => this.#trickle(reflexive(address))),
      wire.relays.take((relay) => this.#adopt(relay)),
    );
    wire.askOutside();
  }

  /** All that is known, for an answer. */
  describe(): { readonly candidates: readonly string[]; readonly endOfCandidates: boolean } {
    this.#described = true;
    const host = this.#wire.hostCandidates().map((candidate, place): IceCandidate => {
      const { transport, address, port } = candidate;
      const other = maxPreference - place;
      const preference = transport === 'tcp' ? tcpPreference('passive', other) : other;
      return {
        foundation: foundationOf('host', address, transport),
        transport,
        priority: candidatePriority('host', transport, preference),
        address,
        port,
        type: 'host',
        ...(transport === 'tcp' ? { tcpType: 'passive' } : {}),
      };
    });
    const outside = this.#wire.reflexive.known.map(({ address }) => reflexive(address));
    const relayed = this.#relay ? [outsideCandidate('relay', this.#relay.address)] : [];
    const candidates = [...new Set([...host, ...outside, ...relayed].map(writeCandidate))];
    for (const line of candidates) this.#said.add(line);
    return { candidates, endOfCandidates: !this.#wire.gathers };
  }

  close(): void {
    for (const release of this.#releases.splice(0)) release();
    this.#relay?.close();
  }

  #adopt(relay: RelayPath): void {
    this.#relay = relay;
    this.#transport.addPath(relay satisfies WirePath);
    this.#trickle(outsideCandidate('relay', relay.address));
  }

  /** Before the answer there is nothing to add to. */
  #trickle(candidate: IceCandidate): void {
    const line = writeCandidate(candidate);
    if (!this.#described || this.#said.has(line)) return;
    this.#said.add(line);
    this.#told({ candidate: line, sdpMid: null, sdpMLineIndex: 0 });
  }
}

const reflexive = (address: IceCandidate | { address: string; port: number }) =>
  outsideCandidate('srflx', address);

/** Browsers ask for a related address; ours inside is nobody's business (RFC 8839, 5.1). */
function outsideCandidate(
  type: Extract<CandidateType, 'srflx' | 'relay'>,
  { address, port }: { address: string; port: number },
): IceCandidate {
  return {
    foundation: foundationOf(type, address, 'udp'),
    transport: 'udp',
    priority: candidatePriority(type, 'udp', 0),
    address,
    port,
    type,
    related: { address: address.includes(':') ? '::' : '0.0.0.0', port: 9 },
  };
}
