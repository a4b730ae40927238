import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { deviceFolder, identityIn, mustBeStopped } from './device-folder.ts';
import { profileArgument } from './flags.ts';
import { print, printJson } from './output.ts';
import { timeText } from './times.ts';

interface ShowFlags {
  readonly profile: string;
  readonly json: boolean;
}

interface ChangeFlags {
  readonly profile: string;
  readonly yes: boolean;
}

const showCommand: CommandModule<object, ShowFlags> = {
  command: '$0 <profile>',
  describe: 'Show who the device is to people: its key, and since when',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('json', { type: 'boolean', default: false, describe: 'As JSON, with the whole chain of keys' })
      .example('$0 identity porch.yaml', 'the device may be running'),
  async handler({ profile, json }) {
    const { identity } = await found(profile);
    const { publicKey, id, succession } = identity;
    if (json) return printJson({ publicKey, id, succession });
    const { keyWords } = await import('../identity/words.ts');
    const last = succession.at(-1);
    print(`key: ${publicKey}`);
    print(`id: ${id}`);
    print(`words: ${await keyWords([publicKey])}`);
    print(last ? `since: ${timeText(last.time)}; changes: ${last.number}` : 'since: its first start');
  },
};

const changeCommand: CommandModule<object, ChangeFlags> = {
  command: 'change <profile>',
  describe: 'Give the device another key, which people who know the old one follow; the device is stopped',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('yes', { type: 'boolean', default: false, describe: 'Without asking' })
      .example('sudo $0 identity change porch.yaml', 'for a service, as root'),
  async handler({ profile, yes }) {
    const { folder, path, identity } = await found(profile);
    await mustBeStopped(folder);
    const heads = existsSync(path) ? await headsOf(path, identity) : 0;
    if (!yes && !(await confirmed())) return;
    await mustBeStopped(folder);
    for await (const step of identity.change(heads, Date.now())) print(step);
    print(`the device's key is now ${identity.publicKey}`);
    print('browsers follow it when they meet the device the next time, at home or from elsewhere');
    print('backups made before hold the old key: make a new one');
  },
};

export const identityCommand: CommandModule = {
  command: 'identity',
  describe: "Show the device's key, or change it",
  builder: (yargs) =>
    yargs
      .command(showCommand)
      .command(changeCommand)
      .example('$0 identity porch.yaml', 'who it is')
      .example('$0 identity change porch.yaml', 'where somebody may have copied the old key'),
  handler() {
    // One of the commands within is.
  },
};

/** @throws VedetteError `trust/none`, what reading an identity throws */
async function found(profile: string) {
  const { loadProfile } = await import('../profile/load.ts');
  const { trustFileName } = await import('../access/trust/database.ts');
  const folder = deviceFolder(loadProfile(profile).profile.device);
  if (!existsSync(join(folder, 'identity'))) throw new VedetteError('trust/none', { folder });
  return { folder, path: join(folder, trustFileName), identity: await identityIn(folder) };
}

/** How many signatures the trail has. @throws VedetteError `trust/damaged` where it does not hold */
async function headsOf(path: string, identity: Awaited<ReturnType<typeof identityIn>>): Promise<number> {
  const { salvage } = await import('../access/trust/salvage.ts');
  const { trail } = await salvage(path, identity);
  if (trail.bad) throw new VedetteError('trust/damaged', { detail: trail.bad.what });
  return trail.heads;
}

async function confirmed(): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message: 'Change the key of this device?', default: false });
}
