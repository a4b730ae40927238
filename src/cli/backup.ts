import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { version } from '../version.ts';
import { deviceFolder, identityIn } from './device-folder.ts';
import { profileArgument } from './flags.ts';
import { print } from './output.ts';
import { passphraseFrom } from './passphrase.ts';

interface BackupFlags {
  readonly profile: string;
  readonly to: string;
  readonly passphraseFile?: string | undefined;
  readonly force: boolean;
}

export const backupCommand: CommandModule<object, BackupFlags> = {
  command: 'backup <profile>',
  describe: 'Write what makes the device itself (its key, people and grants) to an encrypted file',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('to', { type: 'string', demandOption: true, requiresArg: true, describe: 'The file to write' })
      .option('passphrase-file', {
        type: 'string',
        requiresArg: true,
        describe: 'Holds the passphrase in its first line; else it is asked for',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace a file that is there already' })
      .example('$0 backup porch.yaml --to /media/stick/porch.age', 'the device may be running')
      .example('age --decrypt porch.age | tar --list', 'what is in it, without Vedette'),
  async handler({ profile, to, passphraseFile, force }) {
    const { loadProfile } = await import('../profile/load.ts');
    const { trustFileName } = await import('../access/trust/database.ts');
    const { device } = loadProfile(profile).profile;
    const folder = deviceFolder(device);
    if (existsSync(to) && !force) throw new VedetteError('cli/file-exists', { file: to });
    if (!existsSync(join(folder, trustFileName))) throw new VedetteError('trust/none', { folder });
    const identity = await identityIn(folder);
    const passphrase = await passphraseFrom(passphraseFile, true);
    const { writeBackup } = await import('../backup/write-backup.ts');
    await writeBackup({ folder, identity, manifest: { time: Date.now(), device, version }, passphrase, to });
    print(`${to} is ${device} itself: whoever has it and the passphrase can be it. Keep them apart`);
    print('people who are sent away after this are let in again by a restore of it: make a new one then');
  },
};
