import { join } from 'node:path';
import type { TrustIdentity } from '../access/trust/head-signer.ts';
import { stateFolder } from './state-folder.ts';

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
  const folder = stateFolder(loadProfile(profile).profile.device, process.env);
  return {
    folder,
    path: join(folder, trustFileName),
    async identity() {
      const { DeviceIdentity } = await import('../access/device-identity.ts');
      const identity = new DeviceIdentity({
        folder: join(folder, 'identity'),
        credentials: process.env.CREDENTIALS_DIRECTORY,
        // Whoever asks has looked that this device had a trust store: its folder is witness enough.
        witnesses: [folder],
      });
      await identity.start();
      return identity;
    },
  };
}
