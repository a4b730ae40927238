import { isIcePwd, isIceUfrag } from '../protocol/ice-credentials.ts';
import type { IceCandidateInit } from '../protocol/session.ts';
import type { MediaAssignment } from '../protocol/signaling.ts';

/**
 * The parts of a session description that travel on their own (RFC 8840), as WHEP's PATCH carries them:
 *
 *     a=ice-ufrag:EsAw
 *     a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
 *     m=audio 9 RTP/AVP 0
 *     a=mid:0
 *     a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host
 *     a=end-of-candidates
 */
export interface SdpFragment {
  readonly ufrag: string | undefined;
  readonly pwd: string | undefined;
  /** An empty candidate where the fragment ends them. */
  readonly candidates: readonly IceCandidateInit[];
}

/** More candidates than a machine has addresses. */
const maxCandidates = 128;

/** Reads a fragment; a string says what is wrong with it. Never throws. */
export function parseFragment(text: string): SdpFragment | string {
  let ufrag: string | undefined;
  let pwd: string | undefined;
  let mid: string | null = null;
  const candidates: IceCandidateInit[] = [];
  for (const line of lines(text)) {
    const [name, value] = attribute(line);
    if (line.startsWith('m=')) mid = null;
    else if (name === 'mid') mid = value;
    else if (name === 'ice-ufrag') {
      if (!isIceUfrag(value)) return 'a=ice-ufrag is malformed';
      ufrag = value;
    } else if (name === 'ice-pwd') {
      if (!isIcePwd(value)) return 'a=ice-pwd is malformed';
      pwd = value;
    } else if (name === 'candidate') {
      if (candidates.length === maxCandidates) return `more than ${maxCandidates} candidates`;
      candidates.push({ candidate: line.slice('a='.length), sdpMid: mid, sdpMLineIndex: null });
    } else if (name === 'end-of-candidates') {
      candidates.push({ candidate: '', sdpMid: mid, sdpMLineIndex: null });
    } else if (!/^[a-z]=/.test(line)) return 'a line is not of SDP';
  }
  if (ufrag === undefined && candidates.length === 0) return 'neither credentials nor candidates';
  return { ufrag, pwd, candidates };
}

/** What an ICE restart answers (RFC 9725, 4.3.3): the new credentials and candidates of `description`. */
export function fragmentOf(description: string): string {
  const kept =
    /^(m=|a=(ice-lite|ice-options:|ice-ufrag:|ice-pwd:|mid:|candidate:|end-of-candidates|group:BUNDLE))/;
  return `${lines(description)
    .filter((line) => kept.test(line))
    .join('\r\n')}\r\n`;
}

/**
 * The offer an ICE restart stands for: `offer` with other credentials, without its old candidates, and with the
 * version of its origin raised (RFC 3264, 8).
 */
export function restartedOffer(offer: string, ufrag: string, pwd: string): string {
  const result: string[] = [];
  for (const line of lines(offer)) {
    const [name] = attribute(line);
    if (name === 'candidate' || name === 'end-of-candidates') continue;
    if (name === 'ice-ufrag') result.push(`a=ice-ufrag:${ufrag}`);
    else if (name === 'ice-pwd') result.push(`a=ice-pwd:${pwd}`);
    else if (line.startsWith('o=')) result.push(raisedOrigin(line));
    else result.push(line);
  }
  return `${result.join('\r\n')}\r\n`;
}

/** The first `a=ice-ufrag` of a description: which ICE session it belongs to. */
export function ufragOf(description: string): string | undefined {
  for (const line of lines(description)) {
    const [name, value] = attribute(line);
    if (name === 'ice-ufrag') return value;
  }
  return undefined;
}

/** Every audio and video section of `offer`, for `feed`. */
export function assignAll(offer: string, feed: string): readonly MediaAssignment[] {
  const media: MediaAssignment[] = [];
  let wanted = false;
  for (const line of lines(offer)) {
    const [name, value] = attribute(line);
    if (line.startsWith('m=')) wanted = /^m=(audio|video) /.test(line);
    else if (wanted && name === 'mid') media.push({ mid: value, feed });
  }
  return media;
}

// Old endpoints end lines by LF alone (RFC 8866, 9).
const lines = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line !== '');

function attribute(line: string): readonly [name: string, value: string] {
  if (!line.startsWith('a=')) return ['', ''];
  const colon = line.indexOf(':');
  return colon === -1 ? [line.slice(2), ''] : [line.slice(2, colon), line.slice(colon + 1)];
}

/** `o=<username> <sess-id> <sess-version> …` */
function raisedOrigin(line: string): string {
  const fields = line.split(' ');
  const version = fields[2];
  if (version === undefined || !/^\d{1,20}$/.test(version)) return line;
  fields[2] = String(BigInt(version) + 1n);
  return fields.join(' ');
}
