import type { MonotonicMs } from '../../clock.ts';
import type { Endpoint } from '../endpoint.ts';
import { usernameOf } from '../stun/binding.ts';
import { bindingMethod, type StunMessage, transactionIdBytes } from '../stun/message.ts';
import type { IceCandidate } from './candidate.ts';
import { type IceCounts, type IceVerdict, newCounts } from './counts.ts';
import type { IceCredentials } from './credentials.ts';
import { Pacer } from './pacer.ts';
import type { CandidatePair } from './pair.ts';
import type { IcePath } from './path.ts';
import { IceRole } from './role.ts';
import { IceSession, type SessionContext } from './session.ts';
import {
  type IceAgentOptions,
  type IcePairStats,
  type IceSink,
  type IceState,
  transactionPrefixBytes,
} from './sink.ts';

export type { IceState } from './sink.ts';

/** Nothing selected for this long since both sides' credentials are known, or since a restart: failed, ms. */
export const connectTimeoutMs = 30_000;
/** What a restart replaces is answered for this long after the new pair stands, ms: the peer may still be moving over. */
export const lingerMs = 3_000;
/**
 * A full ICE agent with one component (RFC 8445, trickle RFC 8838, consent RFC 7675). Messages and `now` go in; messages
 * and facts come out by its {@link IceSink}. The caller calls {@link tick} at {@link deadline}.
 *
 * After a restart there are two sessions for a while: the old one's selected pair carries until the new one has one.
 */
export class IceAgent<P extends IcePath = IcePath> {
  readonly #sink: IceSink<P>;
  readonly #role: IceRole;
  readonly #counts = newCounts();
  readonly #context: SessionContext<P>;
  #paths: P[] = [];
  #current: IceSession<P>;
  #previous: IceSession<P> | undefined;
  /** When the previous session is given up, whatever it carries. */
  #previousUntilMs = Number.POSITIVE_INFINITY;
  /** When the agent fails if nothing is selected. */
  #connectUntilMs = Number.POSITIVE_INFINITY;
  /** The selected pair in use, and the session it is of. */
  #carrying: CandidatePair<P> | undefined;
  #carrier: IceSession<P> | undefined;
  #wasConnected = false;
  /** Pairs that the sink is to be told of. */
  #validated: CandidatePair<P>[] = [];
  #state: IceState | 'new' | 'closed' = 'new';

