import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Access } from '../../src/access/access.ts';
import { CodeSecretFile } from '../../src/access/code-secret.ts';
import { DeviceIdentity } from '../../src/access/device-identity.ts';
import { KnownPeople } from '../../src/access/trust/known-people.ts';
import { Trust } from '../../src/access/trust/trust.ts';
import { TrustedClock } from '../../src/access/trusted-clock.ts';
import type { Clock } from '../../src/clock.ts';
import { sha256, sign } from '../../src/identity/keys.ts';
import { joinStatement } from '../../src/identity/statements.ts';
import { boxKeypad, HandClock, local, newPhone, origin, type Phone } from '../access/house.ts';

const log = pino({ level: 'silent' });

/** Identity, people and trail of a device, on the disk. */
export interface Running {
  readonly identity: DeviceIdentity;
  readonly access: Access;
  readonly trust: Trust;
  stop(): Promise<void>;
}

/** Starts what a device keeps of itself. */
export async function run(folder: string, clock: Clock = new HandClock()): Promise<Running> {
  const identity = new DeviceIdentity({
    folder: join(folder, 'identity'),
    witnesses: [join(folder, 'trust.sqlite'), join(folder, 'identity/trust-begun')],
  });
  await identity.start();
  const trust = new Trust({ folder, identity, clock, log });
  const codeSecret = new CodeSecretFile(join(folder, 'identity'));
  const access = new Access({
    store: trust,
    known: new KnownPeople({ folder: join(folder, 'identity'), identity, log }),
    identity,
    clock,
    time: new TrustedClock({ clock, synchronisedAt: () => 1 }),
    loopback: false,
    watches: () => false,
    firstCame: async () => undefined,
    ownerCame: () => undefined,
    keypads: { keypads: [boxKeypad], secret: codeSecret },
    pages: () => [new URL('https://porch.local:8480/')],
  });
  await codeSecret.start();
  await access.start();
  return {
    ...{ identity, access, trust },
    async stop() {
      await access.stop();
      await trust.stop();
    },
  };
}

/** Pairs a new phone at the terminal. */
export async function pair({ access, identity }: Running, name: string): Promise<Phone> {
  const { invitation, secret } = await access.pair(local, { again: false });
  const phone = await newPhone();
  const parts = { device: identity.id, key: phone.publicKey, invitation: invitation.id, origin };
  const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
  await access.join({
    ...{ invitation: invitation.id, secret, key: phone.publicKey, label: 'Firefox, Linux', origin, name },
    signature: await sign(phone.pair.privateKey, statement),
  });
  return phone;
}

/** A folder for devices and backups, that ends with the test. */
export async function newPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-backup-'));
  const profile = join(folder, 'porch.yaml');
  await writeFile(profile, 'device: porch\ncameras: { door: { kind: test } }\n');
  const passphraseFile = join(folder, 'passphrase');
  await writeFile(passphraseFile, 'correct horse battery staple\n');
  return {
    ...{ folder, profile, passphraseFile },
    state: join(folder, 'state'),
    file: join(folder, 'porch.age'),
    has: (name: string) => existsSync(join(folder, name)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
