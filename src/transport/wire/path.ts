import type { Endpoint } from '../endpoint.ts';
import type { IcePath } from '../ice/path.ts';

/** A way out of the device: a UDP socket, an accepted TCP connection, or an allocation on a TURN server. */
export interface WirePath extends IcePath {
  /** Sends one datagram, given whole or in pieces; drops it where the way out is closed or full. */
  send(to: Endpoint, datagram: Uint8Array | readonly Uint8Array[]): void;
  /** Datagrams that wait because the way out is full. */
  readonly queued: number;
}

/** Takes what arrives on a path. The bytes are its own: nothing overwrites them. */
export type Arrival = (datagram: Buffer, path: WirePath, from: Endpoint) => void;
