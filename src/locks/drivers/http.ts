import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { durationBetween } from '../../protocol/duration.ts';
import { httpAddress } from '../../protocol/secret.ts';
import type { Driven, LockDriver, LockKind, LockNote } from '../kind.ts';
import type { Direction } from '../states.ts';

const HttpLockOptions = z
  .strictObject({
    unlock: httpAddress.describe('What opens it; a secret'),
    lock: httpAddress.optional().describe('What locks it; a secret. Not needed where it locks by itself'),
    method: z.enum(['GET', 'POST', 'PUT']).default('POST').describe('How the address is asked'),
    holds: durationBetween('100ms', '1h')
      .optional()
      .describe('It locks by itself after this time: a relay with a timer'),
    timeout: durationBetween('100ms', '15s').prefault('5s').describe('What has not answered by then hangs'),
  })
  .refine(({ lock, holds }) => lock !== undefined || holds !== undefined, {
    path: ['lock'],
    error: 'how it is locked, or `holds` where it locks by itself',
  });
type HttpLockOptions = z.output<typeof HttpLockOptions>;

/** A lock or relay of another maker, by its HTTP interface. What it says of itself comes by sensors. */
export const httpLock: LockKind<typeof HttpLockOptions> = {
  kind: 'http',
  options: HttpLockOptions,
  holdsMs: ({ holds }) => holds,
  check: async ({ unlock }) => notes(new URL(unlock.reveal())),
  open: (options) => new HttpLock(options),
};

class HttpLock implements LockDriver {
  readonly #options: HttpLockOptions;

  constructor(options: HttpLockOptions) {
    this.#options = options;
  }

  start(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async drive(to: Direction, signal: AbortSignal): Promise<Driven> {
    const { method, timeout } = this.#options;
    const address = this.#options[to];
    // It locks by itself; its time is the machine's to keep.
    if (!address) return { result: 'done' };
    const late = AbortSignal.timeout(timeout);
    try {
      const answer = await fetch(address.reveal(), {
        method,
        // What is meant for one host goes to no other.
        redirect: 'manual',
        signal: AbortSignal.any([late, signal]),
      });
      await answer.body?.cancel();
      return answer.ok ? { result: 'done' } : failed(`it answers ${answer.status}`, false);
    } catch {
      return late.aborted
        ? failed(`no answer within ${timeout / 1000} s`, true)
        : failed('it cannot be reached', true);
    }
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function failed(detail: string, moved: boolean): Driven {
  return { result: 'failed', moved, error: new VedetteError('lock/not-driven', { detail }) };
}

function notes({ protocol, hostname }: URL): readonly LockNote[] {
  return [
    { text: `whoever runs ${hostname}, and whoever may ask it, can unlock without us` },
    ...(protocol === 'http:' ? [{ text: 'not encrypted: the network between can read and repeat it' }] : []),
  ];
}
