import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { VedetteError } from '../../errors.ts';
import type { Succession, SuccessionLink } from '../../identity/succession.ts';
import type { Logger } from '../../log.ts';
import { type AuditDraft, AuditEntry } from '../../protocol/access.ts';
import type { Receipt } from '../../protocol/request.ts';
import { SqliteThread } from '../../sqlite-thread.ts';
import type { EntriesQuery } from './audit-table.ts';
import { hasBegun, setBegun } from './begun.ts';
import { trustFileName } from './database.ts';
import { HeadSigner, type TrustIdentity } from './head-signer.ts';
import type {
  AnsweringChange,
  Asked,
  Claim,
  Loaded,
  Operations,
  TrustChange,
  Written,
} from './operations.ts';
import type { ClaimedRequest } from './request-table.ts';
import { TrustRow } from './row.ts';
import type { TrustThreadData } from './thread-data.ts';
import { firstKey, signerOf } from './trail-keys.ts';

/** The thread's file beside this one: `.ts` from the sources, `.js` where they are built. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export interface TrustOptions {
  /** The device's state folder. */
  readonly folder: string;
  readonly identity: TrustIdentity;
  readonly clock: Clock;
  readonly log: Logger;
}

export type ClaimResult =
  | { readonly result: 'new'; readonly entries: readonly AuditEntry[] }
  /** The same request again; without a receipt it is still under way. */
  | { readonly result: 'known'; readonly receipt?: Receipt }
  /** The id was used by another key, or for other bytes. */
  | { readonly result: 'other' };

interface Believed {
  readonly rows: readonly TrustRow[];
  /** Of the device's key, since the trail was signed last. */
  readonly changes: Succession;
}

type Thread = SqliteThread<Omit<Operations, 'close'>>;

/**
 * People, keys, grants, requests and the audit trail: `trust.sqlite`. A change and what is written of it are one
 * transaction, and on the disk when the promise resolves. A change that the disk refused may be there all the same
 * after a crash, as after a power cut; what was acknowledged always is.
 */
export class Trust {
  readonly #options: TrustOptions;
  readonly #signer: HeadSigner;
  /** Taken by this process and without a last word yet. */
  readonly #underWay = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #startedThread: Thread | undefined;
  #refusal: VedetteError | undefined;
  /** Changes go one after another, so that a head is signed before too much follows it. */
  #line: Promise<void> = Promise.resolve();

  constructor(options: TrustOptions) {
    this.#options = options;
    const { identity, log } = options;
    this.#signer = new HeadSigner({ identity, log, keep: (head) => this.#thread.call('addHead', head) });
  }

  /** What is wrong with the file, in a sentence; then nothing can be changed, and whoever only looks goes on. */
  get trouble(): string | undefined {
    return this.#refusal?.message;
  }

  /** Code and sentence of {@link trouble}. */
  get refusal(): { readonly code: string; readonly reason: string } | undefined {
    return this.#refusal && { code: this.#refusal.code, reason: this.#refusal.message };
  }

