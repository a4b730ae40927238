import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

/** Why nothing can be captured here; undefined where it can. */
export const captureMissing: string | undefined =
  spawnSync('tshark', ['--version']).status !== 0
    ? 'tshark is not installed'
    : // It lists what it may listen on.
      /^\d+\. lo\b/m.test(spawnSync('dumpcap', ['-D'], { encoding: 'utf8' }).stdout ?? '')
      ? undefined
      : 'dumpcap may not listen on the loopback interface';

/** Packets being written to a file. */
export interface Capture {
  /** Ends it; the file is whole then. */
  stop(): Promise<void>;
}

/** Captures what goes over loopback and fits the filter (pcap-filter(7)); resolves when it listens. */
export async function capture(filter: string, file: string): Promise<Capture> {
  const child: ChildProcess = spawn('dumpcap', ['-q', '-i', 'lo', '-f', filter, '-w', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      // It names the file once the interface is open.
      if (said.includes('File:')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`dumpcap ended: ${said}`)));
  });
  return {
    async stop() {
      child.kill('SIGINT');
      await exited;
    },
  };
}

/** A datagram as tshark understands it. */
export interface Dissected {
  /** The protocol above UDP. */
  readonly protocol: string;
  readonly sourcePort: number;
  readonly payload: Buffer;
  readonly stunAttributes: readonly number[];
  /** Of DTLS records, in order (RFC 6347, 4.1). */
  readonly dtlsTypes: readonly number[];
  readonly dtlsEpochs: readonly number[];
  /** Of the handshake messages that can be read (RFC 5246, 7.4). */
  readonly handshakes: readonly number[];
}

const fields = [
  'frame.protocols',
  'udp.srcport',
  'udp.payload',
  'stun.att.type',
  'dtls.record.content_type',
  'dtls.record.epoch',
  'dtls.handshake.type',
];
/** Of tshark's output: a second of video in hexadecimal is about 1 MB. */
const maxOutputBytes = 64 * 1024 * 1024;

/** Has tshark read a capture; RTP and RTCP are found by their look. */
export async function dissect(file: string): Promise<readonly Dissected[]> {
  const { stdout } = await promisify(execFile)(
    'tshark',
    [
      ...['-r', file, '--enable-heuristic', 'rtp_udp', '--enable-heuristic', 'rtcp_udp'],
      ...['-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
    ],
    { maxBuffer: maxOutputBytes, timeout: 30_000, killSignal: 'SIGKILL' },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [protocols = '', sourcePort, payload = '', ...numbers] = line.split('\t');
      const [stunAttributes, dtlsTypes, dtlsEpochs, handshakes] = numbers.map(numbersOf);
      const bytes = Buffer.from(payload, 'hex');
      return {
        protocol: looksLikeRtcp(bytes) ? 'rtcp' : (protocols.split(':udp:')[1]?.split(':')[0] ?? protocols),
        sourcePort: Number(sourcePort),
        payload: bytes,
        stunAttributes: stunAttributes ?? [],
        dtlsTypes: dtlsTypes ?? [],
        dtlsEpochs: dtlsEpochs ?? [],
        handshakes: handshakes ?? [],
      };
    });
}

const numbersOf = (text: string): readonly number[] =>
  text === '' ? [] : text.split(',').map((number) => Number(number));

/** By RFC 5761, 4: tshark itself knows RTCP only where it begins with a report, and feedback need not (RFC 5506). */
const looksLikeRtcp = (payload: Buffer): boolean =>
  payload.length >= 8 &&
  payload.readUInt8(0) >> 6 === 2 &&
  payload.readUInt8(1) >= 192 &&
  payload.readUInt8(1) <= 223;
