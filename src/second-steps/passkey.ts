import { createHash } from 'node:crypto';
import { denialError, denied } from '../access/denial.ts';
import { VedetteError } from '../errors.ts';
import { passkeyStatement } from '../identity/statements.ts';
import type { SecondStep, StepParts, SteppedUnlock } from './kind.ts';

/** Whoever asks is verified by their authenticator (finger, face, PIN), on the same browser that asks. */
export const passkeyStep: SecondStep<'passkey'> = {
  waitsMs: 60_000,
  asksOthers: false,
  needs(unlock, until, { access }) {
    const { peer } = unlock;
    const own = peer.kind === 'person' ? access.passkeys.of(peer.person) : [];
    if (own.length === 0) throw new VedetteError('second-step/no-passkey');
    const passkeys = own.map(({ credential, rpId }) => ({ credential, rpId }));
    return { kind: 'passkey', until, challenge: challengeOf(unlock, { access }), passkeys };
  },
  async check(unlock, { key, assertion }, { access }) {
    const { peer, name, words } = unlock;
    if (peer.kind !== 'person' || key !== unlock.key) throw denialError(denied('passkey-browser'));
    const proof = await access.passkeys.proves(peer.person, challengeOf(unlock, { access }), assertion);
    // It was good for one answer, whatever that was.
    if ('wrong' in proof)
      return { proven: false, words: `the passkey of ${name} did not let them ${words}: ${proof.wrong}` };
    return { proven: true, words: `${name} was verified by their passkey to ${words}`, keep: proof.use };
  },
};

/** SHA-256 of what it is for: this request, this lock, this challenge of the device. */
function challengeOf({ request, lock, challenge }: SteppedUnlock, { access }: StepParts): string {
  const statement = passkeyStatement({ device: access.device, request, lock, challenge });
  return createHash('sha256').update(statement).digest('base64url');
}