  /** Calls `listener` when {@link trouble} begins. */
  onTrouble(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** @returns all rows; none where {@link trouble} says why. */
  async start(): Promise<readonly TrustRow[]> {
    const { folder, log } = this.#options;
    const mayCreate = !(await hasBegun(folder));
    this.#startedThread = this.#newThread(mayCreate);
    try {
      const loaded = await this.#thread.call('load');
      const { rows, changes } = await this.#believed(loaded);
      await this.#mendEnd(loaded, changes);
      if (mayCreate) await this.#setBegun();
      return rows;
    } catch (error) {
      // Where there never was one, there is nothing to miss: it is begun as soon as the disk takes it.
      if (mayCreate && !isDamage(error) && !existsSync(join(folder, trustFileName)))
        log.warn({ detail: String(error) }, 'the trust store is not begun yet');
      else this.#refuse(error);
      return [];
    }
  }

  /**
   * @param change with `request`, that one is taken by it, with its last word
   * @throws VedetteError `trust/damaged`, `trust/unwritable`
   */
  commit(change: AnsweringChange): Promise<readonly AuditEntry[]> {
    return this.#change(change, async (checked, now) => {
      const written = await this.#thread.call('commit', checked, now);
      return { result: written.entries, written };
    });
  }

  /** Whether a request was taken before. @throws VedetteError `trust/damaged`, `trust/unwritable` */
  async asked(request: ClaimedRequest): Promise<Asked> {
    if (this.#refusal) throw this.#refusal;
    return await this.#thread.call('asked', request);
  }

  /**
   * Takes a request that moves something: with `change`, or not at all.
   * @throws VedetteError `trust/damaged`, `trust/unwritable`
   */
  async claim(request: ClaimedRequest, change: TrustChange): Promise<ClaimResult> {
    const claim = await this.#change<Claim>(change, async (checked, now) => {
      const result = await this.#thread.call('claim', request, checked, now);
      if (result.result !== 'new') return { result };
      this.#underWay.add(request.id);
      return { result, written: result.written };
    });
    if (claim.result === 'new') return { result: 'new', entries: claim.written.entries };
    if (claim.result === 'other' || claim.receipt || this.#underWay.has(request.id)) return claim;
    // The start could not say that it was cut short.
    return { result: 'known', receipt: await this.#interrupted(request) };
  }

  /**
   * Gives a request its last word, which whoever asks again is told.
   * @throws VedetteError `trust/damaged`, `trust/unwritable`
   */
  async settle(id: string, receipt: Receipt, change: TrustChange): Promise<readonly AuditEntry[]> {
    const entries = await this.#change(change, async (checked, now) => {
      const written = await this.#thread.call('settle', id, receipt, checked, now);
      return { result: written.entries, written };
    });
    this.#underWay.delete(id);
    return entries;
  }

  /** Newest first. @throws VedetteError `trust/damaged`, `trust/unwritable` */
  async entries(query: EntriesQuery): Promise<readonly AuditEntry[]> {
    if (this.#refusal) throw this.#refusal;
    return await this.#thread.call('entries', query);
  }

  /** Signs what is not signed yet, and closes the file. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#startedThread) return;
    this.#signer.setDue();
    await this.#inLine(() => this.#signEnd());
    await this.#startedThread.stop();
  }

  get #thread(): Thread {
    if (!this.#startedThread) throw new Error('the trust store was not started');
    return this.#startedThread;
  }

  #newThread(mayCreate: boolean): Thread {
    const { folder, identity } = this.#options;
    return new SqliteThread({
      program,
      data: {
        path: join(folder, trustFileName),
        firstKey: firstKey(identity),
        mayCreate,
      } satisfies TrustThreadData,
      failure: (fault, detail) =>
        new VedetteError(fault === 'damaged' ? 'trust/damaged' : 'trust/unwritable', { detail }),
    });
  }

  /** Does `work` when its turn comes, and signs the trail's end after it, for which nobody waits. */
  async #change<Result>(
    change: AnsweringChange,
    work: (checked: AnsweringChange, now: number) => Promise<{ result: Result; written?: Written }>,
  ): Promise<Result> {
    const { audit } = change;
    const checked = { ...change, audit: audit.map(checkedDraft) };
    const done = Promise.withResolvers<Result>();
    void this.#inLine(async () => {
      try {
        if (this.#refusal) throw this.#refusal;
        const { result, written } = await work(checked, this.#options.clock.wall());
        if (written) this.#signer.grew(written.tail, audit);
        done.resolve(result);
      } catch (error) {
        if (isDamage(error)) this.#refuse(error);
        done.reject(error);
      }
      await this.#signEnd();
    });
    return await done.promise;
  }

  /** @param work never rejects */
  #inLine(work: () => Promise<void>): Promise<void> {
    this.#line = this.#line.then(work);
    return this.#line;
  }

  async #signEnd(): Promise<void> {
    if (!this.#refusal) await this.#signer.sign();
  }

  /** The rows, where all is as it was left. @throws VedetteError `trust/damaged` */
  async #believed({ rows, tail, head }: Loaded): Promise<Believed> {
    const { succession = [] } = this.#options.identity;
    const signer = head && (await signerOf(this.#options.identity, head));
    if (head && signer === undefined)
      throw new VedetteError('trust/damaged', { detail: 'its audit trail was not signed by this device' });
    const { success, data, error } = TrustRow.array().safeParse(rows);
    if (!success) {
      const [issue] = error.issues;
      const detail = `a row cannot be read: ${issue?.path.join('.')}: ${issue?.message}`;
      throw new VedetteError('trust/damaged', { detail });
    }
    this.#signer.begin(tail, head);
    return { rows: data, changes: signer === undefined ? [] : succession.slice(signer) };
  }

  /** Settles and signs what a process that ended without a word left behind, and what was done while none ran. */
  async #mendEnd({ unsettled }: Loaded, changes: Succession): Promise<void> {
    try {
      // Signed by the new key, and so said until that is on the disk.
      if (changes.length > 0) await this.commit({ audit: changes.map(keyChanged) });
      for (const request of unsettled) await this.#interrupted(request);
    } catch (error) {
      // Whoever asks again is told then.
      this.#options.log.warn({ detail: String(error) }, 'requests that were cut short are not settled yet');
    }
    this.#signer.setDue();
    await this.#inLine(() => this.#signEnd());
  }

  async #setBegun(): Promise<void> {
    const { folder, log } = this.#options;
    try {
      await setBegun(folder);
    } catch (error) {
      log.warn({ detail: String(error) }, 'that the trust store has begun is written down at the next start');
    }
  }

  async #interrupted({ id, key }: ClaimedRequest): Promise<Receipt> {
    const { code, message: reason } = new VedetteError('request/interrupted');
    const receipt: Receipt = { id, state: 'refused', code, reason };
    const title = 'A request was cut short: the device ended before it was done';
    await this.settle(id, receipt, { audit: [{ type: 'request', title, request: id, key }] });
    return receipt;
  }

  #refuse(error: unknown): void {
    const refusal =
      error instanceof VedetteError ? error : new VedetteError('trust/damaged', { detail: String(error) });
    const isNew = this.#refusal === undefined;
    this.#refusal = refusal;
    if (!isNew) return;
    this.#options.log.error({ code: refusal.code }, refusal.message);
    for (const listener of this.#listeners) listener();
  }
}

const keyChanged = ({ from, to, time }: SuccessionLink): AuditDraft => ({
  ...{ type: 'device', title: "The device's key was changed", detail: { from, to, at: time } },
});

const Draft = AuditEntry.omit({ seq: true, time: true, title: true });

/** @throws ZodError where it is no entry; a title may be of any length. */
function checkedDraft({ title, ...draft }: AuditDraft): AuditDraft {
  return { ...Draft.parse(draft), title };
}

function isDamage(error: unknown): boolean {
  return error instanceof VedetteError && error.code === 'trust/damaged';
}
