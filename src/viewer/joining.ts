/** Coming in by an invitation: this browser makes its key, and the device learns it. */

import { sha256, sign } from '../identity/keys.ts';
import { joinStatement } from '../identity/statements.ts';
import { keyWords } from '../identity/words.ts';
import type { Refused } from '../protocol/refused.ts';
import type { JoinLink } from './join-link.ts';
import { type KeyTrouble, keyJoined, newKey } from './own-key.ts';
import { Problem } from './problem.ts';
import { type Identity, post } from './sign-in.ts';

export type Joined =
  | { readonly type: 'joined'; readonly words: string }
  | { readonly type: 'no-key'; readonly trouble: KeyTrouble }
  | ({ readonly type: 'refused' } & Refused)
  | { readonly type: 'unreachable' };

/** Never throws. */
export async function join(
  { device }: Identity,
  { invitation, secret }: JoinLink,
  { name, label }: { readonly name: string | undefined; readonly label: string },
): Promise<Joined> {
  const key = await newKey(device.id);
  if (typeof key === 'string') return { type: 'no-key', trouble: key };
  try {
    const parts = { device: device.id, key: key.publicKey, invitation, origin: location.origin };
    const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
    const signature = await sign(key.privateKey, statement);
    const response = await post('/api/join', {
      invitation,
      secret,
      key: key.publicKey,
      label,
      ...(name === undefined ? {} : { name }),
      signature,
    });
    if (!response.ok) {
      const refusal = Problem.safeParse(await response.json()).data;
      return refusal === undefined ? { type: 'unreachable' } : { type: 'refused', ...refusal };
    }
    await keyJoined(device.id, key);
    // Of the keys as this side knows them: somebody in between would have had to change one of them.
    return { type: 'joined', words: await keyWords([device.publicKey, key.publicKey]) };
  } catch {
    return { type: 'unreachable' };
  }
}
