import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { MonotonicMs } from '../../clock.ts';
import type { Endpoint } from '../endpoint.ts';
import { addressQuery, mappedAddressOf } from '../stun/binding.ts';
import { type StunMessage, transactionIdBytes } from '../stun/message.ts';
import { type Asker, transactionPrefixBytes } from './demultiplexer.ts';
import type { IceUrl } from './ice-url.ts';
import type { WirePath } from './path.ts';

/** RFC 8489, 6.2.1: 500 ms, doubled; five tries are 15 s, and who waits has long had the other candidates. */
const firstRetryMs = 500;
const maxTries = 5;
/** A name server that is gone takes up to 10 s to say so. */
const askAgainMs = 10_000;
/** Questions under way at once. */
const maxOpen = 16;

/** The device's address as the other side of a NAT sees it. */
export interface ReflexiveAddress {
  readonly path: WirePath;
  readonly address: Endpoint;
}

/**
 * Asks STUN servers for the device's address outside (RFC 8445, 5.1.1.2). There is one socket for all sessions, so
 * what was learned for one serves the next, whose answer need not wait: it is asked again with each session.
 */
export class ReflexiveAddresses implements Asker {
  readonly prefix = randomBytes(transactionPrefixBytes);
  readonly #servers: readonly IceUrl[];
  readonly #paths: () => readonly WirePath[];
  /** By path and server: behind some NATs each server sees another address. */
  readonly #known = new Map<string, ReflexiveAddress>();
  #askedAt = Number.NEGATIVE_INFINITY;
  readonly #open = new Map<
    string,
    { readonly path: WirePath; readonly server: Endpoint; timer?: NodeJS.Timeout }
  >();
  readonly #listeners = new Set<(found: ReflexiveAddress) => void>();
  #closed = false;

  constructor(servers: readonly IceUrl[], paths: () => readonly WirePath[]) {
    this.#servers = servers;
    this.#paths = paths;
  }

  /** What is known just now. */
  get known(): readonly ReflexiveAddress[] {
    return [...this.#known.values()];
  }

  /** Calls `listener` with each address that is new, until the returned function is called. */
  onFound(listener: (found: ReflexiveAddress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks every server anew, unless it was just done: names are looked up on few threads that files need too. */
  ask(now: MonotonicMs): void {
    if (now - this.#askedAt < askAgainMs) return;
    this.#askedAt = now;
    for (const server of this.#servers) void this.#ask(server);
  }

  response(message: StunMessage, path: WirePath, from: Endpoint): void {
    const id = message.transactionId.toString('latin1');
    const asked = this.#open.get(id);
    if (asked?.path !== path || asked.server.address !== from.address || asked.server.port !== from.port)
      return;
    clearTimeout(asked.timer);
    this.#open.delete(id);
    const address = message.class === 'success' ? mappedAddressOf(message) : undefined;
    if (!address) return;
    const key = `${path.id} ${from.address} ${from.port}`;
    const before = this.#known.get(key)?.address;
    if (before?.address === address.address && before.port === address.port) return;
    const found = { path, address };
    this.#known.set(key, found);
    for (const listener of this.#listeners) listener(found);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#open.clear();
    this.#listeners.clear();
  }

  async #ask({ host, port }: IceUrl): Promise<void> {
    // A name that is not found costs the address outside, nothing else.
    const addresses = await lookup(host, { all: true }).catch(() => []);
    if (this.#closed) return;
    for (const path of this.#paths()) {
      const found = addresses.find(({ family }) => family === path.family);
      if (found) this.#query(path, { address: found.address, port }, 1, firstRetryMs);
    }
  }

  #query(path: WirePath, server: Endpoint, tries: number, retryMs: number): void {
    if (this.#open.size >= maxOpen) return;
    const id = Buffer.concat([this.prefix, randomBytes(transactionIdBytes - transactionPrefixBytes)]);
    const key = id.toString('latin1');
    const timer = setTimeout(() => {
      this.#open.delete(key);
      if (tries < maxTries) this.#query(path, server, tries + 1, 2 * retryMs);
    }, retryMs);
    this.#open.set(key, { path, server, timer });
    path.send(server, addressQuery(id));
  }
}
