/**
 * A way out of this device, and what ICE calls a base (RFC 8445, 4): one UDP socket of a family, whatever addresses it
 * has, one TURN allocation, or one accepted TCP connection.
 */
export interface IcePath {
  /** Names it among an agent's paths. */
  readonly id: string;
  readonly family: 4 | 6;
  readonly transport: 'udp' | 'tcp';
  readonly kind: 'host' | 'relay';
  /** Local preference, 0 to 65535, the higher the better (RFC 8445, 5.1.2.1; for TCP, RFC 6544, 4.2). */
  readonly preference: number;
}

/** The most paths of an agent: sockets and relays of two families, and a TCP connection for each of the peer's addresses. */
export const maxPaths = 16;
