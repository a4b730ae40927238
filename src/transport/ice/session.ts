import type { MonotonicMs } from '../../clock.ts';
import type { Endpoint } from '../endpoint.ts';
import {
  connectivityCheck,
  errorCodeOf,
  priorityOf,
  stunErrors,
  unknownAttributesOf,
  wantsCandidate,
} from '../stun/binding.ts';
import { hasValidFingerprint, type StunMessage, verifyIntegrity } from '../stun/message.ts';
import { answer } from './answer.ts';
import type { IceCandidate } from './candidate.ts';
import { CheckList } from './check-list.ts';
import { isBetter, isFresh, isSettled } from './choice.ts';
import { Consent, consentWaitMs } from './consent.ts';
import type { IceCounts, IceVerdict } from './counts.ts';
import type { IceCredentials } from './credentials.ts';
import type { Pacer } from './pacer.ts';
import type { CandidatePair } from './pair.ts';
import type { IcePath } from './path.ts';
import { candidatePriority } from './priority.ts';
import type { IceRole } from './role.ts';
import { maxSends, type Purpose, type Transaction, Transactions } from './transactions.ts';

/** How long a controlling side lets a direct pair overtake a relayed one that was valid first, ms. */
export const relayGraceMs = 50;
/** Shortest time between two rounds over a list of which every pair has failed, ms. */
const nextRoundMs = 1_000;

/** What a session shares with the others of its agent, and whom it tells. */
export interface SessionContext<P extends IcePath> {
  readonly role: IceRole;
  readonly pacer: Pacer;
  readonly counts: IceCounts;
  readonly random: (bytes: number) => Uint8Array;
  /** A transaction id that leads its answer back to this agent. */
  transactionId(): Buffer;
  send(path: P, to: Endpoint, message: Buffer): void;
  authenticated(pair: CandidatePair<P>): void;
  validated(pair: CandidatePair<P>): void;
  gone(pair: CandidatePair<P>): void;
}

/** One ICE session: what two pairs of credentials stand for, until a restart brings others (RFC 8445, 2.4). */
export class IceSession<P extends IcePath> {
  readonly local: IceCredentials;
  readonly #context: SessionContext<P>;
  readonly #list: CheckList<P>;
  readonly #transactions = new Transactions<P>();
  #remote: IceCredentials | undefined;
  #selected: CandidatePair<P> | undefined;
  #consent: Consent | undefined;
  /** The selected pair is lost, and the others are tried again. */
  #searching = false;
  #firstValidMs: MonotonicMs | undefined;
  #nextRoundMs = Number.NEGATIVE_INFINITY;

  constructor(local: IceCredentials, context: SessionContext<P>) {
    this.local = local;
    this.#context = context;
    this.#list = new CheckList(context.role, (pair) => this.#gone(pair));
  }

  get remote(): IceCredentials | undefined {
    return this.#remote;
  }

  get pairs(): readonly CandidatePair<P>[] {
    return this.#list.pairs;
  }

  get selected(): CandidatePair<P> | undefined {
    return this.#selected;
  }

  find(path: P, endpoint: Endpoint): CandidatePair<P> | undefined {
    return this.#list.find(path, endpoint);
  }

