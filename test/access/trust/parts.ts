import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TrustRow } from '../../../src/access/trust/row.ts';
import { Trust } from '../../../src/access/trust/trust.ts';
import type { MonotonicMs, WallMs } from '../../../src/clock.ts';
import { generateKey, publicKeyOf, sign } from '../../../src/identity/keys.ts';
import type { AuditDraft } from '../../../src/protocol/access.ts';

export const startMs = Date.UTC(2026, 4, 5, 12);
export const log = pino({ level: 'silent' });

/** A device's identity, state folder and clock, which is turned by hand. */
export async function newDevice() {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-trust-'));
  const pair = await generateKey(false);
  const identity = {
    publicKey: await publicKeyOf(pair),
    sign: (text: string) => sign(pair.privateKey, text),
  };
  const time = { wall: startMs };
  const clock = { now: () => time.wall as MonotonicMs, wall: () => time.wall as WallMs };
  const open: Trust[] = [];
  return {
    folder,
    path: join(folder, 'trust.sqlite'),
    identity,
    time,
    /** Starts it; `rows` are what it began with. */
    async start() {
      const trust = new Trust({ folder, identity, clock, log });
      open.push(trust);
      return { trust, rows: await trust.start() };
    },
    async remove() {
      await Promise.all(open.map((trust) => trust.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type TestDevice = Awaited<ReturnType<typeof newDevice>>;

export const newId = (bytes = 16) => randomBytes(bytes).toString('base64url');

export function person(name: string): TrustRow & { kind: 'person' } {
  const id = newId();
  return { kind: 'person', id, body: { id, name, createdAt: startMs } };
}

export const joined = (name: string): AuditDraft => ({ type: 'person', title: `${name} came in`, name });
export const looked = (name: string): AuditDraft => ({ type: 'session', title: `${name} looked`, name });
