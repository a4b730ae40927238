import { writeFile } from 'node:fs/promises';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { callDevice, deviceSocket, refusalOf } from './device-socket.ts';
import { checkedPort } from './flags.ts';
import { tell } from './output.ts';

interface SnapshotFlags {
  readonly feed: string;
  readonly output?: string | undefined;
  readonly port?: number | undefined;
  readonly profile?: string | undefined;
}

/** Where devices listen unless told otherwise. */
const defaultPort = 8480;
/** A camera that is off has to open, focus and expose first. */
const deadlineMs = 15_000;

export const snapshotCommand: CommandModule<object, SnapshotFlags> = {
  command: 'snapshot <feed>',
  describe: 'Write a JPEG of what a camera of the running device sees',
  builder: (yargs) =>
    yargs
      .positional('feed', { type: 'string', demandOption: true, describe: 'Name of the feed' })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'File to write; - for stdout; <feed>.jpg by default',
      })
      .option('port', { type: 'number', requiresArg: true, describe: 'TCP port of the device (8480)' })
      .option('profile', { type: 'string', requiresArg: true, describe: 'Take the port from this profile' })
      .example('$0 snapshot front-door', 'writes front-door.jpg')
      .example('$0 snapshot front-door -o - | feh -', 'to another program'),
  async handler({ feed, output, port, profile }) {
    const jpeg = await snapshotOf(feed, { port, profile });
    if (output === '-') {
      process.stdout.write(jpeg);
      return;
    }
    const file = output ?? `${feed}.jpg`;
    await writeFile(file, jpeg);
    tell(`wrote ${file}, ${Math.ceil(jpeg.length / 1024)} kB`);
  },
};

/** By the socket of the device, where it can be seen; a port that is named is asked as anybody on this machine asks. */
async function snapshotOf(
  feed: string,
  { port, profile }: Pick<SnapshotFlags, 'port' | 'profile'>,
): Promise<Uint8Array> {
  if (port !== undefined) return fetchSnapshot(feed, checkedPort(port));
  const socket = await deviceSocket(profile);
  if (socket === undefined) return fetchSnapshot(feed, await portOf(profile));
  const path = `/api/snapshot/${encodeURIComponent(feed)}.jpg`;
  const { status, type, body } = await callDevice(socket, { path, withinMs: deadlineMs });
  if (status === 200 && type.startsWith('image/jpeg')) return body;
  throw refusalOf(body.toString()) ?? new VedetteError('cli/no-socket');
}

async function portOf(profile: string | undefined): Promise<number> {
  if (profile === undefined) return defaultPort;
  const { loadProfile } = await import('../profile/load.ts');
  return loadProfile(profile).profile.http.port;
}

/** Where loopback is open; `127.0.0.1` and not a name, since that is what the device listens on. */
async function fetchSnapshot(feed: string, port: number): Promise<Uint8Array> {
  const url = `http://127.0.0.1:${port}/api/snapshot/${encodeURIComponent(feed)}.jpg`;
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      throw new VedetteError('cli/no-answer', { port, seconds: deadlineMs / 1000 }, { cause });
    }
    throw new VedetteError('cli/no-device', { port }, { cause });
  }
  const type = response.headers.get('content-type') ?? '';
  if (response.ok && type.startsWith('image/jpeg')) return new Uint8Array(await response.arrayBuffer());
  throw refusalOf(await response.text()) ?? new VedetteError('cli/not-a-device', { port });
}
