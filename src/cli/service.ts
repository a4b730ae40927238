import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { profileArgument } from './flags.ts';
import { tell } from './output.ts';
import { hasUnit, knownGroups, readableByAll, systemctl, unitFolder, writeUnit } from './service-files.ts';
import { serviceNeeds } from './service-needs.ts';
import { type ServicePlan, unitText } from './service-unit.ts';

interface ServiceFlags {
  readonly action: 'install' | 'uninstall' | 'status' | 'print';
  readonly profile: string;
  readonly user: boolean;
}

/** Where people keep their files: hidden from a service, but for what it needs. */
const homes = /^\/(home|root|run\/user)(\/|$)/;
/** A stand-in for a secret that only systemd hands over: it is there when the service runs. */
const laterSecret = 'set-when-the-service-runs';

export const serviceCommand: CommandModule<object, ServiceFlags> = {
  command: 'service <action> <profile>',
  describe: 'Start a device with the machine, by systemd',
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['install', 'uninstall', 'status', 'print'] as const,
        demandOption: true,
        describe: 'print writes the unit to stdout and changes nothing',
      })
      .positional('profile', profileArgument)
      .option('user', {
        type: 'boolean',
        default: false,
        describe: 'For this person alone, with their rights and their sound server',
      })
      .example('sudo $0 service install porch.yaml', 'starts it now and with the machine')
      .example('$0 service print porch.yaml', 'what install would write')
      .example('$0 service install porch.yaml --user', 'without root'),
  async handler({ action, profile, user }) {
    const { plan, unreadable } = await planOf(profile, user);
    const folder = unitFolder(user, process.env);
    const unit = `${plan.name}.service`;
    const file = join(folder, unit);
    if (action === 'print') {
      process.stdout.write(unitText(plan));
      warn(unreadable, user);
      return;
    }
    if (action === 'status') {
      systemctl(user, '--no-pager', 'status', unit);
      return;
    }
    if (!user && process.geteuid?.() !== 0) throw new VedetteError('service/not-root');
    if (action === 'uninstall') {
      // A file that somebody changed stays, and so does what it runs.
      if (!hasUnit(file)) throw new VedetteError('service/not-installed', { unit });
      systemctl(user, 'disable', '--now', unit);
      rmSync(file);
      systemctl(user, 'daemon-reload');
      tell(`removed ${file}; what the device has recorded stays in its state folder`);
      return;
    }
    if (!user && !existsSync('/run/systemd/system')) throw new VedetteError('service/no-systemd');
    mkdirSync(folder, { recursive: true });
    const changed = writeUnit(file, unitText(plan));
    tell(`${changed ? 'wrote' : 'nothing changed in'} ${file}`);
    warn(unreadable, user);
    systemctl(user, 'daemon-reload');
    systemctl(user, 'enable', unit);
    systemctl(user, 'restart', unit);
    tell(`${unit} runs; its log: journalctl ${user ? '--user ' : ''}-u ${plan.name}`);
    if (user) tell('it stops when you log out, unless you say: loginctl enable-linger');
  },
};

function warn(unreadable: readonly string[], user: boolean): void {
  if (user) return;
  for (const file of unreadable) {
    tell(
      `the service's user cannot read ${file}: chmod o+r, or for a secret, credential:<name> in the profile`,
    );
  }
}

/** What the service of a profile is, and which of its files a user of its own could not read. */
async function planOf(
  path: string,
  user: boolean,
): Promise<{ plan: ServicePlan; unreadable: readonly string[] }> {
  const { parseProfile, readProfile } = await import('../profile/load.ts');
  const { file: given, text } = readProfile(path);
  const file = resolve(given);
  const folder = dirname(file);
  const credentials: { name: string; file: string }[] = [];
  const read = [file];
  const profile = parseProfile(file, text, {
    env: { ...process.env, CREDENTIALS_DIRECTORY: credentialsFolder },
    readFile: (name) => {
      if (name.startsWith(`${credentialsFolder}/`)) {
        const credential = name.slice(credentialsFolder.length + 1);
        const source = join(folder, credential);
        credentials.push({ name: credential, file: source });
        return existsSync(source) ? readFileSync(source, 'utf8') : laterSecret;
      }
      const source = resolve(folder, name);
      read.push(source);
      return readFileSync(source, 'utf8');
    },
  });
  const program = resolve(process.argv[1] ?? '');
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  const plan: ServicePlan = {
    name: `vedette-${profile.device}`,
    title: profile.title,
    user,
    command: [process.execPath, ...process.execArgv, program],
    profile: file,
    visible: [...new Set([folder, root])].filter((visible) => homes.test(visible)),
    path: (user ? process.env.PATH : undefined) ?? systemPath,
    needs: serviceNeeds(profile, knownGroups()),
    credentials,
  };
  return { plan, unreadable: read.filter((one) => !readableByAll(one)) };
}

/** Where programs of the machine are, whoever installs the service. */
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where credentials seem to be while the profile is only looked at. */
const credentialsFolder = '/run/credentials/vedette';
