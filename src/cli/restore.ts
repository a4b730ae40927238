import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { deviceFolder, mustBeStopped } from './device-folder.ts';
import { profileArgument } from './flags.ts';
import { print, tell } from './output.ts';
import { passphraseFrom } from './passphrase.ts';
import { timeText } from './times.ts';

interface RestoreFlags {
  readonly profile: string;
  readonly file: string;
  readonly passphraseFile?: string | undefined;
  readonly replace: boolean;
}

export const restoreCommand: CommandModule<object, RestoreFlags> = {
  command: 'restore <profile> <file>',
  describe: 'Make this computer the device of a backup; the device is stopped',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .positional('file', { type: 'string', demandOption: true, describe: 'What vedette backup has written' })
      .option('passphrase-file', {
        type: 'string',
        requiresArg: true,
        describe: 'Holds the passphrase in its first line; else it is asked for',
      })
      .option('replace', {
        type: 'boolean',
        default: false,
        describe: 'In place of the identity that is there, which is kept aside',
      })
      .example('$0 restore porch.yaml /media/stick/porch.age', 'on a new computer')
      .example('sudo $0 restore porch.yaml porch.age --replace', 'for a service, as root'),
  async handler({ profile, file, passphraseFile, replace }) {
    const { loadProfile } = await import('../profile/load.ts');
    const { isOccupied, isUnfinished, setReady } = await import('../backup/put-in-place.ts');
    const folder = deviceFolder(loadProfile(profile).profile.device);
    if (isUnfinished(folder)) {
      tell('a restore was cut short before; it is finished now, whatever file is named');
      return finish(folder);
    }
    if (isOccupied(folder) && !replace) throw new VedetteError('restore/occupied', { folder });
    await mustBeStopped(folder);
    const passphrase = await passphraseFrom(passphraseFile, false);
    const { readBackup } = await import('../backup/read-backup.ts');
    const { stage } = await import('../backup/stage.ts');
    const backup = await readBackup(file, passphrase);
    await stage(folder, file, backup, Date.now());
    // Asking for the passphrase took its time.
    await mustBeStopped(folder);
    await setReady(folder);
    const { time, device } = backup.manifest;
    print(`this is ${device} as it was at ${timeText(time)}`);
    await finish(folder);
  },
};

async function finish(folder: string): Promise<void> {
  const { putInPlace } = await import('../backup/put-in-place.ts');
  const steps = putInPlace(folder, Date.now());
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  if (step.value !== undefined) print(`what was here before lies in ${step.value}`);
  print('who was sent away since then is let in again, and uses counted since are back: vedette people');
  print('open invitations are over; ask those people in again');
  print('two computers must not be one device: leave the other one off');
}
