import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import { keyIdOf, verify } from '../identity/keys.ts';
import { joinStatement } from '../identity/statements.ts';
import { keyWords } from '../identity/words.ts';
import { type Closing, closings } from '../protocol/denial.ts';
import {
  draftInvitation,
  hashOf,
  invitationRow,
  maxWrongTries,
  newId,
  ownerName,
  pairingDraft,
  wrongTriesCounter,
} from './inviting.ts';
import type { Register } from './register.ts';
import type { Roll } from './roll.ts';
import { type AccessRow, counterRow, type InvitationBody, type PersonBody } from './rows.ts';

/** What a browser sends that opened an invitation's link. */
export interface JoinRequest {
  readonly invitation: string;
  readonly secret: string;
  /** Raw public key. */
  readonly key: string;
  /** What it is on. */
  readonly label: string;
  readonly name?: string | undefined;
  /** Of the key, over `joinStatement`. */
  readonly signature: string;
  /** Of the page. */
  readonly origin: string;
}

/** Whoever holds the device's button, by a key that has proved itself. */
export interface PresentRequest extends Pick<JoinRequest, 'key' | 'label'> {
  readonly name: string;
}

/** Who came in. */
export interface Joined {
  readonly person: { readonly id: string; readonly name: string };
  /** The id of their key. */
  readonly key: string;
  readonly label: string;
  /** The same on both sides, or somebody stands between. */
  readonly words: string;
  /** Nobody was there before. */
  readonly first: boolean;
}

export interface JoiningParts extends Pick<Register, 'commit' | 'inTurn'> {
  readonly roll: Roll;
  readonly identity: { readonly id: string; readonly publicKey: string };
  readonly clock: Clock;
  /** Why it cannot be opened, or undefined where it can. */
  closed(invitation: InvitationBody): Closing | undefined;
}

/** Invitations that are opened, each once. */
export class Joining {
  readonly #parts: JoiningParts;
  /** By invitation, of this run. */
  readonly #joined = new Map<string, Joined>();
  /** Wrong secrets since somebody looked, those on their way to the disk too. */
  #tries = 0;

  constructor(parts: JoiningParts) {
    this.#parts = parts;
  }

  joined(invitation: string): Joined | undefined {
    return this.#joined.get(invitation);
  }

  /** Too many wrong secrets were tried. */
  get isClosed(): boolean {
    this.#tries = Math.max(this.#tries, this.#parts.roll.counter(wrongTriesCounter));
    return this.#tries >= maxWrongTries;
  }

  /** Wrong secrets are forgiven; the counter's row is the caller's to keep. */
  forgive(): void {
    this.#tries = 0;
  }

  /** @throws VedetteError see `Access.join` */
  async join(request: JoinRequest): Promise<Joined> {
    const invitation = await this.#proven(request);
    const key = await this.#keyOf(request);
    // Of two that open one invitation, the second finds it used; and what is taken back meanwhile stays so.
    return this.#parts.inTurn(() => this.#open(invitation.id, key, request));
  }

  /** Makes a key an owner's, with no secret: whoever has it stands at the device. @throws VedetteError `access/key-known` */
  async letInAtDevice(request: PresentRequest): Promise<Joined> {
    const { roll, clock, inTurn } = this.#parts;
    const key = await keyIdOf(request.key);
    return inTurn(async () => {
      if (roll.anyKey(key)) throw new VedetteError('access/key-known');
      const { body } = draftInvitation(pairingDraft(clock.wall(), request.name), clock.wall(), undefined);
      return this.#letIn(body, key, request, true);
    });
  }

