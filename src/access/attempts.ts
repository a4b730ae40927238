import type { MonotonicMs } from '../clock.ts';

/** Wrong secrets an address may try at once; a person with a bad link stays far below. */
const burst = 10;
/** One more try after this long. */
const refillMs = 6_000;
/** Addresses remembered; the one that tried longest ago is forgotten first. */
const maxAddresses = 1024;

interface Bucket {
  tries: number;
  at: MonotonicMs;
}

/** Counts wrong secrets by address: a token bucket each. */
export class Attempts {
  readonly #buckets = new Map<string, Bucket>();

  /** Milliseconds until `address` may try again; 0 where it may now. */
  waitMs(address: string, now: MonotonicMs): number {
    const bucket = this.#buckets.get(networkOf(address));
    if (bucket === undefined) return 0;
    const tries = refilled(bucket, now);
    return tries >= 1 ? 0 : Math.ceil((1 - tries) * refillMs);
  }

  /** A wrong secret came from `address`. */
  failed(address: string, now: MonotonicMs): void {
    const key = networkOf(address);
    const bucket = this.#buckets.get(key);
    const tries = bucket === undefined ? burst : refilled(bucket, now);
    this.#buckets.delete(key); // the map's order is the order of the last failure
    this.#buckets.set(key, { tries: Math.max(0, tries - 1), at: now });
    if (this.#buckets.size <= maxAddresses) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}

const refilled = (bucket: Bucket, now: MonotonicMs): number =>
  Math.min(burst, bucket.tries + (now - bucket.at) / refillMs);

/** A host owns its whole IPv6 /64 (RFC 7721), so that is what is counted; an IPv4 address counts alone. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.toLowerCase().startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::')
    ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
    : [];
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
