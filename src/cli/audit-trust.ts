import { join } from 'node:path';
import type { TrustIdentity } from '../access/trust/head-signer.ts';
import { deviceFolder, identityIn } from './device-folder.ts';

/** Where the trust store of a profile's device lies on this machine. */
export interface TrustPlace {
  /** The device's state folder. */
  readonly folder: string;
  readonly path: string;
  /** @throws VedetteError what reading the identity throws; makes none */
  identity(): Promise<TrustIdentity>;
}

/** @throws VedetteError what loading a profile throws */
export async function trustOf(profile: string): Promise<TrustPlace> {
  const { loadProfile } = await import('../profile/load.ts');
  const { trustFileName } = await import('../access/trust/database.ts');
  const folder = deviceFolder(loadProfile(profile).profile.device);
  return {
    folder,
    path: join(folder, trustFileName),
    identity: () => identityIn(folder),
  };
}
