import { accessSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startChild } from '../child-group.ts';

/** A server on this machine answers at once, or hangs. */
const answerMs = 500;
/** `pactl` waits for its server longer than we do. */
const listMs = 2_000;
/** How the echo cancellers of PulseAudio and PipeWire call their devices. */
const echoCancelled = /echo[-_]?cancel/i;

/** A source (microphone) or sink (speaker) of PulseAudio, or of PipeWire in its place. */
export interface PulseDevice {
  readonly name: string;
  /** A sink's own output, offered as a source. */
  readonly monitor: boolean;
  readonly echoCancelled: boolean;
}

/** Whether a PulseAudio server, or PipeWire in its place, can be reached by this user. */
export async function pulseAnswers(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  for (const path of socketPaths(env)) {
    if (await accepts(path)) return true;
  }
  return false;
}

/** Where libpulse looks: `$PULSE_SERVER` alone if set (`{machine}unix:/path` …), else the user's and the system's. */
function socketPaths(env: NodeJS.ProcessEnv): string[] {
  if (env.PULSE_SERVER) {
    return env.PULSE_SERVER.split(/\s+/)
      .map((server) => server.replace(/^\{.*?\}/, '').replace(/^unix:/, ''))
      .filter((server) => server.startsWith('/'));
  }
  const runtime = env.PULSE_RUNTIME_PATH ?? (env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'pulse'));
  const user = `/run/user/${process.getuid?.() ?? 0}/pulse`;
  return [runtime ?? user, user, '/run/pulse'].map((folder) => join(folder, 'native'));
}

function accepts(path: string): Promise<boolean> {
  try {
    accessSync(path);
  } catch {
    return Promise.resolve(false);
  }
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.setTimeout(answerMs, () => resolve(false));
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** The server's sources or sinks, its default first; none where `pactl` or a server is missing. */
export async function listPulse(what: 'sources' | 'sinks'): Promise<readonly PulseDevice[]> {
  const [list, chosen] = await Promise.all([
    pactl(['list', 'short', what]),
    pactl([what === 'sources' ? 'get-default-source' : 'get-default-sink']),
  ]);
  const devices = readPulseList(list);
  return devices.toSorted((a, b) => Number(b.name === chosen.trim()) - Number(a.name === chosen.trim()));
}

/** Reads `pactl list short`: one device a line, `index name module format state` with tabs between. */
export function readPulseList(text: string): readonly PulseDevice[] {
  return text.split('\n').flatMap((line) => {
    const name = line.split('\t')[1];
    if (!name) return [];
    return [{ name, monitor: name.endsWith('.monitor'), echoCancelled: echoCancelled.test(name) }];
  });
}

/**
 * The device to use where the profile names none: the echo-cancelled one, because with it both can talk at once; else
 * the server's default. An echo canceller knows only what is played through its own sink, so this is asked for both.
 */
export async function preferredPulse(what: 'sources' | 'sinks'): Promise<string> {
  const devices = await listPulse(what);
  return devices.find((device) => device.echoCancelled && !device.monitor)?.name ?? 'default';
}

async function pactl(args: readonly string[]): Promise<string> {
  const child = startChild({ program: 'pactl', args, env: { ...process.env, LC_ALL: 'C' } });
  const timer = setTimeout(() => void child.stop(), listMs);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const { code } = await child.gone;
  clearTimeout(timer);
  return code === 0 ? text : '';
}
