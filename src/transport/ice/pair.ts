import type { MonotonicMs } from '../../clock.ts';
import type { Endpoint } from '../endpoint.ts';
import type { IceCandidate } from './candidate.ts';
import type { IcePath } from './path.ts';
import { candidatePriority, pairPriority } from './priority.ts';

/** RFC 8445, 6.1.2.6, without frozen: lists are short, and waiting for a foundation's first pair costs time. */
export type PairState = 'waiting' | 'inProgress' | 'succeeded' | 'failed';

/** One of our paths with one candidate of the peer, and how it has done. */
export class CandidatePair<P extends IcePath = IcePath> {
  readonly path: P;
  readonly endpoint: Endpoint;
  remote: IceCandidate;
  state: PairState = 'waiting';
  /** Chosen by the controlling side. */
  nominated = false;
  /** Times of the last authenticated request, of the last one with USE-CANDIDATE, and of the last response. */
  heardMs: MonotonicMs | undefined;
  wantedMs: MonotonicMs | undefined;
  answeredMs: MonotonicMs | undefined;
  roundTripMs: number | undefined;
  /** What the edge knows of its endpoint; where it knows something it is told when the pair goes. */
  told: 'nothing' | 'authenticated' | 'validated' = 'nothing';

  constructor(path: P, remote: IceCandidate) {
    this.path = path;
    this.remote = remote;
    this.endpoint = { address: remote.address, port: remote.port };
  }

  get relayed(): boolean {
    return this.path.kind === 'relay' || this.remote.type === 'relay';
  }

  /** Learned from a request, not from signaling. */
  get reflexive(): boolean {
    return this.remote.type === 'prflx';
  }

  priority(controlling: boolean): bigint {
    const local = candidatePriority(this.path.kind, this.path.transport, this.path.preference);
    return controlling
      ? pairPriority(local, this.remote.priority)
      : pairPriority(this.remote.priority, local);
  }

  is(path: IcePath, endpoint: Endpoint): boolean {
    return (
      this.path.id === path.id &&
      this.endpoint.port === endpoint.port &&
      this.endpoint.address === endpoint.address
    );
  }
}
