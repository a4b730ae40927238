import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { profileArgument } from './flags.ts';
import { print } from './output.ts';
import { openedRecords } from './records-of.ts';
import { timeOf } from './times.ts';

interface ExportFlags {
  readonly profile: string;
  readonly from: string;
  readonly to?: string | undefined;
  readonly output: string;
}

export const exportCommand: CommandModule<object, ExportFlags> = {
  command: 'export <profile>',
  describe: 'Write what happened in a time into a folder: index, clips, pictures, readings, hashes',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('from', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Not before: a time, or how long ago',
      })
      .option('to', { type: 'string', requiresArg: true, describe: 'Before this time; now by default' })
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Folder to make',
      })
      .example('$0 export porch.yaml --from 2026-05-01 --to 2026-05-02 -o evidence', 'one day')
      .example('cd evidence && sha256sum -c SHA256SUMS', 'is it still what was exported?'),
  async handler({ profile, from, to, output }) {
    const { mkdir } = await import('node:fs/promises');
    const { exportRecords } = await import('../records/export.ts');
    const now = Date.now();
    const span = { from: timeOf('--from', from, now), to: to === undefined ? now : timeOf('--to', to, now) };
    if (!(span.from < span.to))
      throw new VedetteError('cli/bad-flag', { flag: '--from', allowed: 'a time before --to' });
    const records = await openedRecords(profile);
    const folder = resolve(output);
    try {
      await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST' ? new VedetteError('cli/file-exists', { file: output }) : error;
      });
      const { events, files, bytes } = await exportRecords(records, span, folder);
      print(
        `wrote ${output}: ${events} events, ${files} files, ${Math.ceil(bytes / 1e6)} MB; begin with index.html`,
      );
    } finally {
      records.close();
    }
  },
};
