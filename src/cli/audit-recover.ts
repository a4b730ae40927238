import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import type { SalvageWithCopy } from '../access/trust/salvage.ts';
import { VedetteError } from '../errors.ts';
import { badLine } from './audit-bad-line.ts';
import { trustOf } from './audit-trust.ts';
import { mustBeStopped } from './device-folder.ts';
import { profileArgument } from './flags.ts';
import { print } from './output.ts';

interface RecoverFlags {
  readonly profile: string;
  readonly yes: boolean;
}

export const auditRecoverCommand: CommandModule<object, RecoverFlags> = {
  command: 'recover <profile>',
  describe: 'Put a damaged trust store in order, with what holds of it; the device is stopped',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('yes', { type: 'boolean', default: false, describe: 'Without asking' })
      .example('sudo $0 audit recover porch.yaml', 'as the user of the service, or as root'),
  async handler({ profile, yes }) {
    const { hasBegun } = await import('../access/trust/begun.ts');
    const { salvageWithCopy } = await import('../access/trust/salvage.ts');
    const { folder, path, identity: startedIdentity } = await trustOf(profile);
    if (!existsSync(path) && !(await hasBegun(folder))) throw new VedetteError('trust/none', { folder });
    const identity = await startedIdentity();
    await mustBeStopped(folder);
    const now = Date.now();
    const found = await salvageWithCopy(path, identity, now);
    if (found.sound) {
      print(`nothing is wrong; entries that hold: ${found.trail.entries}`);
      return;
    }
    for (const line of foundLines(found)) print(line);
    if (!yes && !(await confirmed())) return;
    const { recoverTrust } = await import('../access/trust/recover.ts');
    const aside = await recoverTrust({ folder, identity, found, now });
    print(aside === undefined ? 'a new one is begun' : `recovered; the damaged file is ${aside}`);
  },
};

/** What will be kept, and who will get in by it. */
function foundLines({ rows, rowsLost, fromCopy, takenBack, trail }: SalvageWithCopy): readonly string[] {
  const kept = rows.filter((row) => row.kind !== 'counter' && row.body.revokedAt === undefined);
  const names = kept.flatMap((row) => (row.kind === 'person' ? [row.body.name] : []));
  const count = (kind: string) => kept.filter((row) => row.kind === kind).length;
  return [
    trail.bad ? `the trail is damaged at ${badLine(trail.bad)}` : 'the trail holds',
    `kept: entries ${trail.entries}, keys ${count('key')}, grants ${count('grant')}, invitations ${count('invitation')}`,
    `people: ${names.length === 0 ? 'nobody; pair anew' : names.join(', ')}`,
    ...(fromCopy > 0 ? [`of them by the copy beside the device's key: ${fromCopy}`] : []),
    ...(takenBack > 0 ? [`taken back, since that copy has them no more: ${takenBack}`] : []),
    ...(rowsLost > 0 ? [`lost rows of people, keys or grants: ${rowsLost}`] : []),
  ];
}

async function confirmed(): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message: 'Move the damaged file aside, and go on with this?', default: false });
}
