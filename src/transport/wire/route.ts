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
    if (this.#closed || this.leads(path, to)) return;
    this.disconnect();
    this.#selected = { path, to };
    this.connect();
  }

  /** Whether this is where packets go. */
  leads(path: WirePath, to: Endpoint): boolean {
    return this.#selected?.path === path && sameEndpoint(this.#selected.to, to);
  }

  /** Takes a socket of its own for the selected pair, unless there is one. */
  connect(): void {
    const selected = this.#selected;
    if (!selected || this.#socket || !(selected.path instanceof UdpPath)) return;
    selected.path.connect(selected.to).then(
      (socket) => {
        if (this.#selected === selected && !this.#socket) this.#socket = socket;
        else socket?.close();
      },
      () => undefined, // no route, or no file descriptor left: the shared socket does as well
    );
  }

  /** Back to the shared socket. */
  disconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  send(datagram: Uint8Array | readonly Uint8Array[]): void {
    if (this.#socket) this.#socket.send(datagram);
    else if (this.#selected) this.#selected.path.send(this.#selected.to, datagram);
  }

  close(): void {
    this.#closed = true;
    this.#selected = undefined;
    this.disconnect();
  }
}
