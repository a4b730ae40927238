import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { jsonOf, requireSocket } from './device-socket.ts';
import { print } from './output.ts';

interface RecoveryFlags {
  readonly profile?: string | undefined;
}

const Made = z.object({ code: z.string() });

export const recoveryCommand: CommandModule<object, RecoveryFlags> = {
  command: 'recovery',
  describe: 'Make the code that lets an owner in who has lost their phone; the one before it ends',
  builder: (yargs) =>
    yargs
      .option('profile', { type: 'string', requiresArg: true, describe: 'Of the device, where several run' })
      .example('$0 recovery', 'write it down; it is shown once'),
  async handler({ profile }) {
    const socket = await requireSocket(profile);
    for (const line of recoveryLines(await newRecoveryCode(socket))) print(line);
  },
};

/** Makes a new code at a device. @throws VedetteError what asking it throws */
export async function newRecoveryCode(socket: string): Promise<string> {
  return Made.parse(await jsonOf(socket, { method: 'POST', path: '/api/recovery' })).code;
}

/** What is said of a new code, once. */
export const recoveryLines = (code: string): readonly string[] => [
  '',
  `  ${code}`,
  '',
  'This is the recovery code. Write it down, and keep it away from the device and from the phone: whoever',
  "types it on the device's page comes in as owner, once. It is not shown again; vedette recovery makes another.",
];
