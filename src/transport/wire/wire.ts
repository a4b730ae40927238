import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { IceServer } from '../../protocol/signaling.ts';
import { Demultiplexer } from './demultiplexer.ts';
import { hostAddresses } from './host-addresses.ts';
import { readIceUrl } from './ice-url.ts';
import type { WirePath } from './path.ts';
import { ReflexiveAddresses } from './reflexive.ts';
import { Relays } from './relays.ts';
import { TcpListener, type TcpPath } from './tcp.ts';
import { UdpPath } from './udp.ts';

/** Ports of media; 0 takes any that is free. */
export interface WirePorts {
  readonly udp: number;
  /** ICE over TCP (RFC 6544); false for none. */
  readonly tcp: number | false;
}

export interface WireOptions {
  readonly ports: WirePorts;
  /** The same servers each time, with credentials that hold now. */
  readonly iceServers: () => readonly IceServer[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** An address of the device that a viewer may try. */
export interface HostCandidate {
  readonly transport: 'udp' | 'tcp';
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
}

/** A machine without IPv6, or with it switched off. */
const noFamily: ReadonlySet<string | undefined> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

/** The device's end of the network: one UDP port and one TCP port for the media of all sessions. */
export class Wire {
  readonly demultiplexer = new Demultiplexer();
  readonly reflexive: ReflexiveAddresses;
  readonly relays: Relays;
  readonly #options: WireOptions;
  readonly #tcp: TcpListener;
  readonly #closedListeners = new Set<(path: WirePath) => void>();
  readonly #gathers: boolean;
  #udp: readonly UdpPath[] = [];
  #ports = { udp: 0, tcp: 0 };

  constructor(options: WireOptions) {
    this.#options = options;
    const { iceServers, log } = options;
    const servers = iceServers().flatMap(({ urls }, at) =>
      [urls].flat().flatMap((text) => {
        const url = readIceUrl(text);
        return url ? [{ url, credentials: () => iceServers()[at] ?? {} }] : [];
      }),
    );
    this.#gathers = servers.length > 0;
    const arrival = this.demultiplexer.receive.bind(this.demultiplexer);
    const stun = servers.map(({ url }) => url).filter(({ scheme }) => scheme === 'stun');
    this.reflexive = new ReflexiveAddresses(stun, () => this.#udp);
    this.relays = new Relays(
      servers.filter(({ url }) => url.scheme === 'turn'),
      arrival,
      log,
    );
    this.#tcp = new TcpListener({
      arrival,
      closed: (path) => {
        for (const listener of this.#closedListeners) listener(path);
      },
    });
  }

  /** @throws NodeJS.ErrnoException EADDRINUSE, EACCES: its `syscall` is `bind` for UDP, `listen` for TCP */
  async start(): Promise<void> {
    const { ports } = this.#options;
    try {
      this.#udp = await this.#startUdp(ports.udp);
      this.#ports.tcp = ports.tcp === false ? 0 : await this.#tcp.start(ports.tcp);
    } catch (error) {
      this.close();
      throw error;
    }
    this.demultiplexer.addPrefix(this.reflexive.prefix, this.reflexive);
    this.askOutside();
    this.relays.start();
  }

  /** The UDP port of all sessions, once started. */
  get port(): number {
    return this.#ports.udp;
  }

  /** The UDP sockets, one a family. */
  get udp(): readonly UdpPath[] {
    return this.#udp;
  }

  /** More candidates may come after an answer: servers are asked for them. */
  get gathers(): boolean {
    return this.#gathers;
  }

  /** Asks STUN servers, if the profile names any, for the device's addresses outside. */
  askOutside(): void {
    this.reflexive.ask(this.#options.clock.now());
  }

  /** Where viewers may try to reach the device just now: networks come and go. */
  hostCandidates(): readonly HostCandidate[] {
    return hostAddresses().flatMap(({ address, family }) => {
      if (!this.#udp.some((path) => path.family === family)) return [];
      const udp: HostCandidate = { transport: 'udp', family, address, port: this.#ports.udp };
      if (this.#ports.tcp === 0) return [udp];
      return [udp, { transport: 'tcp', family, address, port: this.#ports.tcp } satisfies HostCandidate];
    });
  }

  /** ICE has found whose connection this is. */
  known(path: WirePath): void {
    if (path.transport === 'tcp') this.#tcp.known(path as TcpPath);
  }

  /** A session that used the path has ended. */
  unknown(path: WirePath): void {
    if (path.transport === 'tcp') this.#tcp.unknown(path as TcpPath);
  }

  /** Calls `listener` with each path that is gone, until the returned function is called. */
  onPathClosed(listener: (path: WirePath) => void): () => void {
    this.#closedListeners.add(listener);
    return () => this.#closedListeners.delete(listener);
  }

  close(): void {
    this.reflexive.close();
    this.relays.close();
    this.#tcp.close();
    for (const path of this.#udp) path.close();
    this.#udp = [];
  }

  async #startUdp(port: number): Promise<readonly UdpPath[]> {
    const paths: UdpPath[] = [];
    let wanted = port;
    try {
      for (const family of [4, 6] as const) {
        const path = new UdpPath(family, this.demultiplexer.receive.bind(this.demultiplexer));
        try {
          // Both families have the port that the first one found.
          wanted = await path.start(wanted);
          paths.push(path);
        } catch (error) {
          if (!noFamily.has((error as NodeJS.ErrnoException).code)) throw error;
        }
      }
    } catch (error) {
      for (const path of paths) path.close();
      throw error;
    }
    this.#ports.udp = wanted;
    return paths;
  }
}
