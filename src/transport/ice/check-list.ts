import type { Endpoint } from '../endpoint.ts';
import type { IceCandidate } from './candidate.ts';
import { CandidatePair } from './pair.ts';
import { type IcePath, maxPaths } from './path.ts';
import type { IceRole } from './role.ts';

/** Candidates taken from signaling; a browser with every interface and relay has about a dozen. */
export const maxRemoteCandidates = 24;
/** Peer-reflexive pairs kept at once: a peer behind a NAT makes one per path, and a few as its NAT rebinds. */
export const maxReflexivePairs = 8;
/** Pairs kept at once. RFC 8445, 6.1.2.5 allows 100; a usual session has under ten. */
export const maxPairs = 64;

/** The pairs of one session, within bounds, and which is to be checked next. */
export class CheckList<P extends IcePath> {
  readonly #role: IceRole;
  readonly #gone: (pair: CandidatePair<P>) => void;
  #paths: P[] = [];
  #remotes: IceCandidate[] = [];
  #pairs: CandidatePair<P>[] = [];
  /** RFC 8445, 6.1.4.1: checks that requests ask for, in their order; each pair at most once. */
  readonly #triggered = new Set<CandidatePair<P>>();

  /** `gone` is told of every pair that is given up. */
  constructor(role: IceRole, gone: (pair: CandidatePair<P>) => void) {
    this.#role = role;
    this.#gone = gone;
  }

  get pairs(): readonly CandidatePair<P>[] {
    return this.#pairs;
  }

  get paths(): readonly P[] {
    return this.#paths;
  }

  /** False where it is known, or one too many. */
  addPath(path: P): boolean {
    if (this.#paths.length === maxPaths || this.hasPath(path)) return false;
    this.#paths.push(path);
    for (const remote of this.#remotes) this.#pairUp(path, remote);
    return true;
  }

  hasPath(path: P): boolean {
    return this.#paths.some(({ id }) => id === path.id);
  }

  removePath(path: P): void {
    this.#paths = this.#paths.filter(({ id }) => id !== path.id);
    for (const pair of this.#pairs.filter((pair) => pair.path.id === path.id)) this.remove(pair);
  }

  /** Pairs a candidate from signaling with every path of its kind; false where it is known, or one too many. */
  addRemote(remote: IceCandidate): boolean {
    const known = this.#remotes.some(
      ({ address, port, transport }) =>
        address === remote.address && port === remote.port && transport === remote.transport,
    );
    if (known || this.#remotes.length === maxRemoteCandidates) return false;
    this.#remotes.push(remote);
    for (const path of this.#paths) this.#pairUp(path, remote);
    return true;
  }

  find(path: P, endpoint: Endpoint): CandidatePair<P> | undefined {
    return this.#pairs.find((pair) => pair.is(path, endpoint));
  }

  /**
   * A pair for an address that an authenticated request came from (RFC 8445, 7.3.1.3). Where there are
   * {@link maxReflexivePairs}, the one heard of least recently makes room; `keep` never does.
   */
  learn(
    path: P,
    from: Endpoint,
    priority: number,
    keep: CandidatePair<P> | undefined,
  ): CandidatePair<P> | undefined {
    const reflexive = this.#pairs.filter((pair) => pair.reflexive);
    if (reflexive.length >= maxReflexivePairs) {
      const heard = ({ heardMs }: CandidatePair<P>) => heardMs ?? Number.NEGATIVE_INFINITY;
      const [oldest] = reflexive.filter((pair) => pair !== keep).sort((a, b) => heard(a) - heard(b));
      if (oldest) this.remove(oldest);
    }
    const { transport } = path;
    // Its foundation is not signaled, and nothing here asks for it (RFC 8445, 7.3.1.3).
    const remote: IceCandidate = { ...from, foundation: '', transport, priority, type: 'prflx' };
    return this.#place(new CandidatePair(path, remote), true);
  }

  /** Checks a pair before all others that wait (RFC 8445, 7.3.1.4). */
  trigger(pair: CandidatePair<P>): void {
    pair.state = 'waiting';
    this.#triggered.add(pair);
  }

  /** The pair to check next: what requests asked for, then, where `ordinary`, the best one waiting. */
  next(ordinary: boolean): CandidatePair<P> | undefined {
    for (const pair of this.#triggered) return pair;
    return ordinary ? this.best((pair) => pair.state === 'waiting') : undefined;
  }

  /** A check of this pair begins. */
  begin(pair: CandidatePair<P>): void {
    this.#triggered.delete(pair);
    pair.state = 'inProgress';
  }

  /** The pair of highest priority among those that `admit` lets through. */
  best(admit: (pair: CandidatePair<P>) => boolean): CandidatePair<P> | undefined {
    let best: CandidatePair<P> | undefined;
    for (const pair of this.#pairs) if (admit(pair) && (!best || this.#compare(pair, best) > 0)) best = pair;
    return best;
  }

  /** Lets every pair wait for a check again that `admit` lets through. */
  requeue(admit: (pair: CandidatePair<P>) => boolean): void {
    for (const pair of this.#pairs) if (admit(pair)) pair.state = 'waiting';
  }

  remove(pair: CandidatePair<P>): void {
    this.#triggered.delete(pair);
    this.#pairs = this.#pairs.filter((other) => other !== pair);
    this.#gone(pair);
  }

  clear(): void {
    for (const pair of this.#pairs) this.remove(pair);
    this.#paths = [];
    this.#remotes = [];
  }

  #pairUp(path: P, remote: IceCandidate): void {
    // Our TCP is passive: who wants it connects, and is learned from its request (RFC 6544, 5.2).
    if (path.transport !== 'udp' || remote.transport !== 'udp') return;
    if ((path.family === 6) !== remote.address.includes(':')) return;
    const known = this.find(path, remote);
    // RFC 8838, 11.4: what was learned from a request first takes the priority and type of signaling.
    if (known) known.remote = remote;
    else this.#place(new CandidatePair(path, remote), false);
  }

  /**
   * Where the list is full, a failed pair makes room, or the least of those that have not succeeded: for a better one,
   * or for any over which the peer has been heard.
   */
  #place(pair: CandidatePair<P>, heard: boolean): CandidatePair<P> | undefined {
    if (this.#pairs.length >= maxPairs) {
      const open = this.#pairs.filter(
        ({ state }) => state === 'failed' || state === 'waiting' || (heard && state === 'inProgress'),
      );
      const rank = ({ state }: CandidatePair<P>) => (state === 'failed' ? 0 : 1);
      const [least] = open.sort((a, b) => rank(a) - rank(b) || this.#compare(a, b));
      if (!least || (!heard && least.state !== 'failed' && this.#compare(pair, least) <= 0)) return undefined;
      this.remove(least);
    }
    this.#pairs.push(pair);
    return pair;
  }

  #compare(one: CandidatePair<P>, other: CandidatePair<P>): number {
    const difference = one.priority(this.#role.controlling) - other.priority(this.#role.controlling);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
}
