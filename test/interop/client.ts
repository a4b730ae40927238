import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a client of another stack met, as it prints it; what a stack cannot tell is absent. */
export interface ClientReport {
  /** The device's `a=setup` (RFC 4145, 4). */
  readonly answerSetup: 'active' | 'passive';
  /** The client's own part, as its DTLS layer has it. */
  readonly dtlsRole: 'client' | 'server';
  /** By IANA's name. */
  readonly srtpProfile: string;
  readonly iceRole?: 'controlling' | 'controlled';
  /** Candidate types of the selected pair (RFC 8839, 5.1). */
  readonly localCandidate?: string;
  readonly remoteCandidate?: string;
  readonly codec: string;
  /** Decoded, or whole by their markers where the stack does not decode. */
  readonly frames: number;
  readonly width?: number;
  readonly height?: number;
  /** RTP packets of the picture, and how many numbers among them are missing. */
  readonly packets?: number;
  readonly missing?: number;
  readonly audioPackets: number;
  /** Of the decoded sound. */
  readonly toneHz?: number;
  /** Messages of the events channel, in order. */
  readonly events?: readonly { readonly type: string }[];
  /** Pieces of opened payloads, in hexadecimal. */
  readonly samples?: readonly string[];
  /** The answer to an ICE restart had credentials of its own. */
  readonly newCredentials?: boolean;
}

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** The clients end by themselves after 40 s; on an idle machine they are done in 3. */
const clientDeadlineMs = 45_000;

/** Runs a client to its end; rejects with what it said where it ended badly or not in time. */
export async function runClient([program, ...args]: Command): Promise<ClientReport> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const deadline = setTimeout(() => child.kill('SIGKILL'), clientDeadlineMs);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${said}${out}`);
  } finally {
    clearTimeout(deadline);
  }
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as ClientReport;
}
