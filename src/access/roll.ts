import type { Grant, Invitation, Person, PersonCode } from '../protocol/access.ts';
import type { AccessRow, CodeBody, InvitationBody, KeyBody, PasskeyBody, PersonBody } from './rows.ts';

/** Everybody the device knows, in memory: rows in, and answers that cost nothing, however many grants there are. */
export class Roll {
  readonly #people = new Map<string, PersonBody>();
  readonly #keys = new Map<string, KeyBody>();
  readonly #passkeys = new Map<string, PasskeyBody>();
  readonly #grants = new Map<string, Grant>();
  readonly #grantsOf = new Map<string, Grant[]>();
  readonly #invitations = new Map<string, InvitationBody>();
  readonly #codes = new Map<string, CodeBody>();
  /** By what is kept of them; of two that are the same, the one that came last. */
  readonly #codesByHash = new Map<string, CodeBody>();
  readonly #codesOf = new Map<string, CodeBody[]>();
  readonly #counters = new Map<string, number>();

  /** Takes up new rows, and those that replace others. */
  take(rows: readonly AccessRow[]): void {
    for (const row of rows) {
      if (row.kind === 'person') this.#people.set(row.id, row.body);
      else if (row.kind === 'key') this.#keys.set(row.id, row.body);
      else if (row.kind === 'passkey') this.#passkeys.set(row.id, row.body);
      else if (row.kind === 'invitation') this.#invitations.set(row.id, row.body);
      else if (row.kind === 'code') this.#takeCode(row.body);
      else if (row.kind === 'counter') this.#counters.set(row.id, row.body.value);
      else this.#takeGrant(row.body);
    }
  }

  /** Somebody was let in once, whatever became of them. Whoever only has a code has no way in. */
  get isEmpty(): boolean {
    return this.#keys.size === 0 && [...this.#people.keys()].every((id) => this.#codesOf.has(id));
  }

  /** Undefined where there is none, or no more. */
  person(id: string): PersonBody | undefined {
    const person = this.#people.get(id);
    return person?.revokedAt === undefined ? person : undefined;
  }

  /** As {@link person}, revoked ones too. */
  anyPerson(id: string): PersonBody | undefined {
    return this.#people.get(id);
  }

  /** A key with its person, neither of them revoked. */
  key(id: string): { readonly key: KeyBody; readonly person: PersonBody } | undefined {
    const key = this.#keys.get(id);
    if (!key || key.revokedAt !== undefined) return undefined;
    const person = this.person(key.person);
    return person && { key, person };
  }

  /** A key that was ever seen, revoked or not. */
  anyKey(id: string): KeyBody | undefined {
    return this.#keys.get(id);
  }

  /** A code that was ever made, revoked or not. */
  anyCode(id: string): CodeBody | undefined {
    return this.#codes.get(id);
  }

  /** As {@link anyCode}, by what is kept of it. */
  codeBy(hash: string): CodeBody | undefined {
    return this.#codesByHash.get(hash);
  }

  /** Every code that is not revoked, nor its person. */
  get codes(): readonly CodeBody[] {
    return [...this.#codes.values()].filter(
      ({ person, revokedAt }) => revokedAt === undefined && this.person(person) !== undefined,
    );
  }

  /** One that was ever added, taken back or not. */
  passkey(id: string): PasskeyBody | undefined {
    return this.#passkeys.get(id);
  }

