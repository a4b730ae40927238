import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFileDevice } from './bench-device.ts';
import { remark } from './benchmark.ts';
import { type Server, startServer } from './child.ts';
import { type Content, makeContent } from './content.ts';
import { buildGo, type GoPrograms } from './go.ts';

/** What servers are made from, and what drives them. */
export interface Bench {
  readonly content: Content;
  readonly programs: GoPrograms;
}

/** Starts a server that has room for so many viewers. */
export type StartServer = (bench: Bench, viewers: number) => Promise<Server>;

const weriftServer = fileURLToPath(import.meta.resolve('./peers/werift-server.ts'));

/** Servers of one camera, each in a process of its own. */
export const servers: Readonly<Record<string, StartServer>> = {
  pion: ({ content, programs }) => startServer(programs.path('pion-server'), ['-video', content.annexB]),
  vedette: async ({ content }, viewers) => {
    const { device, whep } = await startFileDevice(content.mp4, viewers);
    return {
      pid: device.pid,
      whep,
      stop: async () => {
        if (device.printed().includes('is transcoded'))
          remark('vedette transcoded: its figures count for nothing');
        await device.stop();
      },
    };
  },
  werift: ({ content }) => startServer(process.execPath, [weriftServer, content.annexB]),
};

/** @throws Error where no server has that name */
export function serverOf(name: string): StartServer {
  const start = servers[name];
  if (start === undefined)
    throw new Error(`there is no "${name}"; there are: ${Object.keys(servers).join(', ')}`);
  return start;
}

/** Builds and makes what is needed, and removes it; without Go or Pion it says so and gives undefined. */
export async function withBench<Result>(use: (bench: Bench) => Promise<Result>): Promise<Result | undefined> {
  const programs = await buildGo(['pion-server', 'whep-load']);
  if (typeof programs === 'string') {
    remark(`left out, for its viewers are a program on Pion: ${programs}`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
  try {
    return await use({ content: await makeContent(folder), programs });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await programs.remove();
  }
}
