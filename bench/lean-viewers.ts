import { flagsOf, runJson, type Server, startTalker, type Talker } from './child.ts';
import type { GoPrograms } from './go.ts';

/** Connections take this long each at most, on average, before something is wrong. */
const slowestMs = 2_000;
const slackMs = 30_000;

/** What came of connecting over and over. */
export interface Connections {
  /** Offer sent to first SRTP packet received; without media, to the end of the DTLS handshake. */
  readonly firstMs: readonly number[];
  readonly seconds: number;
  /** CPU time of the server's process and of the viewers', over all connections. */
  readonly cpuMs: number;
  readonly ownCpuMs: number;
}

export interface ConnectOptions {
  readonly count: number;
  readonly parallel?: number;
  /** False: a data channel alone. */
  readonly media?: boolean;
}

/** Viewers that come and go: each until its first packet. */
export function connect(
  programs: GoPrograms,
  { whep, pid }: Server,
  { count, parallel = 1, media = true }: ConnectOptions,
): Promise<Connections> {
  return runJson(
    programs.path('whep-load'),
    flagsOf({ mode: 'connect', url: whep, pid, count, parallel, media }),
    count * slowestMs + slackMs,
  );
}

/** Where a session's media goes, as a flooder has to know it. */
export interface Place {
  readonly server: string;
  readonly viewer: string;
  /** STUN's USERNAME towards the server. */
  readonly username: string;
}

/** What one viewer received in a second. */
export interface Second {
  readonly packets: number;
  /** Of all that is no RTP. */
  readonly otherBytes: number;
}

/** One viewer that stays, until it is stopped or its time is over; keeps the camera on. */
export async function watch(
  programs: GoPrograms,
  { whep }: Server,
  forSeconds: number,
): Promise<{ readonly place: Place; readonly viewer: Talker }> {
  const flags = flagsOf({ mode: 'receive', url: whep, window: `${Math.ceil(forSeconds)}s` });
  const viewer = startTalker(programs.path('whep-load'), flags);
  try {
    return { place: await viewer.next<Place>(), viewer };
  } catch (error) {
    await viewer.stop();
    throw error;
  }
}
