import type { Endpoint } from '../endpoint.ts';
import type { IceCandidate } from './candidate.ts';
import type { IceCredentials } from './credentials.ts';
import type { PairState } from './pair.ts';
import type { IcePath } from './path.ts';

/** Bytes of a transaction id that are the same in all of an agent's requests. */
export const transactionPrefixBytes = 4;

/** `disconnected`: nothing comes from the peer for the moment. `failed`: nothing is sent any more before a restart. */
export type IceState = 'checking' | 'connected' | 'disconnected' | 'failed';

/**
 * What an agent tells, synchronously from within its methods; nothing here may throw. Of one message's effects the
 * order is `selected`, `validated`, `state`: what is answered from within `validated` has somewhere to go.
 */
export interface IceSink<P extends IcePath = IcePath> {
  send(path: P, to: Endpoint, message: Uint8Array): void;
  /** A request with right integrity came from there for the first time. Not validated: someone may have replayed it. */
  authenticated(path: P, endpoint: Endpoint): void;
  /** Our check came back from there: the peer lives there, and its DTLS and media may come from there. */
  validated(path: P, endpoint: Endpoint): void;
  /** An endpoint told of by the two above is no longer the peer's. */
  released(path: P, endpoint: Endpoint): void;
  /** Packets go there from now on. */
  selected(path: P, endpoint: Endpoint): void;
  state(state: IceState): void;
}

export interface IceAgentOptions<P extends IcePath = IcePath> {
  /** The offerer controls, unless the peer is lite (RFC 8445, 6.1.1). */
  readonly controlling: boolean;
  readonly local: IceCredentials;
  /** First bytes of every transaction id, {@link transactionPrefixBytes}: responses find their agent by them. */
  readonly transactionPrefix: Uint8Array;
  /** Bytes that cannot be guessed: of transaction ids and the tie-breaker. */
  readonly random: (bytes: number) => Uint8Array;
  readonly sink: IceSink<P>;
}

export interface IcePairStats {
  readonly path: IcePath;
  readonly endpoint: Endpoint;
  readonly remote: IceCandidate;
  readonly state: PairState;
  readonly selected: boolean;
  /** Of the last check that tells it, ms. */
  readonly roundTripMs: number | undefined;
}
