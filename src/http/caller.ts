import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Access } from '../access/access.ts';
import type { Credentials, Presented } from '../access/credentials.ts';
import type { Peer } from '../access/peer.ts';
import { VedetteError } from '../errors.ts';
import {
  type HostHeader,
  isLoopbackAddress,
  isLoopbackName,
  isOwnHost,
  parseHost,
  plainAddress,
} from './hosts.ts';
import { isOwnNetwork } from './network.ts';

/** The cookie a browser gets for the secret. */
export const sessionCookie = 'vedette';

/** What the edge knows of whoever sent a request. */
export interface Caller {
  readonly peer: Peer;
  /** Without the `::ffff:` of a dual-stack socket. */
  readonly address: string;
  readonly host: HostHeader;
  /** The TCP connection's other end is this machine. */
  readonly local: boolean;
  /** The browser's end of it is encrypted. */
  readonly encrypted: boolean;
  /** Of the page that sent it, as its browser says and as it would be reached. */
  readonly origin: string;
  readonly network: 'local' | 'remote';
  /** Another site's page sent it: then only a token of its own speaks for it. */
  readonly crossSite: boolean;
}

export interface CallerRules {
  readonly credentials: Pick<Credentials, 'proof'>;
  readonly access: Pick<Access, 'peerOf' | 'loopback'>;
  readonly names: readonly string[];
  readonly publicUrl: URL | undefined;
}

/** Establishes who sent `request`. @throws VedetteError `http/unknown-host` */
export function callerOf(
  request: IncomingMessage,
  { credentials, access, names, publicUrl }: CallerRules,
): Caller {
  const { headers, socket } = request;
  const host = parseHost(headers.host);
  if (host === undefined || !isOwnHost(host.name, names, socket.localAddress ?? '')) {
    throw new VedetteError('http/unknown-host', { host: printable(headers.host) });
  }
  const address = plainAddress(socket.remoteAddress ?? '');
  const local = isLoopbackAddress(address);
  const byPublicUrl = local && publicUrl?.protocol === 'https:' && publicUrl.hostname === host.name;
  const crossSite = isCrossSite(request, publicUrl);
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const forwarded = isForwarded(request);
  const loopback = local && isLoopbackName(host.name) && !forwarded;
  // A proxy on this machine speaks for the whole world.
  const network = loopback || (!local && !forwarded && isOwnNetwork(address)) ? 'local' : 'remote';
  const proven = (presented: Presented): Peer => {
    const proof = credentials.proof(presented);
    if (proof.kind === 'key') return access.peerOf(proof.key, network, proof.only);
    return proof.kind === 'holder' ? proof : { kind: 'stranger' };
  };
  const peer = ((): Peer => {
    // A token says what its bearer may do, on loopback too.
    if (headers.authorization !== undefined) return proven({ bearer: bearer ?? '', cookie: undefined });
    if (crossSite) return { kind: 'stranger' };
    // Whoever is known is themselves, also where loopback opens the door.
    const known = proven({ bearer: undefined, cookie: cookieOf(headers.cookie) });
    return known.kind === 'stranger' && loopback ? access.loopback : known;
  })();
  const encrypted = (socket as Partial<TLSSocket>).encrypted === true || byPublicUrl;
  return {
    ...{ peer, address, host, local, encrypted, network, crossSite },
    origin: headers.origin ?? `${encrypted ? 'https' : 'http'}://${headers.host}`,
  };
}

/** Whoever asks by the socket file that only the service's user can open. */
export function localCaller(): Caller {
  return {
    peer: { kind: 'local' },
    address: '',
    host: { name: 'localhost', port: undefined },
    ...{ local: true, encrypted: true, crossSite: false, network: 'local', origin: 'http://localhost' },
  };
}

/** A proxy on this machine speaks for somebody elsewhere; such a request is not loopback's, whatever its addresses. */
function isForwarded({ headers }: IncomingMessage): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some(
    (name) => name in headers,
  );
}

/** By `Origin` (RFC 6454) and, where a browser gives no origin, by Fetch Metadata (W3C), 2.3. */
function isCrossSite({ headers }: IncomingMessage, publicUrl: URL | undefined): boolean {
  const { origin } = headers;
  if (origin !== undefined) return !isSameOrigin(origin, headers.host ?? '', publicUrl);
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

function isSameOrigin(origin: string, host: string, publicUrl: URL | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  if (url.origin === publicUrl?.origin) return true;
  // The scheme is the origin's: a proxy may have taken TLS off, and a browser names default ports nowhere.
  const own = `${url.protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === url.host;
}

function cookieOf(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=');
    if (name === sessionCookie && value !== undefined && value !== '') return value;
  }
  return undefined;
}

const printable = (host: string | undefined): string =>
  (host ?? '').replace(/[^\x21-\x7e]/g, '?').slice(0, 80);
