/**
 * SDP fragments for trickle ICE over HTTP (RFC 8840, 9), read and written as text.
 *
 * ```
 * a=ice-ufrag:EsAw
 * a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
 * m=audio 9 UDP/TLS/RTP/SAVPF 0        one pseudo section; BUNDLE leaves one transport
 * a=mid:0
 * a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0
 * a=end-of-candidates
 * ```
 */

export const fragmentType = 'application/trickle-ice-sdpfrag';

const lineOf = (sdp: string, prefix: string): string | undefined =>
  sdp.split(/\r?\n/).find((line) => line.startsWith(prefix));

const isCandidate = (line: string): boolean =>
  line.startsWith('a=candidate:') || line.startsWith('a=end-of-candidates');

/**
 * A fragment that brings candidates of the description's first section.
 * @param candidates candidate attributes as WebRTC gives them (`candidate:…`); an empty one ends them
 */
export function writeFragment(sdp: string, candidates: readonly string[]): string {
  const section = lineOf(sdp, 'm=')?.split(' ', 3) ?? [];
  const lines = [
    lineOf(sdp, 'a=ice-ufrag:'),
    lineOf(sdp, 'a=ice-pwd:'),
    `${section[0] ?? 'm=audio'} 9 ${section[2] ?? 'UDP/TLS/RTP/SAVPF'} 0`,
    lineOf(sdp, 'a=mid:'),
    ...candidates.map((candidate) => (candidate === '' ? 'a=end-of-candidates' : `a=${candidate}`)),
  ];
  return `${lines.filter((line) => line !== undefined).join('\r\n')}\r\n`;
}

/**
 * The far end's description after its ICE restart: its old one with the credentials and candidates of the fragment.
 * @returns undefined where the fragment has no credentials
 */
export function applyFragment(sdp: string, fragment: string): string | undefined {
  const ufrag = lineOf(fragment, 'a=ice-ufrag:');
  const pwd = lineOf(fragment, 'a=ice-pwd:');
  if (ufrag === undefined || pwd === undefined) return undefined;
  const candidates = fragment.split(/\r?\n/).filter(isCandidate);
  const [head = '', ...sections] = sdp.trimEnd().split(/\r?\n(?=m=)/);
  const renew = (part: string): string[] =>
    part
      .split(/\r?\n/)
      .filter((line) => !isCandidate(line))
      .map((line) => {
        if (line.startsWith('a=ice-ufrag:')) return ufrag;
        return line.startsWith('a=ice-pwd:') ? pwd : line;
      });
  const renewed = sections.map((section, index) => [...renew(section), ...(index === 0 ? candidates : [])]);
  return `${[renew(head), ...renewed].flat().join('\r\n')}\r\n`;
}
