import type { AgentStarted } from '../agent.ts';
import { isLoopbackAddress, ownAddresses } from '../http/hosts.ts';
import type { Profile } from '../profile/profile.ts';
import { describeFeed } from './check.ts';
import { qrCode } from './qr-code.ts';

/** What a device that runs tells about itself; also the JSON line of `--json`. */
export interface StartReport {
  readonly device: string;
  readonly title: string;
  readonly port: number;
  readonly feeds: readonly string[];
  /** For this machine. */
  readonly local: string;
  /** For everybody else, the canonical address first. With the secret where that was wanted; empty on loopback. */
  readonly links: readonly string[];
  /** Whether the links carry the secret. */
  readonly secret: boolean;
  /** Somebody belongs to it: there is no secret any more. */
  readonly paired: boolean;
  /** SHA-256 of the device's own authority, for comparing it before one trusts it; absent with other certificates. */
  readonly authorityFingerprint?: string;
}

/** What was started, and how it is reached. */
export function startReport(
  profile: Profile,
  { addresses, secret }: AgentStarted,
  withSecret: boolean,
): StartReport {
  const { port, loopback, canonical, authorityFingerprint } = addresses;
  const { host, publicUrl } = profile.http;
  const scheme = publicUrl ? 'http:' : canonical.protocol;
  const numeric = host === '::' || host === '0.0.0.0' ? ownAddresses() : [host];
  const reachable = [
    canonical.href,
    ...(publicUrl ? [] : numeric.map((address) => `${scheme}//${inUrl(address)}:${port}/`)),
  ];
  const fragment = withSecret && secret ? `#${secret.reveal()}` : '';
  const isLocal = !publicUrl && isLoopbackAddress(host);
  return {
    device: profile.device,
    title: profile.title,
    port,
    feeds: profile.feeds.map(describeFeed),
    // Whoever asks from this machine is nobody, unless the profile says otherwise.
    local: `${loopback.href}${profile.access.loopback ? '' : fragment}`,
    links: isLocal ? [] : reachable.map((link) => `${link}${fragment}`),
    secret: fragment !== '' && !(isLocal && profile.access.loopback),
    paired: secret === undefined,
    ...(authorityFingerprint === undefined ? {} : { authorityFingerprint }),
  };
}

const pairedText = 'People come in by their own keys; vedette pair lets another owner in.';
const unpairedText = 'The link that lets others in is printed in a terminal, or with --link.';

/** The report for people: links, and the QR code of the first one. */
export function describeStart(
  { title, feeds, local, links, secret, paired, authorityFingerprint }: StartReport,
  { colors }: { readonly colors: boolean },
): readonly string[] {
  const [first, ...others] = links;
  return [
    '',
    `  ${title} is on: ${feeds.join(', ')}`,
    '',
    `  on this machine  ${local}`,
    ...(first === undefined ? [] : [`  elsewhere        ${first}`]),
    ...others.map((link) => `                   ${link}`),
    ...(first === undefined || authorityFingerprint === undefined
      ? []
      : [`  its certificates are trusted once, at /trust; SHA-256 ${authorityFingerprint}`]),
    ...(first === undefined || secret ? [] : [`  ${paired ? pairedText : unpairedText}`]),
    ...(first !== undefined && secret ? ['', ...qrCode(first, colors)] : []),
    '',
  ];
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
