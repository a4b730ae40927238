/** An address of `iceServers`, taken apart. */
export interface IceUrl {
  readonly scheme: 'stun' | 'turn';
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
}

/** RFC 7064, 3.2 and RFC 7065, 3.2. */
const defaultPort = 3_478;
const defaultTlsPort = 5_349;

/**
 * Reads a `stun:`, `turn:` or `turns:` address; undefined where it is none, or one we cannot use (`stuns:`, and
 * `turns:` over UDP, which would be DTLS).
 *
 * ```
 * turn:host:port?transport=udp      host may be a name, an IPv4 address, or an IPv6 one in brackets
 * ```
 */
export function readIceUrl(text: string): IceUrl | undefined {
  const match =
    /^(stun|turn|turns):(?:\[([0-9a-f:.]+)\]|([^:?\s[\]]+))(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i.exec(
      text,
    );
  const host = match?.[2] ?? match?.[3];
  if (!match || host === undefined) return undefined;
  const scheme = match[1]?.toLowerCase();
  const wanted = match[5]?.toLowerCase();
  const secured = scheme === 'turns';
  if (secured && wanted === 'udp') return undefined;
  const port = Number(match[4] ?? (secured ? defaultTlsPort : defaultPort));
  if (port < 1 || port > 65_535) return undefined;
  return {
    scheme: scheme === 'stun' ? 'stun' : 'turn',
    host,
    port,
    transport: secured ? 'tls' : wanted === 'tcp' ? 'tcp' : 'udp',
  };
}
