import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VedetteError } from '../errors.ts';
import { controlSocketName } from '../http/control-socket.ts';
import { callDevice } from './device-socket.ts';
import { stateFolder } from './state-folder.ts';

/** A device that runs says at once that it is well. */
const answerMs = 3_000;

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
  const call = { path: '/healthz', withinMs: answerMs };
  const runs = await callDevice(join(folder, controlSocketName), call).then(
    () => true,
    (error: unknown) => error instanceof VedetteError && error.code === 'cli/silent',
  );
  if (runs) throw new VedetteError('trust/in-use');
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
