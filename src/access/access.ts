import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { AuditDraft, Grant } from '../protocol/access.ts';
import type { PeopleResult } from '../protocol/request.ts';
import type { Scope } from '../protocol/scope.ts';
import { type CodeDraft, Codes, type CodesParts, type MadeCode } from './codes.ts';
import { Deciding } from './deciding.ts';
import { denialError, denied } from './denial.ts';
import { type GrantDraft, grantDetail, granted } from './granting.ts';
import { Invitations, type MadeInvitation } from './invitations.ts';
import { type InvitationDraft, pairingDraft, wrongTriesCounter } from './inviting.ts';
import { type Joined, Joining, type JoinRequest, type PresentRequest } from './joining.ts';
import { Passkeys } from './passkeys.ts';
import type { Circumstances, Decision, Peer } from './peer.ts';
import { newRecovery, recoverySince } from './recovering.ts';
import { Register, type RegisterParts } from './register.ts';
import { type Revocable, revoked } from './revoking.ts';
import type { Roll } from './roll.ts';
import { type AccessRow, type AnsweredRequest, counterRow, type InvitationBody } from './rows.ts';
import type { TrustedClock } from './trusted-clock.ts';

export interface AccessOptions extends RegisterParts {
  /** Of the device. */
  readonly identity: { readonly id: string; readonly publicKey: string };
  readonly clock: Clock;
  readonly time: TrustedClock;
  /** Whoever asks from the machine itself is its owner. */
  readonly loopback: boolean;
  /** Every address that the device's page may be opened by, for passkeys; none unless told. */
  readonly pages?: () => readonly URL[];
  /** Whether a picture flows to a session of this key now. */
  readonly watches: (key: string) => boolean;
  /** Somebody came in where nobody was, by whatever door: what opened to everybody with the printed link ends. */
  readonly firstCame: () => Promise<void>;
  /** Somebody came in as an owner without anybody asking them in: every owner is to know. */
  readonly ownerCame: (joined: Joined, how: 'recovery' | 'button') => void;
  /** Where codes are typed, and the secret they are kept under. */
  readonly keypads: Pick<CodesParts, 'keypads' | 'secret'>;
}

/**
 * Who may do what. Decisions are made in memory, by rows that are on disk; every change is on disk, with its entry in the
 * trail, before it holds. Whatever nobody allowed is refused.
 */
