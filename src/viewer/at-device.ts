/** Coming in by the device's own button: this browser's key asks, and the device decides when its minute is over. */

import { z } from 'zod';
import { sign } from '../identity/keys.ts';
import { presenceStatement } from '../identity/statements.ts';
import { PresenceAnswer } from '../protocol/presence.ts';
import type { Refused } from '../protocol/refused.ts';
import { keyJoined, type OwnKey } from './own-key.ts';
import { Problem } from './problem.ts';
import { type Identity, post } from './sign-in.ts';

const Challenge = z.object({ challenge: z.string() });

export type AtDevice =
  | PresenceAnswer
  /** `code` is one of docs/errors.md. */
  | ({ readonly state: 'refused' } & Refused)
  | { readonly state: 'unreachable' };

/** Asks once. It is asked again until it says `in`, `out` or `refused`. Never throws. */
export async function askAtDevice(
  { device }: Identity,
  key: OwnKey,
  form: { readonly name: string; readonly label: string },
): Promise<AtDevice> {
  try {
    const asked = await post('/api/session/challenge', {});
    if (!asked.ok) return { state: 'unreachable' };
    const { challenge } = Challenge.parse(await asked.json());
    const parts = { device: device.id, key: key.publicKey, challenge, origin: location.origin };
    const signature = await sign(key.privateKey, presenceStatement(parts));
    const answer = await post('/api/presence', { ...form, key: key.publicKey, challenge, signature });
    const body: unknown = await answer.json();
    if (!answer.ok) return { state: 'refused', ...Problem.parse(body) };
    const said = PresenceAnswer.parse(body);
    if (said.state === 'in') await keyJoined(device.id, key);
    return said;
  } catch {
    return { state: 'unreachable' };
  }
}
