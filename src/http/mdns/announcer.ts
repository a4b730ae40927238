import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { MulticastDNS, ResponseOutgoingPacket, ResponsePacket } from 'multicast-dns';
import type { Logger } from '../../log.ts';
import {
  answersTo,
  goodbye,
  isTaken,
  legacy,
  type MdnsRecord,
  type MdnsService,
  recordsOf,
} from './records.ts';

/** RFC 6762, 2. */
const mdnsPort = 5353;
/** Three probes, a quarter of a second apart, before a name is taken (RFC 6762, 8.1). */
const probes = 3;
const probeMs = 250;
/** Two announcements, a second apart (RFC 6762, 8.3). */
const announcements = 2;
const announceMs = 1_000;

/** A way out of the machine, with the addresses that are reached by it. */
export interface MdnsInterface {
  /** IPv4 address, which names the interface to the system. */
  readonly address: string;
  readonly addresses: readonly string[];
}

export interface MdnsOptions {
  readonly log: Logger;
  readonly port?: number;
  /** By default all that are not loopback. */
  readonly interfaces?: () => readonly MdnsInterface[];
}

/** Says on the local network who `<device>.local` is (RFC 6762), and that a page is there (RFC 6763). */
export class MdnsAnnouncer {
  readonly #service: MdnsService;
  readonly #log: Logger;
  readonly #port: number;
  readonly #interfaces: () => readonly MdnsInterface[];
  readonly #stopping = new AbortController();
  #mdns: MulticastDNS | undefined;
  #socket: Socket | undefined;
  #announcing: Promise<void> = Promise.resolve();
  #announced = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(service: MdnsService, { log, port = mdnsPort, interfaces = outwardInterfaces }: MdnsOptions) {
    this.#service = service;
    this.#log = log;
    this.#port = port;
    this.#interfaces = interfaces;
  }

  /**
   * Begins: the name is probed and announced meanwhile. The device works without it, so nothing here fails: where
   * the port cannot be had, or another device has the name, the log says so.
   */
  async start(): Promise<void> {
    const { default: multicastDns } = await import('multicast-dns');
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const mdns = multicastDns({ socket, port: this.#port, bind: '0.0.0.0', ...this.#joined() });
    this.#socket = socket;
    this.#mdns = mdns;
    mdns.on('error', (error: Error) =>
      this.#log.warn({ reason: error.message }, 'no mDNS: the .local name will not work'),
    );
    mdns.on('warning', (error: Error) => this.#log.debug({ reason: error.message }, 'mDNS'));
    mdns.on('networkInterface', () => {
      if (this.#announced) void this.#everywhere((records) => records);
    });
    mdns.on('query', ({ id, questions = [], answers = [] }, rinfo) => {
      if (!this.#announced) return;
      const query = { questions, known: answers };
      if (rinfo.port === this.#port) {
        void this.#everywhere((records) => answersTo(query, records));
        return;
      }
      // A plain resolver: to itself, with its own id and question (RFC 6762, 6.7).
      const records = this.#interfaces().flatMap(({ addresses }) => recordsOf(this.#service, addresses));
      const found = legacy(answersTo({ questions, known: [] }, records));
      if (found.length === 0) return;
      const response = { id, questions, answers: outgoing(found) };
      void this.#sent((done) => mdns.respond(response, { port: rinfo.port, address: rinfo.address }, done));
    });
    this.#announcing = this.#announce(mdns, socket).catch((error: Error) => {
      if (!this.#stopping.signal.aborted)
        this.#log.warn({ reason: error.message }, 'the .local name was not announced');
    });
  }

  /** Takes the name back and gives up the port. Idempotent. */
  async stop(): Promise<void> {
    const mdns = this.#mdns;
    if (mdns === undefined) return;
    this.#mdns = undefined;
    this.#stopping.abort();
    await this.#announcing;
    if (this.#announced) await this.#everywhere(goodbye, mdns);
    this.#announced = false;
    await new Promise<void>((resolve) => mdns.destroy(resolve));
  }

  /** Resolves when the name was announced, or when it turned out that it cannot be. */
  get announced(): Promise<void> {
    return this.#announcing;
  }

  async #announce(mdns: MulticastDNS, socket: Socket): Promise<void> {
    const { signal } = this.#stopping;
    // Binding is the library's; it is in vain where the port is somebody's alone.
    await Promise.race([
      once(socket, 'listening', { signal }),
      once(socket, 'error', { signal }).then(([e]) => Promise.reject(e as Error)),
    ]);
    const { hostName } = this.#service;
    let taken = false;
    const listen = ({ answers = [] }: ResponsePacket): void => {
      taken ||= isTaken(
        hostName,
        answers,
        this.#interfaces().flatMap(({ addresses }) => addresses),
      );
    };
    mdns.on('response', listen);
    const questions = (['A', 'AAAA'] as const).map((type) => ({ name: hostName, type }));
    for (let n = 0; n < probes && !taken; n++) {
      void this.#onEach(() => this.#sent((done) => mdns.query({ questions }, done)));
      await delay(probeMs, undefined, { signal });
    }
    mdns.off('response', listen);
    if (taken) {
      this.#log.warn({ name: hostName }, 'another device has this name: give the device another one');
      return;
    }
    this.#announced = true;
    for (let n = 0; n < announcements; n++) {
      if (n > 0) await delay(announceMs, undefined, { signal });
      await this.#everywhere((records) => records);
    }
  }

  /** Sends, by each interface, what `choose` takes of the records that are true there. */
  #everywhere(
    choose: (records: readonly MdnsRecord[]) => readonly MdnsRecord[],
    mdns = this.#mdns,
  ): Promise<void> {
    return this.#onEach(async (addresses) => {
      const records = choose(recordsOf(this.#service, addresses));
      if (records.length === 0 || mdns === undefined) return;
      await this.#sent((done) => mdns.respond({ answers: outgoing(records) }, done));
    });
  }

  /** Does `send` with each interface in turn as the way out; one such round after another. */
  #onEach(send: (addresses: readonly string[]) => Promise<void>): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      for (const { address, addresses } of this.#interfaces()) {
        try {
          this.#socket?.setMulticastInterface(address);
        } catch (error) {
          this.#log.debug({ reason: (error as Error).message }, 'mDNS: an interface is gone');
          continue;
        }
        await send(addresses);
      }
    });
    return this.#sending;
  }

  /** Resolves when the system has taken the packet, or refused it: the next announcement is another try. */
  #sent(send: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve) => {
      send((error) => {
        if (error) this.#log.debug({ reason: error.message }, 'mDNS: not sent');
        resolve();
      });
    });
  }

  /** Where a caller chose the interfaces, the library joins those alone; else all, and those that come. */
  #joined(): { readonly interface?: string } {
    if (this.#interfaces === outwardInterfaces) return {};
    const first = this.#interfaces()[0];
    return first === undefined ? {} : { interface: first.address };
  }
}

function outwardInterfaces(): readonly MdnsInterface[] {
  return Object.values(networkInterfaces()).flatMap((list) => {
    const outward = (list ?? []).filter(({ internal }) => !internal);
    const address = outward.find(({ family }) => family === 'IPv4')?.address;
    return address === undefined ? [] : [{ address, addresses: outward.map((each) => each.address) }];
  });
}

/** The library's types leave no room for `readonly`. */
const outgoing = (records: readonly MdnsRecord[]): ResponseOutgoingPacket['answers'] =>
  records.map((record) => ({ ...record }));
