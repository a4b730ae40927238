import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import type { WirePath } from './path.ts';
import { type PeerSocket, UdpPath } from './udp.ts';

/** The way to one peer: the pair that ICE has selected, and over UDP a socket of its own, as soon as there is one. */
export class Route {
  #selected: { readonly path: WirePath; readonly to: Endpoint } | undefined;
  #socket: PeerSocket | undefined;
  #closed = false;

  /** There is a way. */
  get stands(): boolean {
    return this.#selected !== undefined;
  }

  /** Datagrams that wait on it. */
  get queued(): number {
    return (this.#socket ?? this.#selected?.path)?.queued ?? 0;
  }

  /** From now on packets go there. */
  select(path: WirePath, to: Endpoint): void {
    if (this.#closed || this.#leads(path, to)) return;
    this.#selected = { path, to };
    this.#socket?.close();
    this.#socket = undefined;
    if (path instanceof UdpPath) void this.#connect(path, to);
  }

  send(datagram: Uint8Array | readonly Uint8Array[]): void {
    if (this.#socket) this.#socket.send(datagram);
    else if (this.#selected) this.#selected.path.send(this.#selected.to, datagram);
  }

  close(): void {
    this.#closed = true;
    this.#selected = undefined;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #leads(path: WirePath, to: Endpoint): boolean {
    return this.#selected?.path === path && sameEndpoint(this.#selected.to, to);
  }

  async #connect(path: UdpPath, to: Endpoint): Promise<void> {
    // No route, or no file descriptor left: the shared socket does as well.
    const socket = await path.connect(to).catch(() => undefined);
    if (this.#leads(path, to)) this.#socket = socket;
    else socket?.close();
  }
}
