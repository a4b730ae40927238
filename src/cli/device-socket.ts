import { existsSync, globSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, errorTable, VedetteError } from '../errors.ts';
import { controlSocketName } from '../http/control-socket.ts';
import { stateFolder } from './state-folder.ts';

/** What a device answered. */
export interface DeviceReply {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

export interface DeviceCall {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Whoever gives no answer by then is not waited for. */
  readonly withinMs?: number;
}

/** A camera that is off has to open first, and a door takes its time. */
const defaultWithinMs = 25_000;

/**
 * The socket file of a device that runs on this machine: of the profile where one is named, else the only one there is.
 * @returns undefined where none runs that this user may see
 * @throws VedetteError `cli/which-device`, what loading a profile throws
 */
export async function deviceSocket(profile: string | undefined): Promise<string | undefined> {
  if (profile !== undefined) {
    const { loadProfile } = await import('../profile/load.ts');
    const { device } = loadProfile(profile).profile;
    const folders = [stateFolder(device, process.env), join('/var/lib', `vedette-${device}`)];
    return folders.map((folder) => join(folder, controlSocketName)).find((path) => existsSync(path));
  }
  const { STATE_DIRECTORY: given, XDG_STATE_HOME: home } = process.env;
  const places = given
    ? [join(given.split(':')[0] ?? '', controlSocketName)]
    : [
        join(home || join(homedir(), '.local', 'state'), 'vedette', '*', controlSocketName),
        join('/var/lib', 'vedette-*', controlSocketName),
      ];
  const found = places.flatMap((place) => globSync(place));
  if (found.length > 1) {
    const known = found.map((path) => basename(dirname(path))).join(', ');
    throw new VedetteError('cli/which-device', { known });
  }
  return found[0];
}

/** @throws VedetteError `cli/no-socket` beside what {@link deviceSocket} throws */
export async function requireSocket(profile: string | undefined): Promise<string> {
  const socket = await deviceSocket(profile);
  if (socket === undefined) throw new VedetteError('cli/no-socket');
  return socket;
}

/** Asks the device, as its owner. @throws VedetteError `cli/no-socket`, `cli/silent` */
export async function callDevice(
  socketPath: string,
  { method = 'GET', path, body, withinMs = defaultWithinMs }: DeviceCall,
): Promise<DeviceReply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<DeviceReply>();
  const outgoing = request(
    {
      ...{ socketPath, method, path, signal: AbortSignal.timeout(withinMs) },
      headers: { host: 'localhost', ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
    },
    (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          type: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(chunks),
        }),
      );
    },
  );
  outgoing.on('error', reject);
  outgoing.end(text);
  try {
    return await promise;
  } catch (cause) {
    const slow = cause instanceof Error && cause.name === 'AbortError';
    throw slow
      ? new VedetteError('cli/silent', { seconds: withinMs / 1000 }, { cause })
      : new VedetteError('cli/no-socket', {}, { cause });
  }
}

/** As {@link callDevice}, for JSON. @throws VedetteError `cli/refused` beside what that throws */
export async function jsonOf(socketPath: string, call: DeviceCall): Promise<unknown> {
  const { status, body } = await callDevice(socketPath, call);
  if (status < 200 || status > 299) throw refusalOf(body.toString()) ?? new VedetteError('cli/no-socket');
  return status === 204 ? undefined : JSON.parse(body.toString());
}

/** A device's own refusal; undefined where it is none. */
export function refusalOf(body: string): VedetteError | undefined {
  try {
    const { code, message, cure } = Object(JSON.parse(body)) as Record<string, unknown>;
    if (typeof code !== 'string' || typeof message !== 'string' || typeof cure !== 'string') return undefined;
    if (!(code in errorTable)) return undefined;
    return new VedetteError('cli/refused', { code: code as ErrorCode, message, cure });
  } catch {
    return undefined;
  }
}
