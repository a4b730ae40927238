import type { Endpoint } from '../endpoint.ts';
import { canonicalIp, ipBytes } from '../stun/address.ts';

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';
export type TcpType = 'active' | 'passive' | 'so';

/** A candidate of component 1: RTP and RTCP share it (RFC 8834, 4.5). */
interface CandidateFields {
  readonly foundation: string;
  readonly transport: 'udp' | 'tcp';
  readonly priority: number;
  /** 9 for an active TCP candidate, which nobody connects to (RFC 6544, 4.5). */
  readonly port: number;
  readonly type: CandidateType;
  /** Where a reflexive or relayed candidate was seen from; hidden by browsers as 0.0.0.0 and 9. */
  readonly related?: Endpoint;
  readonly tcpType?: TcpType;
  /** The ICE session it belongs to (RFC 8838, 8). */
  readonly ufrag?: string;
}

export interface IceCandidate extends CandidateFields {
  /** An IP address in its one spelling, without zone. */
  readonly address: string;
}

/** A candidate behind a multicast-DNS name (draft-ietf-mmusic-mdns-ice-candidates); {@link withAddress} makes it one. */
export interface NamedIceCandidate extends CandidateFields {
  /** `….local`, in lower case. */
  readonly name: string;
}

/** Why a line is no candidate of ours. */
export type CandidateFailure =
  | 'tooLong'
  | 'malformed'
  | 'otherComponent'
  | 'otherTransport'
  | 'badPriority'
  | 'badAddress'
  | 'badPort'
  | 'otherType';

/** The longest line read; browsers' longest, IPv6 with all extensions, are below 300. */
export const maxCandidateChars = 512;

/**
 * Reads `candidate:…`, with or without `a=` before it (RFC 8839, 5.1; `tcptype` RFC 6544, 4.5).
 *
 * ```
 * candidate:foundation component transport priority address port typ type [raddr address rport port] *(name value)
 * ```
 */
export function readCandidate(line: string): IceCandidate | NamedIceCandidate | CandidateFailure {
  if (line.length > maxCandidateChars) return 'tooLong';
  const text = line.trim().replace(/^a=/, '');
  if (!text.startsWith('candidate:')) return 'malformed';
  const words = text.slice('candidate:'.length).split(' ');
  const [foundation = '', component, transportWord = '', priorityWord, host = '', portWord, typ, type] =
    words;
  if (!/^[A-Za-z0-9+/]{1,32}$/.test(foundation) || typ !== 'typ' || type === undefined) return 'malformed';
  if (component !== '1') return 'otherComponent';
  const transport = transportWord.toLowerCase();
  if (transport !== 'udp' && transport !== 'tcp') return 'otherTransport';
  const priority = decimal(priorityWord, 2 ** 31 - 1);
  if (priority === undefined || priority === 0) return 'badPriority';
  if (type !== 'host' && type !== 'srflx' && type !== 'prflx' && type !== 'relay') return 'otherType';
  const port = decimal(portWord, 65_535);
  if (port === undefined || port === 0) return 'badPort';
  const extensions = readExtensions(words.slice(8));
  if (extensions === undefined) return 'malformed';
  const tcpType = extensions.get('tcptype');
  // RFC 6544, 4.5: tcptype is there exactly for TCP.
  if (transport === 'tcp' ? !isTcpType(tcpType) : tcpType !== undefined) return 'malformed';
  const related = relatedOf(extensions);
  const ufrag = extensions.get('ufrag');
  const fields: CandidateFields = {
    foundation,
    transport,
    priority,
    port,
    type,
    ...(related && { related }),
    ...(isTcpType(tcpType) && { tcpType }),
    ...(ufrag !== undefined && { ufrag }),
  };
  const name = host.toLowerCase();
  if (isLocalName(name)) return { ...fields, name };
  const address = reachableIp(host);
  return address === undefined ? 'badAddress' : { ...fields, address };
}

/** The candidate behind a name that was resolved; undefined where the address is none to send to. */
export function withAddress(named: NamedIceCandidate, resolved: string): IceCandidate | undefined {
  const { name: _, ...fields } = named;
  const address = reachableIp(resolved);
  return address === undefined ? undefined : { ...fields, address };
}

/** `candidate:…` for SDP and trickle, without `a=`. */
export function writeCandidate(candidate: IceCandidate): string {
  const { foundation, transport, priority, address, port, type, related, tcpType, ufrag } = candidate;
  const words = ['1', transport, priority, address, port, 'typ', type];
  if (related) words.push('raddr', related.address, 'rport', related.port);
  if (tcpType) words.push('tcptype', tcpType);
  if (ufrag !== undefined) words.push('ufrag', ufrag);
  return `candidate:${foundation} ${words.join(' ')}`;
}

function decimal(word: string | undefined, most: number): number | undefined {
  if (word === undefined || !/^\d{1,10}$/.test(word)) return undefined;
  const value = Number(word);
  return value <= most ? value : undefined;
}

const visible = /^[!-~]+$/;

/** Name and value alternate; the first of a name counts. */
function readExtensions(words: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (words.length % 2 !== 0) return undefined;
  const extensions = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = words.slice(at, at + 2);
    // RFC 8839, 5.1: visible characters; a line end within one would be another line once it is written.
    if (!visible.test(name) || !visible.test(value)) return undefined;
    if (!extensions.has(name)) extensions.set(name, value);
  }
  return extensions;
}

function relatedOf(extensions: ReadonlyMap<string, string>): Endpoint | undefined {
  const address = canonicalIp(extensions.get('raddr') ?? '');
  const port = decimal(extensions.get('rport'), 65_535);
  return address === undefined || port === undefined ? undefined : { address, port };
}

function isTcpType(word: string | undefined): word is TcpType {
  return word === 'active' || word === 'passive' || word === 'so';
}

/** One label and `.local`: what browsers register (draft-ietf-mmusic-mdns-ice-candidates, 3.1.1). */
function isLocalName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.local$/.test(name);
}

/** An address that one host can have; undefined for 0.0.0.0/8, multicast, broadcast, and IPv4 in IPv6's clothes. */
function reachableIp(address: string): string | undefined {
  const bytes = ipBytes(address);
  if (bytes === undefined) return undefined;
  const first = bytes.readUInt8(0);
  if (bytes.length === 4) return first === 0 || first >= 224 ? undefined : canonicalIp(address);
  // ::, ::a.b.c.d and ::ffff:a.b.c.d would lead an IPv6 socket to where an IPv4 candidate was refused; ::1 may be.
  const dressed =
    bytes.subarray(0, 10).every((byte) => byte === 0) && [0, 0xffff].includes(bytes.readUInt16BE(10));
  const loopback = dressed && bytes.readUInt16BE(10) === 0 && bytes.readUInt32BE(12) === 1;
  return first === 0xff || (dressed && !loopback) ? undefined : canonicalIp(address);
}
