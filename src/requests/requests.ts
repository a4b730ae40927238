import { denialError, denied } from '../access/denial.ts';
import type { MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { AuditDraft } from '../protocol/access.ts';
import { isMoving, type Request } from '../protocol/request.ts';
import { keyOf, type RequestAsker } from './asker.ts';
import { digestOf } from './digest.ts';
import { type Exchange, type LastWord, refusedBy, type Tell } from './exchange.ts';
import type { RequestContext, RequestKind, RequestParts } from './kind.ts';
import { requestKinds } from './kinds.ts';
import { AskerMemory } from './memory.ts';
import { readRequest } from './read.ts';
import { toldBefore } from './told-before.ts';

/** Refusals that were only counted get into the trail so often; askers that are long gone are forgotten then. */
const sweepEveryMs = 60_000;
/** Of an entry of the trail. */
const maxTitle = 300;

/** Whoever asks just now, with what is in mind of them. */
interface Visitor {
  readonly asker: RequestAsker;
  readonly key: string;
  readonly memory: AskerMemory;
  readonly now: MonotonicMs;
}

/**
 * What people ask of the device, whatever carries it. The order is: rate, length, JSON, schema, whether it is known
 * already, rate of what moves, whether they may; then it is done. What is refused gets into the trail, and where it is
 * too much, its number does.
 */
export class Requests {
  readonly #parts: RequestParts;
  readonly #askers = new Map<string, AskerMemory>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#sweep = setInterval(() => this.#look(), sweepEveryMs);
    this.#sweep.unref();
  }

  /** Puts into the trail what was only counted. What is under way goes on. */
  stop(): void {
    clearInterval(this.#sweep);
    for (const [key, memory] of this.#askers) this.#count(key, memory.refusals.rest());
  }

  /**
   * Takes a request as it came. `tell` hears `accepted` where something is to be moved, and then the last word. Never
   * throws.
   * @returns whether anything will be told; not so when too much is asked, which was told before
   */
  take(text: string, asker: RequestAsker, tell: Tell): boolean {
    const { peer } = asker;
    const key = keyOf(peer);
    // Whom the device knows by name is told why not; everybody else has to be allowed something.
    const known = peer.kind === 'person' || peer.kind === 'code';
    if (key === undefined || (!known && this.#parts.access.scopesOf(peer).length === 0)) {
      tell({ id: '', ...refusedBy(denialError(denied('unknown'))) });
      return true;
    }
    const now = this.#parts.clock.now();
    const memory = this.#askers.get(key) ?? new AskerMemory(now);
    this.#askers.set(key, memory);
    const visitor = { asker, key, memory, now };
    if (!memory.mayAsk(now)) {
      const error = new VedetteError('request/too-many');
      const first = this.#audit(visitor, error, {});
      if (first) tell({ id: '', ...refusedBy(error) });
      return first;
    }
    const read = readRequest(text);
    if ('error' in read) {
      this.#audit(visitor, read.error, { request: read.id });
      tell({ id: read.id, ...refusedBy(read.error) });
      return true;
    }
    this.#answer(read.request, visitor, tell);
    return true;
  }

  #answer(request: Request, visitor: Visitor, tell: Tell): void {
    const { memory, now } = visitor;
    const { id } = request;
    const digest = digestOf(request);
    const known = memory.known(id);
    if (known?.digest === digest) {
      known.join(tell, true);
      return;
    }
    const tooMany = isMoving(request) && !known && !memory.mayMove(now);
    if (known || tooMany) {
      const error = new VedetteError(known ? 'request/other' : 'request/too-many');
      this.#audit(visitor, error, { request: id });
      tell({ id, ...refusedBy(error) });
      return;
    }
    const exchange = memory.begin(id, digest);
    exchange.join(tell, false);
    void this.#run(request, visitor, exchange);
  }

  /** Never rejects. */
  async #run<Type extends Request['type']>(
    request: Extract<Request, { type: Type }>,
    visitor: Visitor,
    exchange: Exchange,
  ): Promise<void> {
    const kind = requestKinds[request.type] as RequestKind<Type>;
    const context = this.#context(visitor, exchange);
    let last: LastWord;
    try {
      const scope = kind.scope?.(request);
      const decision = scope && context.access.authorize(visitor.asker.peer, scope);
      if (decision?.allowed === false) throw denialError(decision);
      last = (kind.once && (await this.#before(context))) || (await kind.run(request, context));
    } catch (error) {
      if (!(error instanceof VedetteError))
        context.log.error({ request: request.type, err: error }, 'a request failed');
      else this.#audit(visitor, error, { request: request.id, words: kind.words(request, this.#parts) });
      last = refusedBy(error);
      // It was not taken: whoever asks the same again is looked at anew, and what has this id in truth stays what it is.
      visitor.memory.forget(request.id);
    }
    if (!kind.keeps) visitor.memory.forget(request.id);
    exchange.settle(last);
  }

  /** What came of it, where it was done before this run. @throws VedetteError `request/other` */
  async #before({ trust, answered }: RequestContext): Promise<LastWord | undefined> {
    const { receipt: _, ...request } = answered({ state: 'done' });
    // What cannot be read cannot be changed either, but for what is taken back, which waits for nothing.
    return toldBefore(await trust.asked(request).catch(() => ({ result: 'new' }) as const));
  }

  #context(visitor: Visitor, exchange: Exchange): RequestContext {
    const { asker, key, memory } = visitor;
    const { id, digest } = exchange;
    return {
      ...this.#parts,
      asker,
      key,
      digest,
      challenges: memory.challenges,
      about: this.#about(asker, id),
      answered: (last) => ({ id, key, digest, receipt: { id, ...last } }),
      accepted: (needs) => exchange.accept(needs),
      refusal: (error, words) =>
        memory.refusals.note(visitor.now, error.code) ? [this.#refusal(asker, error, id, words)] : [],
    };
  }

  #about({ peer, session }: RequestAsker, request: string): RequestContext['about'] {
    return {
      // Whoever looks for somebody finds what they did by whatever way.
      name: peer.kind === 'code' ? peer.name : this.#parts.access.nameOf(peer),
      ...(peer.kind === 'person' ? { person: peer.person, key: peer.key } : {}),
      ...(peer.kind === 'code' ? { person: peer.person, detail: { keypad: peer.keypad.keypad } } : {}),
      ...(session === undefined ? {} : { session }),
      ...(request === '' ? {} : { request }),
    };
  }

  #refusal(asker: RequestAsker, error: VedetteError, request: string, words: string): AuditDraft {
    const about = this.#about(asker, request);
    const title = `${about.name} was refused to ${words}: ${error.message}`.slice(0, maxTitle);
    return { ...about, type: 'refusal', title, detail: { ...about.detail, code: error.code } };
  }

  /** Puts a refusal into the trail, or counts it; says which. */
  #audit(
    { asker, memory, now }: Visitor,
    error: VedetteError,
    { request = '', words = 'ask' }: { readonly request?: string; readonly words?: string },
  ): boolean {
    const single = memory.refusals.note(now, error.code);
    if (single) this.#commit(this.#refusal(asker, error, request, words));
    return single;
  }

  #look(): void {
    const now = this.#parts.clock.now();
    for (const [key, memory] of this.#askers) {
      this.#count(key, memory.refusals.counted(now));
      if (memory.isIdle(now)) this.#askers.delete(key);
    }
  }

  #count(key: string, refusals: number): void {
    if (refusals === 0) return;
    const title = `${refusals} more requests of the same key were refused within a minute`;
    this.#commit({ type: 'refusal', title, key, detail: { refusals } });
  }

  #commit(draft: AuditDraft): void {
    this.#parts.trust.commit({ audit: [draft] }).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, 'a refusal did not get into the trail');
    });
  }
}
