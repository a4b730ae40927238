import { AuditTable } from '../src/access/trust/audit-table.ts';
import { entriesPerHead, genesisHash, headStatement } from '../src/access/trust/chain.ts';
import { openTrust } from '../src/access/trust/database.ts';
import type { TrustIdentity } from '../src/access/trust/head-signer.ts';
import { generateKey, publicKeyOf, sign } from '../src/identity/keys.ts';
import type { AuditDraft } from '../src/protocol/access.ts';

/** Heads in one transaction while a long trail is made: nobody waits for each. */
const headsAtOnce = 100;
const people = ['Ada', 'Bob', 'Cleo', 'Dan'] as const;
const types = ['session', 'session', 'session', 'request', 'lock', 'refusal', 'person', 'grant'] as const;

export async function newIdentity(): Promise<TrustIdentity> {
  const pair = await generateKey(false);
  return { publicKey: await publicKeyOf(pair), sign: (text) => sign(pair.privateKey, text) };
}

/** Writes a trail of so many entries, as a device would, without waiting for the disk at each. */
export async function writeTrail(path: string, count: number, identity: TrustIdentity): Promise<void> {
  const { publicKey } = identity;
  const database = openTrust(path, true);
  const audit = new AuditTable(database, genesisHash(publicKey));
  let number = 0;
  for (let written = 0; written < count; ) {
    database.exec('BEGIN');
    for (let heads = 0; heads < headsAtOnce && written < count; heads += 1) {
      const drafts = Array.from({ length: Math.min(entriesPerHead, count - written) }, (_, index) =>
        draft(written + index),
      );
      audit.append(drafts, 1_777_982_400_000 + written * 1_000);
      written += drafts.length;
      number += 1;
      const head = { number, ...audit.tail() };
      audit.addHead({ ...head, signature: await identity.sign(headStatement(publicKey, head)) });
    }
    database.exec('COMMIT');
  }
  database.close();
}

function draft(index: number): AuditDraft {
  const name = people[index % people.length] ?? '';
  const type = types[index % types.length] ?? 'session';
  return {
    type,
    title: `${name} did ${type} number ${index} at the front door`,
    name,
    person: `${name}-0123456789abcdef`,
    key: 'o3CUJ8T0w7hMPSGSJWYzyCkpPRxCHWxwZyq1bAe5Wkw',
    ...(type === 'lock' ? { lock: 'mailbox', picture: 'Yg0mE5b6nSkyY8Kq4Yc9Qm1wEo2Yx3bYv0kQ1u2w3x4' } : {}),
    ...(type === 'session' ? { feed: 'door', detail: { seconds: index % 600 } } : {}),
  };
}
