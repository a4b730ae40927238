import type { MediaDescription, SessionDescription } from 'sdp-transform';
import { VedetteError } from '../errors.ts';
import { isIcePwd, isIceUfrag } from '../protocol/ice-credentials.ts';
import type { RemoteTransport } from '../transport/description.ts';
import { readFingerprint } from '../transport/dtls/fingerprint.ts';

/** RFC 8122, 5: pairs of hexadecimal digits, with colons between them. */
const fingerprintPattern = /^[0-9A-F]{2}(:[0-9A-F]{2})+$/i;
/** A browser with many networks offers some twenty. */
const maxOfferedCandidates = 128;

/** Sections that share a transport. */
export interface Bundle {
  /** Of usable sections, in the order of the group: the first is tagged, and carries the transport (RFC 9143, 7.1.3). */
  readonly mids: readonly string[];
  /** The offer has a BUNDLE group of them; otherwise it is one section alone. */
  readonly grouped: boolean;
}

/** The sections that share a transport with usable section `mid`. */
export function bundleOf(offer: SessionDescription, mid: string): Bundle {
  const usable = new Set(offer.media.filter(isUsable).map((media) => String(media.mid)));
  const group = (offer.groups ?? [])
    .filter(({ type }) => type === 'BUNDLE')
    .map(({ mids }) => String(mids).split(' '))
    .find((mids) => mids.includes(mid));
  return { mids: [...new Set(group ?? [mid])].filter((it) => usable.has(it)), grouped: group !== undefined };
}

/** Whether the offerer has not taken the section back (RFC 3264, 8.2). */
export function isUsable({ port }: MediaDescription): boolean {
  return port !== 0;
}

/**
 * How the offerer is reached and known, from the bundle's tagged section. Others need not say it, nor is it read there.
 * @param offer `sdp`, parsed, with none of its sections refused yet: the tagged one counts even if we want none of it
 * @throws VedetteError `session/bad-offer`
 */
export function readTransport(sdp: string, offer: SessionDescription, bundle: Bundle): RemoteTransport {
  const tagged = offer.media.findIndex((media) => isUsable(media) && String(media.mid) === bundle.mids[0]);
  const media = offer.media[tagged];
  const setup = media?.setup ?? offer.setup ?? 'actpass';
  if (setup !== 'actpass' && setup !== 'active' && setup !== 'passive')
    return refuse(`a=setup:${setup} asks for no connection`);
  // Numeric ones are parsed as numbers.
  const iceUfrag = String(media?.iceUfrag ?? offer.iceUfrag ?? '');
  const icePwd = String(media?.icePwd ?? offer.icePwd ?? '');
  if (!isIceUfrag(iceUfrag)) return refuse('a=ice-ufrag is missing or malformed');
  if (!isIcePwd(icePwd)) return refuse('a=ice-pwd is missing or malformed');
  return {
    iceUfrag,
    icePwd,
    iceLite: offer.icelite !== undefined,
    fingerprints: readFingerprints(linesOf(sdp, tagged, 'fingerprint')),
    setup,
    candidates: linesOf(sdp, tagged, 'candidate')
      .slice(0, maxOfferedCandidates)
      .map((value) => `candidate:${value}`),
  };
}

function readFingerprints(lines: readonly string[]): RemoteTransport['fingerprints'] {
  if (lines.length === 0) return refuse('a=fingerprint is missing');
  const fingerprints = lines.flatMap((line) => {
    const [hash = '', hex = ''] = line.split(' ', 2);
    if (!fingerprintPattern.test(hex)) return refuse('an a=fingerprint is not hexadecimal');
    return readFingerprint(hash, hex) ?? [];
  });
  if (fingerprints.length === 0) return refuse('no a=fingerprint is of sha-256 or better');
  return fingerprints;
}

/** Values of an attribute in a section, or before the first where the section has none; the parser keeps one alone. */
function linesOf(sdp: string, section: number, attribute: string): readonly string[] {
  const prefix = `a=${attribute}:`;
  const common: string[] = [];
  const own: string[] = [];
  let at = -1;
  // Lines end where the parser ends them, so that both count the same sections.
  for (const line of sdp.split(/\r\n|\r|\n/)) {
    if (line.startsWith('m=')) at += 1;
    else if (line.startsWith(prefix)) {
      const value = line.slice(prefix.length).trim();
      if (at === section) own.push(value);
      else if (at === -1) common.push(value);
    }
  }
  return own.length > 0 ? own : common;
}

function refuse(detail: string): never {
  throw new VedetteError('session/bad-offer', { detail });
}