  async #open(id: string, key: string, request: JoinRequest): Promise<Joined> {
    const { roll } = this.#parts;
    const invitation = roll.invitation(id);
    if (!invitation) throw new VedetteError('access/invitation');
    // The answer may have been lost: the same key may ask again.
    const before = this.#joined.get(invitation.id);
    if (before?.key === key && roll.key(key)) return before;
    const closed = this.#parts.closed(invitation);
    if (closed !== undefined) {
      const what = invitation.recovery ? 'A recovery code' : `An invitation of ${invitation.name}`;
      await this.#note(
        `${what} was ${invitation.recovery ? 'tried' : 'opened'} in vain: ${closings[closed]}`,
        invitation,
      );
      throw new VedetteError(invitation.recovery ? 'access/recovery-over' : 'access/invitation-over', {
        ...{ why: closed, reason: closings[closed] },
      });
    }
    if (roll.anyKey(key)) throw new VedetteError('access/key-known');
    return this.#letIn(invitation, key, request);
  }

  /** The invitation whose secret this is. @throws VedetteError `access/invitation`, `access/pairing-closed` */
  async #proven({ invitation: id, secret }: JoinRequest): Promise<InvitationBody> {
    const { roll, closed, commit } = this.#parts;
    const invitation = roll.invitation(id);
    const right = invitation !== undefined && sameText(invitation.secretHash, hashOf(secret));
    // A code on paper is good for years: were wrong tries counted against it, any stranger could close pairing for good, and
    // close it to whoever has the right code. Its 128 bits are guessed by nobody.
    if (right && invitation.recovery) return invitation;
    if (this.isClosed) throw new VedetteError('access/pairing-closed');
    if (right) return invitation;
    // Where nobody is asked in, there is nothing to be guessed.
    if (roll.invitations.some((other) => !other.recovery && closed(other) === undefined)) {
      this.#tries += 1;
      const value = this.#tries;
      const title = 'Somebody tried a link that was never made';
      await commit(
        [counterRow(wrongTriesCounter, value)],
        [{ type: 'pairing', title, detail: { tries: value } }],
      );
    }
    throw new VedetteError('access/invitation');
  }

  /** The key's id. @throws VedetteError `access/wrong-signature` */
  async #keyOf({ invitation, secret, key, signature, origin }: JoinRequest): Promise<string> {
    const device = this.#parts.identity.id;
    const statement = joinStatement({ device, key, invitation, secretHash: hashOf(secret), origin });
    if (!(await verify(key, statement, signature))) throw new VedetteError('access/wrong-signature');
    return keyIdOf(key);
  }

  async #letIn(
    invitation: InvitationBody,
    key: string,
    request: Pick<JoinRequest, 'key' | 'label' | 'name'>,
    present = false,
  ): Promise<Joined> {
    const { roll, identity, clock, commit } = this.#parts;
    const now = clock.wall();
    const first = roll.isEmpty;
    const known = invitation.person === undefined ? undefined : roll.person(invitation.person);
    if (invitation.person !== undefined && !known)
      throw new VedetteError('access/invitation-over', {
        ...{ why: 'person-gone', reason: closings['person-gone'] },
      });
    const person = known ?? { id: newId(), name: nameOf(invitation, request), createdAt: now };
    const { label } = request;
    const words = await keyWords([identity.publicKey, request.key]);
    await commit(
      [
        ...(known ? [] : newcomer(person, invitation, now)),
        {
          ...{ kind: 'key', id: key },
          body: { id: key, publicKey: request.key, label, addedAt: now, person: person.id },
        },
        invitationRow({ ...invitation, usedAt: now }),
      ],
      [
        {
          type: 'pairing',
          title: present
            ? `${person.name} came in by the device's button: ${label}`
            : titleOf(invitation, person.name, known !== undefined, label),
          ...{ person: person.id, name: person.name, key },
          // Nobody at a terminal saw them: they are compared with the trail.
          detail: { invitation: invitation.id, label, ...(present || invitation.recovery ? { words } : {}) },
        },
      ],
    );
    const joined = { person: { id: person.id, name: person.name }, key, label, words, first };
    this.#joined.set(invitation.id, joined);
    return joined;
  }

  async #note(title: string, { id }: InvitationBody): Promise<void> {
    await this.#parts.commit([], [{ type: 'pairing', title, detail: { invitation: id } }]);
  }
}

/** As the trail tells it. */
function titleOf({ recovery }: InvitationBody, name: string, known: boolean, label: string): string {
  if (recovery) return `${name} came in by the recovery code: ${label}`;
  return known ? `${name} came in with a further key: ${label}` : `${name} came in`;
}

/** A person, and what the invitation gives them. */
function newcomer(person: PersonBody, invitation: InvitationBody, now: number): readonly AccessRow[] {
  const { scopes, limits, createdBy } = invitation;
  const grant = {
    ...{ id: newId(), person: person.id, scopes, limits, createdAt: now, used: 0 },
    ...(createdBy === undefined ? {} : { createdBy }),
  };
  return [
    { kind: 'person', id: person.id, body: person },
    { kind: 'grant', id: grant.id, body: grant },
  ];
}

/** Who is asked in is called as who asked calls them; who pairs at the terminal, as they call themselves. */
function nameOf(invitation: InvitationBody, { name }: Pick<JoinRequest, 'name'>): string {
  const isPairing = invitation.createdBy === undefined && invitation.name === ownerName;
  return isPairing ? (name ?? invitation.name) : invitation.name;
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