  /** Of the selected pair: `lost` while nothing is heard, `expired` once nothing may be sent. */
  consent(now: MonotonicMs): 'none' | 'given' | 'lost' | 'expired' {
    if (!this.#consent) return 'none';
    if (this.#consent.expired(now)) return 'expired';
    return this.#consent.lost(now) ? 'lost' : 'given';
  }

  /** When {@link tick} wants to be called; infinite where nothing waits. */
  get deadline(): number {
    return Math.min(
      this.#transactions.deadline,
      this.#remote && this.#list.next(this.#ordinary) ? this.#context.pacer.nextMs : Number.POSITIVE_INFINITY,
      this.#consent?.deadline(this.#searching) ?? Number.POSITIVE_INFINITY,
      this.#nominationWaits() ? (this.#firstValidMs ?? 0) + relayGraceMs : Number.POSITIVE_INFINITY,
      this.#exhausted() ? this.#nextRoundMs : Number.POSITIVE_INFINITY,
    );
  }

  addPath(path: P, now: MonotonicMs): void {
    if (this.#list.addPath(path)) this.#work(now);
  }

  removePath(path: P, now: MonotonicMs): void {
    this.#list.removePath(path);
    this.#work(now);
  }

  setRemote(remote: IceCredentials, now: MonotonicMs): void {
    this.#remote = remote;
    this.#work(now);
  }

  addRemote(candidate: IceCandidate, now: MonotonicMs): boolean {
    const added = this.#list.addRemote(candidate);
    if (added) this.#work(now);
    return added;
  }

  close(): void {
    this.#list.clear();
  }

  /** A Binding request to our ufrag. What it says counts only once it has proved that it knows our password. */
  request(message: StunMessage, path: P, from: Endpoint, now: MonotonicMs): IceVerdict {
    if (!this.#list.hasPath(path)) return 'unknownPath';
    const { verdict, response } = answer(message, from, this.local.pwd, this.#context.role);
    if (response) {
      this.#context.counts.responsesSent += 1;
      this.#context.send(path, from, response);
    }
    if (verdict !== 'accepted') return verdict;
    this.#heard(message, path, from, now);
    this.#work(now);
    return verdict;
  }

  /** The outstanding request that a response answers. */
  transaction(key: string): Transaction<P> | undefined {
    return this.#transactions.find(key);
  }

  response(
    message: StunMessage,
    transaction: Transaction<P>,
    path: P,
    from: Endpoint,
    now: MonotonicMs,
  ): IceVerdict {
    // RFC 8445, 7.2.5.2.1: a path is valid only where it is symmetric.
    if (!transaction.pair.is(path, from)) return 'wrongAddress';
    // Forged ones leave the transaction open: the right answer may still come.
    if (!this.#remote || !verifyIntegrity(message, this.#remote.pwd)) return 'unauthenticated';
    if (!hasValidFingerprint(message)) return 'unauthenticated';
    this.#transactions.end(transaction);
    if (unknownAttributesOf(message).length > 0) {
      // RFC 8489, 6.3.3: the transaction has failed.
      this.#fail(transaction.pair);
    } else if (message.class === 'error') {
      this.#refused(errorCodeOf(message), transaction);
    } else {
      this.#answered(transaction, now);
    }
    this.#work(now);
    return 'accepted';
  }

  /** `carrying`: this session's selected pair is the one in use, so that its consent is kept up. */
  tick(now: MonotonicMs, carrying: boolean): void {
    for (const transaction of this.#transactions.due(now)) this.#overdue(transaction, now);
    const due = this.#consent?.checkDue(now, this.#spread());
    if (due && carrying && this.#selected) this.#ask(this.#selected, 'consent', now);
    this.#work(now);
  }

  #spread(): number {
    return (this.#context.random(1)[0] ?? 0) / 255;
  }

  /** RFC 8445, 7.3.1.3 to 7.3.1.5. */
  #heard(message: StunMessage, path: P, from: Endpoint, now: MonotonicMs): void {
    const priority = priorityOf(message);
    let pair = this.#list.find(path, from);
    if (!pair && priority !== undefined) pair = this.#list.learn(path, from, priority, this.#selected);
    if (!pair) return;
    pair.heardMs = now;
    if (pair === this.#selected) this.#consent?.heard(now);
    if (pair.told === 'nothing') {
      pair.told = 'authenticated';
      this.#context.authenticated(pair);
    }
    const { controlling } = this.#context.role;
    if (wantsCandidate(message) && !controlling) pair.wantedMs = now;
    switch (pair.state) {
      case 'succeeded':
        // An answer from long ago does not say that the pair works now. Another one was taken while it did not.
        if (isFresh(pair, now) || pair === this.#selected) break;
        if (!this.#selected || isBetter(pair, this.#selected, controlling)) this.#list.trigger(pair);
        break;
      case 'inProgress':
        this.#hasten(pair, now);
        break;
      case 'waiting':
      case 'failed':
        this.#list.trigger(pair);
        break;
    }
  }

  /** The peer's check came through, so ours, perhaps lost at a NAT that was still closed, is sent again once. */
  #hasten(pair: CandidatePair<P>, now: MonotonicMs): void {
    const transaction = this.#transactions.of(pair, 'check');
    if (!transaction || transaction.hastened || transaction.sends >= maxSends) return;
    transaction.hastened = true;
    if (transaction.lastSentMs < now) this.#sendAgain(transaction, now);
  }

  #answered({ pair, purpose, sentAgain, lastSentMs }: Transaction<P>, now: MonotonicMs): void {
    // Karn's rule: the answer to something sent twice tells no time, unless there is none at all yet.
    if (!sentAgain || pair.roundTripMs === undefined) pair.roundTripMs = now - lastSentMs;
    // Its mapped address is not needed: whatever our packets are seen as, they leave by this path's base.
    pair.answeredMs = now;
    pair.state = 'succeeded';
    this.#firstValidMs ??= now;
    if (pair.told !== 'validated') {
      pair.told = 'validated';
      this.#context.validated(pair);
    }
    if (purpose === 'nominate' && this.#context.role.controlling) {
      pair.nominated = true;
      if (pair !== this.#selected) this.#select(pair, now);
    }
    if (pair === this.#selected) this.#consent?.answered(now);
  }

  #refused(code: number | undefined, { pair, purpose, controlling }: Transaction<P>): void {
    const { role } = this.#context;
    if (code === stunErrors.roleConflict) {
      // RFC 8445, 7.2.5.1: take the other role, or find it taken meanwhile, and check again.
      if (role.yield(controlling) || role.controlling !== controlling) {
        if (pair.state === 'inProgress') this.#list.trigger(pair);
      } else this.#fail(pair);
    } else if (purpose !== 'consent') this.#fail(pair);
    else if (code === stunErrors.forbidden && pair === this.#selected) this.#consent?.revoke();
  }

  #overdue(transaction: Transaction<P>, now: MonotonicMs): void {
    if (transaction.sends < maxSends) {
      this.#sendAgain(transaction, now);
      return;
    }
    this.#transactions.end(transaction);
    if (transaction.purpose === 'check' && transaction.pair.state === 'inProgress') {
      transaction.pair.state = 'failed';
    }
  }

  #sendAgain(transaction: Transaction<P>, now: MonotonicMs): void {
    this.#transactions.countSent(transaction, now);
    this.#context.counts.requestsSent += 1;
    this.#context.send(transaction.pair.path, transaction.pair.endpoint, transaction.message);
  }

  /** Does all that can be done now: begins checks, selects, nominates. */
  #work(now: MonotonicMs): void {
    const lost = this.#consent?.lost(now) ?? false;
    if (lost && !this.#searching) {
      this.#list.requeue((pair) => pair !== this.#selected && pair.state !== 'inProgress');
    }
    this.#searching = lost;
    if (this.#exhausted() && now >= this.#nextRoundMs) {
      this.#nextRoundMs = now + nextRoundMs;
      this.#list.requeue(() => true);
    }
    this.#reselect(now);
    this.#nominate(now);
    if (!this.#ordinary) this.#rest();
    while (this.#remote) {
      const pair = this.#list.next(this.#ordinary);
      if (!pair || !this.#context.pacer.take(now)) return;
      this.#transactions.forget(({ pair: other, purpose }) => other === pair && purpose === 'check');
      this.#list.begin(pair);
      this.#ask(pair, 'check', now);
    }
  }

  /** Checks that nobody asks for go on until the peers have settled on a pair. */
  get #ordinary(): boolean {
    return this.#searching || !this.#selected || !isSettled(this.#selected, this.#context.role.controlling);
  }

  /** The peers have settled, so checks end of pairs over which the peer never came (RFC 8445, 8.1.2). */
  #rest(): void {
    this.#transactions.forget(({ pair, purpose }) => {
      if (purpose !== 'check' || pair.state !== 'inProgress' || pair.heardMs !== undefined) return false;
      pair.state = 'waiting';
      return true;
    });
  }

  /** Nothing is selected, and nothing under way. */
  #exhausted(): boolean {
    const { pairs } = this.#list;
    return !this.#selected && pairs.length > 0 && pairs.every(({ state }) => state === 'failed');
  }

  #ask(pair: CandidatePair<P>, purpose: Purpose, now: MonotonicMs): void {
    const { role, counts } = this.#context;
    if (!this.#remote) return;
    const transactionId = this.#context.transactionId();
    const { path, endpoint } = pair;
    const message = connectivityCheck({
      transactionId,
      username: { to: this.#remote.ufrag, from: this.local.ufrag },
      password: this.#remote.pwd,
      priority: candidatePriority('prflx', path.transport, path.preference),
      role: role.claim,
      useCandidate: purpose === 'nominate',
    });
    const key = transactionId.toString('hex');
    this.#transactions.begin({ key, pair, purpose, controlling: role.controlling, message }, now);
    counts.requestsSent += 1;
    if (purpose === 'consent') counts.consentChecksSent += 1;
    this.#context.send(path, endpoint, message);
  }

  #reselect(now: MonotonicMs): void {
    for (const pair of this.#list.pairs) {
      if (pair !== this.#selected && isFresh(pair, now) && this.#overtakes(pair)) this.#select(pair, now);
    }
  }

  #overtakes(pair: CandidatePair<P>): boolean {
    const selected = this.#selected;
    if (!selected) return true;
    // Lost, so whatever answered later is better.
    if (this.#searching) return (pair.answeredMs ?? 0) > (selected.answeredMs ?? 0);
    // What the peer is just being told stands.
    if (this.#transactions.of(selected, 'nominate')) return false;
    return isBetter(pair, selected, this.#context.role.controlling);
  }

  #select(pair: CandidatePair<P>, now: MonotonicMs): void {
    this.#selected = pair;
    this.#searching = false;
    this.#consent = new Consent(pair.answeredMs ?? now, now + consentWaitMs(this.#spread()));
    if (pair.heardMs !== undefined && pair.heardMs > (pair.answeredMs ?? 0))
      this.#consent.heard(pair.heardMs);
  }

  /** Controlling: asks for the selected pair, or for one that was found to be better (RFC 8445, 8.1.1). */
  #nominate(now: MonotonicMs): void {
    const pair = this.#selected;
    if (!pair || pair.nominated || !this.#context.role.controlling || !this.#remote) return;
    if (this.#nominationWaits() && now < (this.#firstValidMs ?? 0) + relayGraceMs) return;
    // One at a time, so that the peer cannot hear of two in the wrong order.
    if (!this.#transactions.has('nominate')) this.#ask(pair, 'nominate', now);
  }

  /** A relayed pair is valid, and a direct one may still be. */
  #nominationWaits(): boolean {
    const pair = this.#selected;
    if (!pair?.relayed || pair.nominated || !this.#context.role.controlling) return false;
    if (this.#transactions.has('nominate')) return false;
    return this.#list.pairs.some(
      ({ relayed, state }) => !relayed && (state === 'waiting' || state === 'inProgress'),
    );
  }

  #fail(pair: CandidatePair<P>): void {
    pair.state = 'failed';
    pair.nominated = false;
    if (pair === this.#selected) this.#deselect();
  }

  #gone(pair: CandidatePair<P>): void {
    this.#transactions.forget((transaction) => transaction.pair === pair);
    if (pair === this.#selected) this.#deselect();
    this.#context.gone(pair);
  }

  #deselect(): void {
    this.#selected = undefined;
    this.#consent = undefined;
    this.#searching = false;
  }
}
