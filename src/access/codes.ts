import { createHash, createHmac, randomInt } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Secret } from '../log.ts';
import type { AuditDraft, Grant, PersonCode } from '../protocol/access.ts';
import { codeDigits, type KeypadDescription } from '../protocol/keypad.ts';
import { covers } from '../protocol/scope.ts';
import { denialError, denied } from './denial.ts';
import { type InvitationDraft, newId, wrongCodesCounter } from './inviting.ts';
import type { Peer } from './peer.ts';
import type { Register } from './register.ts';
import { plainCode, type Roll } from './roll.ts';
import { type AccessStore, type AnsweredRequest, type CodeBody, counterRow } from './rows.ts';

/** Where the secret is that codes are kept under. */
export interface CodeSecret {
  /** Undefined where none was made yet, or it was lost. */
  readonly current: Secret | undefined;
  /** The secret, which is made now where there is none. */
  ready(): Promise<Secret>;
}

/** What a code is given for. */
export type CodeDraft = Pick<InvitationDraft, 'name' | 'scopes' | 'limits'>;

/** A new code: `code` is told this once. */
export interface MadeCode {
  readonly code: string;
  /** The id of whom it is for. */
  readonly person: string;
  /** Where it can be typed. */
  readonly keypads: readonly KeypadDescription[];
}

export interface CodesParts extends Pick<Register, 'commit'> {
  readonly roll: Roll;
  readonly secret: CodeSecret;
  readonly store: Pick<AccessStore, 'trouble'>;
  readonly keypads: readonly KeypadDescription[];
  readonly clock: Clock;
}

/** Codes for keypads: each is a grant's, and kept so that whoever reads the store can type none. */
export class Codes {
  readonly #parts: CodesParts;

  constructor(parts: CodesParts) {
    this.#parts = parts;
  }

  /** Where codes are typed. */
  get keypads(): readonly KeypadDescription[] {
    return this.#parts.keypads;
  }

  /** False: what is kept cannot be read or written, and nothing is known of any code. */
  get areKnown(): boolean {
    return this.#parts.store.trouble === undefined;
  }

  /** Wrong ones at a keypad since the last right one, as they were kept. */
  wrong(keypad: string): number {
    return this.#parts.roll.counter(wrongCodesCounter(keypad));
  }

  /** Keeps their number, with what is to be said of it. @throws VedetteError what the store throws */
  async keepWrong(keypad: string, value: number, audit: readonly AuditDraft[]): Promise<void> {
    await this.#parts.commit([counterRow(wrongCodesCounter(keypad), value)], audit);
  }

  /**
   * Makes a person, what they may, and their code. Not while another is made: no two are the same.
   * @throws VedetteError `access/denied` where it would never open, `access/no-keypad`, what the store throws
   */
  async make(
    { name, scopes, limits }: CodeDraft,
    by: Pick<AuditDraft, 'person' | 'name' | 'key'>,
    createdBy: string | undefined,
    request?: AnsweredRequest,
  ): Promise<MadeCode> {
    const { roll, keypads, clock, commit } = this.#parts;
    const now = clock.wall();
    const fitting = keypads.filter(({ lock }) => covers(scopes, `unlock:${lock}`));
    if (fitting.length === 0) throw new VedetteError('access/no-keypad');
    if (limits.whileWatching) throw denialError(denied('code-watching'));
    if (limits.until !== undefined && limits.until <= now) throw denialError(denied('code-short'));
    const secret = await this.#parts.secret.ready();
    const person = newId();
    const grant: Grant = {
      ...{ id: newId(), person, scopes: [...scopes], limits, createdAt: now, used: 0 },
      ...(createdBy === undefined ? {} : { createdBy }),
    };
    let code: string;
    let hash: string;
    do {
      code = drawCode();
      hash = codeHash(secret, code);
    } while (roll.codeBy(hash));
    const body: CodeBody = {
      ...{ id: newId(), person, grant: grant.id, hash, secret: secretName(secret), createdAt: now },
    };
    await commit(
      [
        { kind: 'person', id: person, body: { id: person, name, createdAt: now } },
        { kind: 'grant', id: grant.id, body: grant },
        { kind: 'code', id: body.id, body },
      ],
      [{ type: 'pairing', title: `${by.name} made a code for ${name}`, ...by, detail: { code: body.id } }],
      request,
    );
    return { code, person, keypads: fitting };
  }

  /** Whose code was typed, also where it holds no more; undefined where nobody has it, or not any more. */
  peerOf(typed: string, keypad: KeypadDescription): Extract<Peer, { kind: 'code' }> | undefined {
    const { roll, secret } = this.#parts;
    const body = secret.current && roll.codeBy(codeHash(secret.current, typed));
    const person = body && roll.person(body.person);
    if (!person || body.revokedAt !== undefined) return undefined;
    return { kind: 'code', person: person.id, name: person.name, code: body.id, keypad };
  }

  /** The grant that a code is of; undefined where it was taken back, or its secret is gone. */
  grantOf(code: string): Grant | undefined {
    const { roll } = this.#parts;
    const body = roll.anyCode(code);
    if (!body || body.revokedAt !== undefined || !roll.person(body.person) || this.isLost(body))
      return undefined;
    return roll.grant(body.grant);
  }

  /** Codes whose secret is gone: whoever types one is not known any more. */
  get lost(): number {
    return this.#parts.roll.codes.filter((body) => this.isLost(body)).length;
  }

  isLost({ secret }: CodeBody): boolean {
    const { current } = this.#parts.secret;
    return current === undefined || secret !== secretName(current);
  }

  /** As others may see it: that there is one. */
  plain(body: CodeBody): PersonCode {
    return { ...plainCode(body), ...(this.isLost(body) ? { lost: true } : {}) };
  }
}

/** As people type it. Of a machine alone: people choose birthdays. */
function drawCode(): string {
  return String(randomInt(10 ** codeDigits)).padStart(codeDigits, '0');
}

/** HMAC-SHA-256: there are only 10^8 codes to be tried, so without the secret the store must not tell one. */
function codeHash(secret: Secret, code: string): string {
  return createHmac('sha256', secret.reveal()).update(code).digest('base64url');
}

/** Says which secret a code is kept under, and nothing of that secret. */
function secretName(secret: Secret): string {
  return createHash('sha256')
    .update(JSON.stringify(['vedette code secret 1', secret.reveal()]))
    .digest('base64url');
}