export class Access {
  readonly #options: AccessOptions;
  readonly #register: Register;
  readonly #deciding: Deciding;
  readonly #invitations: Invitations;
  readonly #joining: Joining;
  readonly codes: Codes;
  readonly passkeys: Passkeys;
  /** The invitation of whoever pairs at the terminal just now. */
  #pairing: string | undefined;
  /** What ends with the first who comes. */
  #firstEnded: Promise<void> | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
    const { store, identity, clock, time, keypads } = options;
    this.#register = new Register(options);
    const { roll } = this.#register;
    const change: Pick<Register, 'commit' | 'inTurn'> = {
      commit: (put, audit, request) => this.#register.commit(put, audit, request),
      inTurn: (work) => this.#register.inTurn(work),
    };
    this.codes = new Codes({ roll, store, ...keypads, clock, ...change });
    this.#deciding = new Deciding({ ...options, roll, codes: this.codes });
    this.#invitations = new Invitations({ roll, clock, time, ...change });
    const closed = (invitation: InvitationBody) => this.#invitations.closed(invitation);
    this.#joining = new Joining({ roll, identity, clock, closed, ...change });
    this.passkeys = new Passkeys({ roll, clock, pages: options.pages ?? (() => []), ...change });
  }

  get #roll(): Roll {
    return this.#register.roll;
  }

  /** The device's id. */
  get device(): string {
    return this.#options.identity.id;
  }

  start(): Promise<void> {
    return this.#register.start();
  }

  /** Keeps the time, so that no clock goes behind it. Nothing is lost where that fails. */
  stop(): Promise<void> {
    return this.#register.stop();
  }

  /** Somebody belongs to it: the printed secret is over. */
  get paired(): boolean {
    return !this.#roll.isEmpty || this.#register.trouble !== undefined;
  }

  /**
   * Decides whether `peer` may use `scope` now. Every door of the device asks here. `grant` is the one that a use of it
   * is to be taken from, see {@link used}.
   */
  authorize(peer: Peer, scope: Scope, circumstances?: Circumstances): Decision & { readonly grant?: Grant } {
    return this.#deciding.authorize(peer, scope, circumstances);
  }

  /** What `peer` may do just now, in any circumstances. */
  scopesOf(peer: Peer): readonly Scope[] {
    return this.#deciding.scopesOf(peer);
  }

  /** Whether `peer` may lock: who has opened for the last time may close again, whatever uses and circumstances say. */
  mayLock(peer: Peer, lock: string): Decision {
    return this.#deciding.mayLock(peer, lock);
  }

  /** Who proved the key of this id; a stranger where nobody has it, or nobody any more. */
  peerOf(key: string, network: 'local' | 'remote', only?: readonly Scope[]): Peer {
    const known = this.#roll.key(key);
    if (!known) return { kind: 'stranger' };
    const { id: person, name } = known.person;
    return { kind: 'person', person, name, key, network, ...(only ? { only } : {}) };
  }

  /** Who asks from the machine itself: a stranger, unless the profile says otherwise. */
  get loopback(): Peer {
    return { kind: this.#options.loopback ? 'loopback' : 'stranger' };
  }

  /** Whether somebody has or had this key. @param key its id */
  hasSeen(key: string): boolean {
    return this.#roll.anyKey(key) !== undefined;
  }

  /** As people read it. */
  nameOf(peer: Peer): string {
    switch (peer.kind) {
      case 'local':
        return 'the terminal';
      case 'loopback':
        return 'this machine';
      case 'holder':
        return 'a link';
      case 'person':
        return this.#roll.person(peer.person)?.name ?? peer.name;
      case 'code':
        return `${peer.name} (${peer.keypad.title})`;
      case 'stranger':
        return 'somebody unknown';
    }
  }

  /** Calls `listener` when people, keys or grants are others, until the returned function is called. */
  onChange(listener: () => void): () => void {
    return this.#register.onChange(listener);
  }

  /** Everybody, and who is asked in and has not come yet. */
  people(): z.infer<typeof PeopleResult> {
    const people = this.#roll.list((code) => this.codes.plain(code));
    const since = recoverySince(this.#roll);
    return {
      ...{ people: [...people], invitations: [...this.#invitations.open] },
      ...(since === undefined ? {} : { recovery: { since } }),
    };
  }

  /**
   * Asks somebody in. The secret is given once and kept nowhere.
   * @param request what it answers, kept with it
   * @throws VedetteError `access/denied` where it would give more than `by` has, `access/unknown`, what the store throws
   */
  async invite(by: Peer, draft: InvitationDraft, request?: AnsweredRequest): Promise<MadeInvitation> {
    this.#require(by, 'invite');
    this.#requireMayGive(by, draft);
    return this.#invitations.make(draft, this.#about(by), createdBy(by), request);
  }

  /**
   * Makes a code for the keypads, with who it is for and what they may. It is given once and kept nowhere.
   * @throws VedetteError as {@link invite}, and `access/no-keypad`
   */
  async inviteByCode(by: Peer, draft: CodeDraft, request?: AnsweredRequest): Promise<MadeCode> {
    this.#require(by, 'invite');
    this.#requireMayGive(by, draft);
    return this.#register.inTurn(() => this.codes.make(draft, this.#about(by), createdBy(by), request));
  }

  /**
   * Takes up an invitation with a key.
   * @throws VedetteError `access/invitation`, `access/invitation-over`, `access/recovery-over`, `access/pairing-closed`,
   *   `access/wrong-signature`, `access/key-known`
   */
  async join(request: JoinRequest): Promise<Joined> {
    const before = this.#joining.joined(request.invitation);
    const joined = await this.#joining.join(request);
    if (joined.first) await this.#endFirst();
    // Who asks again because an answer was lost is no news.
    if (joined !== before && this.#roll.invitation(request.invitation)?.recovery)
      this.#options.ownerCame(joined, 'recovery');
    return joined;
  }

  /**
   * Makes whoever held the device's button an owner.
   * @throws VedetteError `access/key-known`, what the store throws
   */
  async letInAtDevice(request: PresentRequest): Promise<Joined> {
    const joined = await this.#joining.letInAtDevice(request);
    if (joined.first) await this.#endFirst();
    this.#options.ownerCame(joined, 'button');
    return joined;
  }

  /** Once, however often the first asks again whose answer was lost: else it would end what they got by it. */
  async #endFirst(): Promise<void> {
    this.#firstEnded ??= this.#options.firstCame();
    try {
      await this.#firstEnded;
    } catch (error) {
      this.#firstEnded = undefined;
      throw error;
    }
  }

  /** How an invitation fares, for who made it. */
  joined(invitation: string): { readonly state: 'open' | 'over' } | ({ readonly state: 'joined' } & Joined) {
    const joined = this.#joining.joined(invitation);
    if (joined) return { state: 'joined', ...joined };
    const body = this.#roll.invitation(invitation);
    return { state: body && this.#invitations.closed(body) === undefined ? 'open' : 'over' };
  }

  /**
   * Asks the next owner in, for ten minutes; whoever was asked in so before and has not come does not come any more.
   * @param again wrong tries are forgiven: somebody at the terminal has looked
   * @throws VedetteError `access/denied`, `access/pairing-closed`, what the store throws
   */
  async pair(by: Peer, { name, again }: { readonly name?: string | undefined; readonly again: boolean }) {
    this.#require(by, 'admin');
    if (again) {
      this.#joining.forgive();
      await this.#register.commit(
        [counterRow(wrongTriesCounter, 0)],
        [{ type: 'pairing', title: `${this.nameOf(by)} opened pairing again` }],
      );
    }
    if (this.#joining.isClosed) throw new VedetteError('access/pairing-closed');
    const before = this.#pairing === undefined ? undefined : this.#roll.invitation(this.#pairing);
    if (before && this.#invitations.closed(before) === undefined)
      await this.revoke(by, 'invitation', before.id);
    const made = await this.invite(by, pairingDraft(this.#options.clock.wall(), name));
    this.#pairing = made.invitation.id;
    return made;
  }

  /**
   * Makes the recovery code of this device, as it is written down; the one before it ends. It is kept nowhere.
   * @throws VedetteError `access/denied` but for the terminal, what the store throws
   */
  async recoveryCode(by: Peer): Promise<string> {
    if (by.kind !== 'local') throw denialError(denied('recovery-terminal'));
    return this.#register.inTurn(async () => {
      const { code, id, rows } = await newRecovery(this.#roll, this.#options.clock.wall());
      const title = `${this.nameOf(by)} made a recovery code`;
      const detail = { invitation: id };
      await this.#register.commit(rows, [{ type: 'pairing', title, ...this.#about(by), detail }]);
      return code;
    });
  }

  /**
   * Ends what a person, a key, a grant or an invitation may, at once.
   * @throws VedetteError `access/denied`, `access/unknown`, what the store throws
   */
  async revoke(by: Peer, what: Revocable, id: string, request?: AnsweredRequest): Promise<void> {
    await this.#register.inTurn(async () => {
      const { rows, title, owner, notBy } = revoked(this.#roll, what, id, this.#options.clock.wall());
      // Everybody may take back what they gave, and give up what is theirs.
      if (by.kind !== 'person' || by.person !== owner)
        requireAllowed(this.#deciding.despiteTrouble(by, 'admin'));
      if (by.kind === 'person' && by.person === notBy) throw denialError(denied('passkey-not-own'));
      const type = what === 'invitation' ? 'pairing' : what === 'grant' ? 'grant' : 'person';
      const entry: AuditDraft = { type, title: `${this.nameOf(by)} ${title}`, ...this.#about(by) };
      // What is used meanwhile must not undo it.
      await this.#register.commitAtOnce(rows, [entry], request);
    });
  }

  /**
   * Allows somebody who is known something, with no more than `by` has: in the place of a grant of theirs, or beside it.
   * @throws VedetteError `access/denied`, `access/unknown`, what the store throws
   */
  async grant(by: Peer, draft: GrantDraft, request?: (given: Grant) => AnsweredRequest): Promise<Grant> {
    return this.#register.inTurn(() => this.#grant(by, draft, request));
  }

  async #grant(by: Peer, draft: GrantDraft, request?: (given: Grant) => AnsweredRequest): Promise<Grant> {
    this.#require(by, 'admin');
    const person = this.#roll.person(draft.person);
    if (!person) throw new VedetteError('access/unknown', { what: 'person' });
    const old = draft.instead === undefined ? undefined : this.#roll.grant(draft.instead);
    if (draft.instead !== undefined && (old?.person !== person.id || old.revokedAt !== undefined))
      throw new VedetteError('access/unknown', { what: 'grant' });
    const { until } = draft.limits;
    if (until !== undefined && until <= this.#options.clock.wall()) throw denialError(denied('nothing'));
    this.#deciding.requireWithin(by, draft);
    const { grant, codes, ends, before } = granted(
      this.#roll,
      draft,
      this.#options.clock.wall(),
      createdBy(by),
    );
    const detail = { after: grantDetail(grant), ...(before ? { before: grantDetail(before) } : {}) };
    const title = `${this.nameOf(by)} ${before ? 'changed what' : 'allowed'} ${person.name}${before ? ' may' : ' more'}`;
    // What ends holds for nothing from now on: what is used of it meanwhile must not bring it back.
    this.#roll.take(ends);
    try {
      await this.#register.commit(
        [...ends, { kind: 'grant', id: grant.id, body: grant }, ...codes],
        [{ type: 'grant', title, ...this.#about(by), detail }],
        request?.(grant),
      );
    } catch (error) {
      for (const row of ends) this.#roll.take([alive(row, this.#roll)]);
      throw error;
    }
    return grant;
  }

  /** @throws VedetteError `access/denied`, `access/unknown`, what the store throws */
  async rename(by: Peer, id: string, name: string, request?: AnsweredRequest): Promise<void> {
    await this.#register.inTurn(() => this.#rename(by, id, name, request));
  }

  async #rename(by: Peer, id: string, name: string, request?: AnsweredRequest): Promise<void> {
    if (by.kind !== 'person' || by.person !== id) this.#require(by, 'admin');
    const person = this.#roll.person(id);
    if (!person) throw new VedetteError('access/unknown', { what: 'person' });
    const title = `${this.nameOf(by)} called ${person.name} ${name}`;
    const entry: AuditDraft = { type: 'person', title, ...this.#about(by) };
    await this.#register.commit([{ kind: 'person', id, body: { ...person, name } }], [entry], request);
  }

  /** Counts one use of `grant` at once, so that no other takes it; gives the row to be kept with what it is used for. */
  used({ id }: Grant): AccessRow {
    return this.#count(id, 1);
  }

  /** Takes {@link used} back where its row was not kept. */
  notUsed({ id }: Grant): void {
    this.#count(id, -1);
  }

  #count(id: string, uses: number): AccessRow {
    const grant = this.#roll.grant(id);
    if (!grant) throw new Error('no such grant');
    const row: AccessRow = { kind: 'grant', id, body: { ...grant, used: grant.used + uses } };
    this.#roll.take([row]);
    if (grant.limits.uses !== undefined) void this.#register.copy();
    return row;
  }

  /** @throws VedetteError `access/denied` */
  #require(by: Peer, scope: Scope): void {
    requireAllowed(this.authorize(by, scope));
  }

  #requireMayGive(
    by: Peer,
    { person, scopes, limits }: Pick<InvitationDraft, 'person' | 'scopes' | 'limits'>,
  ): void {
    if (person !== undefined) {
      // A further key is all that its person may.
      if (!this.#roll.person(person)) throw new VedetteError('access/unknown', { what: 'person' });
      if (scopes.length > 0) throw denialError(denied('further-key'));
      if (by.kind !== 'person' || by.person !== person) this.#require(by, 'admin');
      return;
    }
    if (scopes.length === 0) throw denialError(denied('nothing'));
    this.#deciding.requireWithin(by, { scopes, limits });
  }

  #about(by: Peer): Pick<AuditDraft, 'person' | 'name' | 'key'> {
    const name = this.nameOf(by);
    return by.kind === 'person' ? { person: by.person, name, key: by.key } : { name };
  }
}

/** What ended and could not be written down, as it was; uses that were taken meanwhile stay taken. */
function alive(row: AccessRow, roll: Roll): AccessRow {
  if (row.kind === 'grant') {
    const { revokedAt: _, ...body } = roll.grant(row.id) ?? row.body;
    return { ...row, body };
  }
  if (row.kind !== 'invitation') return row;
  const { revokedAt: _, ...body } = row.body;
  return { ...row, body };
}

/** @throws VedetteError `access/denied` */
function requireAllowed(decision: Decision): void {
  if (!decision.allowed) throw denialError(decision);
}

const createdBy = (by: Peer): string | undefined => (by.kind === 'person' ? by.person : undefined);
