import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { jsonOf, requireSocket } from './device-socket.ts';
import { print, tell } from './output.ts';
import { qrCode, qrPng } from './qr-code.ts';
import { newRecoveryCode, recoveryLines } from './recovery.ts';
import { timeText } from './times.ts';

interface PairFlags {
  readonly name?: string | undefined;
  readonly profile?: string | undefined;
  readonly png?: string | undefined;
  readonly again: boolean;
}

const Made = z.object({ invitation: z.string(), expiresAt: z.number(), link: z.string() });
const Fate = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open') }),
  z.object({ state: z.literal('over') }),
  z.object({
    ...{ state: z.literal('joined'), name: z.string(), label: z.string(), words: z.string() },
    first: z.boolean(),
  }),
]);

/** How often it is looked whether somebody came. */
const pollMs = 400;

export const pairCommand: CommandModule<object, PairFlags> = {
  command: 'pair [name]',
  describe: 'Let a phone or browser in as an owner of the device that runs here',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', describe: 'Whose it is; asked for on the phone by default' })
      .option('profile', { type: 'string', requiresArg: true, describe: 'Of the device, where several run' })
      .option('png', { type: 'string', requiresArg: true, describe: 'Also write the QR code to this file' })
      .option('again', {
        type: 'boolean',
        default: false,
        describe: 'Open pairing again after too many wrong links',
      })
      .example('$0 pair', 'scan the code with the phone, and compare the words')
      .example('$0 pair Ada --png ada.png', 'for a screen elsewhere'),
  async handler({ name, profile, png, again }) {
    const socket = await requireSocket(profile);
    const wish = { again, ...(name === undefined ? {} : { name }) };
    const made = Made.parse(await jsonOf(socket, { method: 'POST', path: '/api/pairing', body: wish }));
    const path = `/api/pairing/${made.invitation}`;
    const stopped = new AbortController();
    const stop = (): void => stopped.abort();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      if (png !== undefined) await writeFile(png, await qrPng(made.link), { mode: 0o600 });
      for (const line of ['', ...qrCode(made.link, process.stdout.isTTY), '', `  ${made.link}`, ''])
        print(line);
      tell(`whoever opens this link by ${timeText(made.expiresAt)} is an owner; Ctrl-C takes it back`);
      const fate = await fateOf(socket, path, stopped.signal);
      if (fate?.state !== 'joined') {
        // What cannot be taken back any more is over.
        if (fate === undefined) await jsonOf(socket, { method: 'DELETE', path }).catch(() => undefined);
        throw new VedetteError('cli/not-paired');
      }
      print(`${fate.name} is in, by ${fate.label}`);
      print(`the phone shows these words, or it is not that phone: ${fate.words}`);
      if (fate.first) for (const line of recoveryLines(await newRecoveryCode(socket))) print(line);
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  },
};

/** What becomes of the invitation; undefined where nobody waits any more. */
async function fateOf(
  socket: string,
  path: string,
  signal: AbortSignal,
): Promise<z.infer<typeof Fate> | undefined> {
  while (!signal.aborted) {
    const fate = Fate.parse(await jsonOf(socket, { path }));
    if (fate.state !== 'open') return fate;
    await pause(pollMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
