import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VedetteError } from '../errors.ts';
import { answers, controlSocketName } from '../http/control-socket.ts';
import { stateFolder } from './state-folder.ts';

/**
 * Where a device's identity is on this machine, or is to be: its own state folder, or the one of its service where only
 * that is there.
 */
export function deviceFolder(device: string): string {
  const own = stateFolder(device, process.env);
  const service = join('/var/lib', `vedette-${device}`);
  return !existsSync(own) && !process.env.STATE_DIRECTORY && existsSync(service) ? service : own;
}

/** @throws VedetteError `trust/in-use` where a device runs in that folder */
export async function mustBeStopped(folder: string): Promise<void> {
  const { mustBeUnused } = await import('../access/trust/salvage.ts');
  const { trustFileName } = await import('../access/trust/database.ts');
  mustBeUnused(join(folder, trustFileName));
  // One whose trust store is damaged does not hold it.
  if (await answers(join(folder, controlSocketName))) throw new VedetteError('trust/in-use');
}

/** The identity in a state folder; none is made. @throws VedetteError what reading an identity throws */
export async function identityIn(folder: string) {
  const { DeviceIdentity } = await import('../access/device-identity.ts');
  const identity = new DeviceIdentity({
    folder: join(folder, 'identity'),
    credentials: process.env.CREDENTIALS_DIRECTORY,
    // Whoever asks has looked that there is a device: its folder is witness enough.
    witnesses: [folder],
  });
  await identity.start();
  return identity;
}
