import type { Secret } from '../../log.ts';
import { reasonOf } from './ffmpeg-reasons.ts';
import type { FfmpegCamera } from './ffmpeg-source.ts';

/** A camera at the other end of a network. */
export interface RemoteStream {
  /** With user name and password, where it asks for them. */
  readonly url: Secret;
  /** ffmpeg's options for opening it, by their names without the dash. */
  readonly options: Readonly<Record<string, string>>;
  /** What it is called in errors: never its address. */
  readonly device: string;
}

/** What a list on stdin may open: itself, and what cameras speak. */
const protocols = 'pipe,rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy,crypto';

/**
 * How ffmpeg opens a stream. An address with a user name or a password goes to ffmpeg as a list of one entry on its
 * stdin, because every user of the machine can read the arguments of a process.
 */
export function remoteStream({ url, options, device }: RemoteStream): Omit<FfmpegCamera, 'outputArgs'> {
  const address = url.reveal();
  const secret = /^\w+:\/\/[^/?#]*@/.test(address);
  const args = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
  const redact = redactor(address);
  return {
    inputArgs: secret
      ? ['-f', 'concat', '-safe', '0', '-protocol_whitelist', protocols, '-i', 'pipe:0']
      : [...args, '-i', address],
    ...(secret && { inputText: listOf(address, options) }),
    times: 'arrival',
    device,
    redact,
    explain: (lastLines) => reasonOf(lastLines, device),
  };
}

/** ffmpeg's concat script; a quote inside quotes is written `'\''`. */
function listOf(address: string, options: Readonly<Record<string, string>>): string {
  const quoted = address.replaceAll("'", "'\\''");
  const lines = Object.entries(options).map(([name, value]) => `option ${name} ${value}`);
  return ['ffconcat version 1.0', `file '${quoted}'`, ...lines, ''].join('\n');
}

/** Takes every address, and the host's name, out of a line. */
function redactor(address: string): (line: string) => string {
  const host = /^\w+:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)/.exec(address)?.[1] ?? '';
  return (line) => {
    const bare = line.replace(/\b[\w+]+:\/\/[^\s']*/g, '[address]');
    return host === '' ? bare : bare.replaceAll(host, '[host]');
  };
}
