import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { AuditDraft } from '../protocol/access.ts';
import type { Assertion, NewCredential } from '../protocol/passkey.ts';
import { denialError, denied } from './denial.ts';
import type { Peer } from './peer.ts';
import type { Register } from './register.ts';
import type { Roll } from './roll.ts';
import type { AccessRow, AnsweredRequest, PasskeyBody } from './rows.ts';
import { assertedCounter, newPasskey, passkeyPages } from './webauthn.ts';

/** As long as a dialog of a browser may stay open. */
const offerMs = 5 * 60_000;

export interface PasskeysParts extends Pick<Register, 'commit' | 'inTurn'> {
  readonly roll: Roll;
  readonly clock: Clock;
  /** Every address that the device's page may be opened by. */
  pages(): readonly URL[];
}

type Person = Extract<Peer, { readonly kind: 'person' }>;

/** Passkeys of people: made once, used for the second step of an unlock. */
export class Passkeys {
  readonly #parts: PasskeysParts;
  /** What a key was given to make a passkey with, once. */
  readonly #offers = new Map<string, { readonly challenge: string; readonly endsMs: number }>();

  constructor(parts: PasskeysParts) {
    this.#parts = parts;
  }

  /** Those of a person that were not taken back. */
  of(person: string): readonly PasskeyBody[] {
    return this.#parts.roll.passkeysOf(person);
  }

  /**
   * Gives what a browser makes a new passkey with.
   * @throws VedetteError `access/denied`
   */
  begin(by: Peer): {
    readonly challenge: string;
    readonly user: { readonly id: string; readonly name: string };
  } {
    const { person, name, key } = this.#mayAdd(by);
    const challenge = randomBytes(32).toString('base64url');
    this.#offers.set(key, { challenge, endsMs: this.#parts.clock.now() + offerMs });
    return { challenge, user: { id: person, name } };
  }

  /**
   * Takes a new passkey up.
   * @throws VedetteError `access/denied`, `access/challenge`, `access/passkey`, what the store throws
   */
  async add(by: Peer, made: NewCredential, label: string, request?: AnsweredRequest): Promise<void> {
    const { clock, pages, inTurn, commit } = this.#parts;
    const { person, name, key } = this.#mayAdd(by);
    const offer = this.#offers.get(key);
    this.#offers.delete(key);
    if (!offer || clock.now() > offer.endsMs) throw new VedetteError('access/challenge');
    const known = await newPasskey(made, offer.challenge, passkeyPages(pages()));
    if ('wrong' in known) throw new VedetteError('access/passkey', { detail: known.wrong });
    await inTurn(async () => {
      // Of two that are made at once, one is the first.
      this.#mayAdd(by);
      const id = createHash('sha256').update(known.credential).digest('base64url');
      if (this.#parts.roll.passkey(id))
        throw new VedetteError('access/passkey', { detail: 'it is known here already' });
      const body = { id, person, ...known, label, addedAt: clock.wall() };
      const title = `${name} added a passkey on ${label}`;
      const entry: AuditDraft = { type: 'person', title, person, name, key };
      await commit([{ kind: 'passkey', id, body }], [entry], request);
    });
  }

  /**
   * Whether `person` proves `challenge` by a passkey of theirs, verified by their authenticator. Gives what counts its
   * use, or why not.
   */
  async proves(
    person: string,
    challenge: string,
    assertion: Assertion,
  ): Promise<{ readonly use: () => AccessRow } | { readonly wrong: string }> {
    const passkey = this.of(person).find(({ credential }) => credential === assertion.credential);
    if (!passkey) return { wrong: 'it is not known here' };
    const { roll, pages } = this.#parts;
    const counter = await assertedCounter(assertion, challenge, passkeyPages(pages()), passkey);
    if (typeof counter !== 'number') return counter;
    return {
      use: () => {
        const now = roll.passkey(passkey.id) ?? passkey;
        const row: AccessRow = {
          ...{ kind: 'passkey', id: now.id, body: { ...now, counter: Math.max(now.counter, counter) } },
        };
        roll.take([row]);
        return row;
      },
    };
  }

  /**
   * The first passkey only: whoever holds an unlocked phone could add one of their own, and a stolen phone would be two
   * steps at once. The next is added when the first was taken back, which its person cannot do on their page.
   */
  #mayAdd(by: Peer): Person {
    if (by.kind !== 'person' || by.only || !this.#parts.roll.key(by.key))
      throw denialError(denied('passkey-own-key'));
    if (this.of(by.person).length > 0) throw denialError(denied('passkey-there'));
    return by;
  }
}
