import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { deviceFolder, mustBeStopped } from './device-folder.ts';
import { profileArgument } from './flags.ts';
import { print } from './output.ts';

interface ResetFlags {
  readonly profile: string;
  readonly yes: boolean;
}

export const resetCommand: CommandModule<object, ResetFlags> = {
  command: 'reset <profile>',
  describe:
    'Make a device as new: its key, its people, its trail and its records are removed; the profile stays',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('yes', { type: 'boolean', default: false, describe: 'Without asking' })
      .example('sudo $0 reset porch.yaml', 'asks for the name of the device first'),
  async handler({ profile: path, yes }) {
    const { loadProfile } = await import('../profile/load.ts');
    const { device, records } = loadProfile(path).profile;
    const folder = deviceFolder(device);
    const { namesIn, removeState, statePartsOf } = await import('./reset-state.ts');
    await mustBeStopped(folder);
    const parts = await statePartsOf({ folder, files: records.folder ?? folder });
    if (parts.length === 0) throw new VedetteError('reset/nothing', { device, folder });
    if (!yes && !(await confirmed(device, folder, parts))) throw new VedetteError('reset/not-confirmed');
    // Somebody may have started it meanwhile.
    await mustBeStopped(folder);
    await removeState(parts);
    for (const { what, paths } of parts) print(`removed ${what}: ${paths.join(', ')}`);
    const rest = await namesIn(folder);
    if (rest.length > 0) print(`left in ${folder}, not of Vedette: ${rest.join(', ')}`);
    print(`${path} stays; what starts from it is another device that nobody knows: vedette pair`);
  },
};

async function confirmed(
  device: string,
  folder: string,
  parts: readonly { readonly what: string }[],
): Promise<boolean> {
  print(`This removes, from ${folder} and for good: ${parts.map(({ what }) => what).join('; ')}.`);
  const { input } = await import('@inquirer/prompts');
  return (await input({ message: `Type the device's name, ${device}, to go on` })).trim() === device;
}