  /** Those of a person that were not taken back. */
  passkeysOf(person: string): readonly PasskeyBody[] {
    return [...this.#passkeys.values()].filter((it) => it.person === person && it.revokedAt === undefined);
  }

  grant(id: string): Grant | undefined {
    return this.#grants.get(id);
  }

  grantsOf(person: string): readonly Grant[] {
    return this.#grantsOf.get(person) ?? [];
  }

  invitation(id: string): InvitationBody | undefined {
    return this.#invitations.get(id);
  }

  get invitations(): readonly InvitationBody[] {
    return [...this.#invitations.values()];
  }

  counter(id: string): number {
    return this.#counters.get(id) ?? 0;
  }

  /** Everybody who is not revoked, with keys and grants, the longest known first. */
  list(code: (body: CodeBody) => PersonCode = plainCode): readonly Person[] {
    return [...this.#people.values()]
      .filter(({ revokedAt }) => revokedAt === undefined)
      .sort((a, b) => a.createdAt - b.createdAt)
      .map((person) => ({
        ...person,
        keys: [...this.#keys.values()]
          .filter((key) => key.person === person.id && !key.revokedAt)
          .map(plainKey),
        ...this.#listed(person.id, code),
        ...this.#plainPasskeys(person.id),
        grants: this.grantsOf(person.id).toSorted((a, b) => b.createdAt - a.createdAt),
      }));
  }

  #listed(person: string, code: (body: CodeBody) => PersonCode): Pick<Person, 'codes'> {
    const codes = this.#codesOf.get(person)?.filter(({ revokedAt }) => revokedAt === undefined) ?? [];
    return codes.length === 0 ? {} : { codes: codes.map(code) };
  }

  #takeCode(code: CodeBody): void {
    const known = this.#codes.get(code.id);
    this.#codes.set(code.id, code);
    this.#codesByHash.set(code.hash, code);
    const own = this.#codesOf.get(code.person);
    if (!own) this.#codesOf.set(code.person, [code]);
    else if (known) own[own.indexOf(known)] = code;
    else own.push(code);
  }

  /** The rows of people, keys, passkeys and grants that nobody took back, and of a recovery code that nobody used. */
  living(): readonly AccessRow[] {
    const isLiving = ({ revokedAt }: { readonly revokedAt?: number | undefined }) => revokedAt === undefined;
    const isSomebodys = ({ person }: { readonly person: string }) => this.person(person) !== undefined;
    const people = [...this.#people.values()].filter(isLiving);
    const keys = [...this.#keys.values()].filter((key) => isLiving(key) && isSomebodys(key));
    const passkeys = [...this.#passkeys.values()].filter((it) => isLiving(it) && isSomebodys(it));
    const grants = [...this.#grants.values()].filter((grant) => isLiving(grant) && isSomebodys(grant));
    const codes = this.invitations.filter(
      (invitation) => invitation.recovery && isLiving(invitation) && invitation.usedAt === undefined,
    );
    return [
      ...codes.map((body) => ({ kind: 'invitation', id: body.id, body }) as const),
      ...people.map((body) => ({ kind: 'person', id: body.id, body }) as const),
      ...keys.map((body) => ({ kind: 'key', id: body.id, body }) as const),
      ...passkeys.map((body) => ({ kind: 'passkey', id: body.id, body }) as const),
      ...grants.map((body) => ({ kind: 'grant', id: body.id, body }) as const),
    ];
  }

  #plainPasskeys(person: string): Pick<Person, 'passkeys'> {
    const own = this.passkeysOf(person);
    const plain = own.map(({ id, rpId, label, addedAt }) => ({ id, rpId, label, addedAt }));
    return plain.length === 0 ? {} : { passkeys: plain };
  }

  #takeGrant(grant: Grant): void {
    const known = this.#grants.get(grant.id);
    this.#grants.set(grant.id, grant);
    const own = this.#grantsOf.get(grant.person);
    if (!own) this.#grantsOf.set(grant.person, [grant]);
    else if (known) own[own.indexOf(known)] = grant;
    else own.push(grant);
  }
}

/** As others may see it: that there is one. */
export function plainCode({ id, grant, createdAt }: CodeBody): PersonCode {
  return { id, grant, createdAt };
}

/** As others may see it. */
export function plainInvitation({ secretHash: _, recovery: __, ...invitation }: InvitationBody): Invitation {
  return invitation;
}

function plainKey({ person: _, revokedAt: __, ...key }: KeyBody): Person['keys'][number] {
  return key;
}
