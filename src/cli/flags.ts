import type { Argv } from 'yargs';
import { VedetteError } from '../errors.ts';
import type { Profile } from '../profile/profile.ts';

/** Flags that win over the profile. */
export interface DeviceFlags {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly logLevel?: Profile['log']['level'] | undefined;
}

/** What most commands are about. */
export const profileArgument = {
  type: 'string',
  demandOption: true,
  describe: 'A profile, or a folder with a profile.yaml',
} as const;

const maxPort = 65_535;

/** Adds {@link DeviceFlags} to a command. */
export function withDeviceFlags<T>(yargs: Argv<T>) {
  return yargs
    .option('port', {
      type: 'number',
      requiresArg: true,
      describe: 'Port of the page (TCP) and of media (UDP); 0 takes any that is free',
    })
    .option('host', { type: 'string', requiresArg: true, describe: 'Address to listen on; :: for all' })
    .option('public-url', {
      type: 'string',
      requiresArg: true,
      describe: 'The address people use from outside, behind a proxy',
    })
    .option('log-level', {
      choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const,
      describe: 'How much to say; debug and trace also tell addresses',
    });
}

/** The profile, with what the command line says in place of what it says. @throws VedetteError `cli/bad-flag` */
export function applyFlags(profile: Profile, { port, host, publicUrl, logLevel }: DeviceFlags): Profile {
  return {
    ...profile,
    http: {
      ...profile.http,
      ...(port === undefined ? {} : { port: checkedPort(port) }),
      ...(host === undefined ? {} : { host }),
      ...(publicUrl === undefined ? {} : { publicUrl: checkedUrl(publicUrl) }),
    },
    log: { ...profile.log, ...(logLevel === undefined ? {} : { level: logLevel }) },
  };
}

/** @throws VedetteError `cli/bad-flag` */
export function checkedPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= maxPort) return port;
  throw new VedetteError('cli/bad-flag', { flag: '--port', allowed: `a whole number from 0 to ${maxPort}` });
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new VedetteError('cli/bad-flag', {
    flag: '--public-url',
    allowed: 'an address that begins with https:// or http://',
  });
}
