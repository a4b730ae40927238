import { join } from 'node:path';
import { newIdentity } from '../../../bench/trail.ts';
import type { TrustIdentity } from '../../../src/access/trust/head-signer.ts';
import { Trust } from '../../../src/access/trust/trust.ts';
import { verifyTrail } from '../../../src/access/trust/verify-trail.ts';
import { systemClock } from '../../../src/clock.ts';
import { VedetteError } from '../../../src/errors.ts';
import type { Logger } from '../../../src/log.ts';
import type { TrustFigure } from '../check.ts';

const row = { kind: 'counter', id: 'seen', body: { id: 'seen', value: 1 } } as const;

/** A device's trust store on the disk that goes wrong: what it took, and what it refused. */
export class TrustLife {
  readonly #folder: string;
  readonly #log: Logger;
  #identity: TrustIdentity | undefined;
  #trust: Trust | undefined;
  /** Numbers of entries. */
  readonly #acknowledged: number[] = [];
  refused = 0;
  /** Changes that failed for another reason than the disk. */
  #otherwise = 0;

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** @returns how many rows it began with. */
  async start(): Promise<number> {
    this.#identity ??= await newIdentity();
    const identity = this.#identity;
    this.#trust = new Trust({ folder: this.#folder, identity, clock: systemClock, log: this.#log });
    return (await this.#trust.start()).length;
  }

  async change(): Promise<void> {
    try {
      const audit = [{ type: 'request', title: 'Disk' }] as const;
      for (const { seq } of (await this.#trust?.commit({ put: [row], audit })) ?? [])
        this.#acknowledged.push(seq);
    } catch (error) {
      if (error instanceof VedetteError && error.code === 'trust/unwritable') this.refused += 1;
      else this.#otherwise += 1;
    }
  }

  async stop(): Promise<void> {
    await this.#trust?.stop();
  }

  /** Whether a change is taken now. */
  async takes(): Promise<boolean> {
    const before = this.#acknowledged.length;
    await this.change();
    return this.#acknowledged.length > before;
  }

  /** When it is stopped. */
  async figures(): Promise<readonly TrustFigure[]> {
    const report = await verifyTrail(join(this.#folder, 'trust.sqlite'), {
      publicKey: this.#identity?.publicKey ?? '',
    });
    const lost = this.#acknowledged.filter((seq) => seq > report.entries).length;
    const none = { atMost: 0 };
    return [
      { what: 'trust: changes taken', value: this.#acknowledged.length, unit: '', must: { atLeast: 10 } },
      { what: 'trust: changes taken and lost', value: lost, unit: '', must: none },
      { what: 'trust: changes that failed otherwise', value: this.#otherwise, unit: '', must: none },
      { what: 'trust: bad entries in the end', value: report.bad ? 1 : 0, unit: '', must: none },
    ];
  }
}