  constructor({ controlling, local, transactionPrefix, random, sink }: IceAgentOptions<P>) {
    this.#sink = sink;
    this.#role = new IceRole(controlling, Buffer.from(random(8)).readBigUInt64BE());
    const prefix = Buffer.from(transactionPrefix.subarray(0, transactionPrefixBytes));
    this.#context = {
      role: this.#role,
      pacer: new Pacer(),
      counts: this.#counts,
      random,
      transactionId: () => Buffer.concat([prefix, random(transactionIdBytes - prefix.length)]),
      send: (path, to, message) => {
        // What the sink does about one event may end the agent in the midst of the next.
        if (!this.#isOver) sink.send(path, to, message);
      },
      authenticated: (pair) => {
        // What the session before a restart has validated stays so: it is the same peer's.
        if (!this.#isToldElsewhere(pair)) sink.authenticated(pair.path, pair.endpoint);
      },
      validated: (pair) => void this.#validated.push(pair),
      gone: (pair) => this.#gone(pair),
    };
    this.#current = new IceSession(local, this.#context);
  }

  get state(): IceState | 'new' | 'closed' {
    return this.#state;
  }

  get controlling(): boolean {
    return this.#role.controlling;
  }

  /** Ufrags whose requests this agent answers: the newest, and the one it replaces while that is still in use. */
  get ufrags(): readonly string[] {
    const sessions = this.#previous ? [this.#current, this.#previous] : [this.#current];
    return sessions.map(({ local }) => local.ufrag);
  }

  /** The peer consents to getting packets at the selected endpoint (RFC 7675), as of the last call that had a time. */
  get maySend(): boolean {
    return this.#carrying !== undefined;
  }

  get selected(): { readonly path: P; readonly endpoint: Endpoint } | undefined {
    return this.#carrying;
  }

  get roundTripMs(): number | undefined {
    return this.#carrying?.roundTripMs;
  }

  get counts(): Readonly<IceCounts> {
    return this.#counts;
  }

  get pairs(): readonly IcePairStats[] {
    return [...this.#current.pairs, ...(this.#previous?.pairs ?? [])].map((pair) => ({
      path: pair.path,
      endpoint: pair.endpoint,
      remote: pair.remote,
      state: pair.state,
      selected: pair === this.#carrying,
      roundTripMs: pair.roundTripMs,
    }));
  }

  /** When {@link tick} wants to be called next; undefined where only a message or a call can change something. */
  get deadline(): MonotonicMs | undefined {
    if (this.#isOver) return undefined;
    const earliest = Math.min(
      this.#current.deadline,
      this.#previous?.deadline ?? Number.POSITIVE_INFINITY,
      this.#previous ? this.#previousUntilMs : Number.POSITIVE_INFINITY,
      this.#carrying ? Number.POSITIVE_INFINITY : this.#connectUntilMs,
    );
    return earliest === Number.POSITIVE_INFINITY ? undefined : (earliest as MonotonicMs);
  }

  addPath(path: P, now: MonotonicMs): void {
    if (this.#state === 'closed' || this.#paths.some(({ id }) => id === path.id)) return;
    this.#paths.push(path);
    if (!this.#isOver) this.#eachSession((session) => session.addPath(path, now));
    this.#settle(now);
  }

  removePath(path: P, now: MonotonicMs): void {
    this.#paths = this.#paths.filter(({ id }) => id !== path.id);
    this.#eachSession((session) => session.removePath(path, now));
    this.#settle(now);
  }

  /** Credentials of the peer's newest description; the same ones again change nothing. */
  setRemote(remote: IceCredentials & { readonly lite: boolean }, now: MonotonicMs): void {
    if (this.#isOver || this.#current.remote?.ufrag === remote.ufrag) return;
    if (remote.lite) this.#role.lead();
    this.#connectUntilMs = now + connectTimeoutMs;
    if (this.#state === 'new') this.#become('checking');
    this.#current.setRemote({ ufrag: remote.ufrag, pwd: remote.pwd }, now);
    this.#settle(now);
  }

  /** False where the candidate is of another session, known, or one too many. */
  addRemoteCandidate(candidate: IceCandidate, now: MonotonicMs): boolean {
    if (this.#isOver) return false;
    const { ufrag } = candidate;
    const known = this.#current.remote?.ufrag;
    // RFC 8838, 8: late candidates of what a restart has replaced.
    const stale = known === undefined ? ufrag === this.#previous?.remote?.ufrag : ufrag !== known;
    if (ufrag !== undefined && stale) return false;
    const added = this.#current.addRemote(candidate, now);
    this.#settle(now);
    return added;
  }

  /**
   * Takes one STUN message that came to a path, whose USERNAME or transaction prefix leads here. It is believed only
   * after its integrity has been verified, which happens in here and nowhere else.
   */
  receive(message: StunMessage, path: P, from: Endpoint, now: MonotonicMs): IceVerdict {
    // What has expired by now is not revived by a message that comes with it.
    this.#settle(now);
    const verdict = this.#isOver ? 'closed' : this.#received(message, path, from, now);
    this.#counts.verdicts[verdict] += 1;
    this.#settle(now);
    return verdict;
  }

  tick(now: MonotonicMs): void {
    this.#settle(now);
    if (this.#isOver) return;
    const { selected } = this.#current;
    this.#current.tick(now, true);
    this.#previous?.tick(now, selected === undefined);
    this.#settle(now);
  }

  /**
   * New credentials of ours (RFC 8445, 9); {@link setRemote} with the peer's follows. What is selected goes on
   * carrying until the new session has a pair, 30 s at most; {@link ufrags} says what is answered.
   */
  restart(local: IceCredentials, now: MonotonicMs): void {
    this.#settle(now);
    if (this.#state === 'closed') return;
    if (this.#current.selected) {
      this.#previous?.close();
      this.#previous = this.#current;
    } else this.#current.close();
    this.#current = new IceSession(local, this.#context);
    for (const path of this.#paths) this.#current.addPath(path, now);
    this.#previousUntilMs = now + connectTimeoutMs;
    this.#connectUntilMs = now + connectTimeoutMs;
    if (this.#state === 'failed') {
      this.#wasConnected = false;
      this.#become('checking');
    }
    this.#settle(now);
  }

  /** Ends all; nothing is sent any more. Idempotent. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#carrying = undefined;
    this.#eachSession((session) => session.close());
    this.#previous = undefined;
    this.#paths = [];
  }

  get #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'failed';
  }

  #received(message: StunMessage, path: P, from: Endpoint, now: MonotonicMs): IceVerdict {
    if (message.method !== bindingMethod) return 'otherMethod';
    const sessions = this.#previous ? [this.#current, this.#previous] : [this.#current];
    switch (message.class) {
      case 'request': {
        this.#counts.requestsReceived += 1;
        const to = usernameOf(message)?.to;
        const session = sessions.find(({ local }) => local.ufrag === to);
        return session ? session.request(message, path, from, now) : 'unknownUfrag';
      }
      case 'success':
      case 'error': {
        this.#counts.responsesReceived += 1;
        const key = message.transactionId.toString('hex');
        for (const session of sessions) {
          const transaction = session.transaction(key);
          if (transaction) return session.response(message, transaction, path, from, now);
        }
        return 'unknownTransaction';
      }
      case 'indication':
        return 'otherMethod';
    }
  }

  /** Brings what the outside sees into line with the sessions and the time. */
  #settle(now: MonotonicMs): void {
    if (this.#isOver) return;
    if (this.#previous && (now >= this.#previousUntilMs || this.#previous.consent(now) === 'expired')) {
      const previous = this.#previous;
      this.#previous = undefined;
      previous.close();
    }
    if (this.#current.consent(now) === 'expired') {
      this.#fail();
      return;
    }
    if (this.#current.selected && this.#previous) {
      this.#previousUntilMs = Math.min(this.#previousUntilMs, now + lingerMs);
    }
    const session = this.#current.selected ? this.#current : this.#previous;
    this.#carry(session, now);
    if (this.#isOver) return;
    for (const { path, endpoint } of this.#validated.splice(0)) this.#sink.validated(path, endpoint);
    if (this.#isOver) return;
    const consent = session?.consent(now) ?? 'none';
    if (consent === 'given' || consent === 'lost') {
      this.#become(consent === 'given' ? 'connected' : 'disconnected');
    } else if (now >= this.#connectUntilMs) this.#fail();
    else if (this.#state !== 'new') this.#become(this.#wasConnected ? 'disconnected' : 'checking');
  }

  #carry(session: IceSession<P> | undefined, now: MonotonicMs): void {
    const pair = session?.selected;
    const before = this.#carrier;
    this.#carrier = pair && session;
    const carried = this.#carrying;
    if (pair === carried) return;
    this.#carrying = pair;
    if (!pair) {
      // The path of its pair is gone, and another may come. Where a restart has come to nothing there is no more time.
      if (before === this.#current) this.#connectUntilMs = now + connectTimeoutMs;
      return;
    }
    this.#wasConnected = true;
    if (!carried?.is(pair.path, pair.endpoint)) this.#sink.selected(pair.path, pair.endpoint);
  }

  #become(state: IceState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#sink.state(state);
  }

  #fail(): void {
    this.#carrying = undefined;
    this.#validated = [];
    this.#become('failed');
    this.#eachSession((session) => session.close());
    this.#previous = undefined;
  }

  #gone(pair: CandidatePair<P>): void {
    if (pair.told !== 'nothing' && !this.#isToldElsewhere(pair))
      this.#sink.released(pair.path, pair.endpoint);
  }

  /** The sink knows the pair's endpoint by the other session too. */
  #isToldElsewhere(pair: CandidatePair<P>): boolean {
    return [this.#current, this.#previous].some((session) => {
      const other = session?.find(pair.path, pair.endpoint);
      return other !== undefined && other !== pair && other.told !== 'nothing';
    });
  }

  #eachSession(act: (session: IceSession<P>) => void): void {
    act(this.#current);
    if (this.#previous) act(this.#previous);
  }
}
