import type { Clock, MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { AuditDraft, Grant, Invitation, Person } from '../protocol/access.ts';
import type { KeypadDescription } from '../protocol/keypad.ts';
import type { Scope } from '../protocol/scope.ts';
import { type CodeDraft, type CodeSecret, Codes, type MadeCode } from './codes.ts';
import { Deciding } from './deciding.ts';
import { denialError, denied } from './denial.ts';
import { type GrantDraft, grantDetail, granted } from './granting.ts';
import {
  draftInvitation,
  type InvitationDraft,
  invitationRow,
  knownCounter,
  lastSeenCounter,
  maxInvitationMs,
  pairingDraft,
  wrongCodesCounter,
  wrongTriesCounter,
} from './inviting.ts';
import { type Joined, Joining, type JoinRequest, type PresentRequest } from './joining.ts';
import { Passkeys } from './passkeys.ts';
import type { Circumstances, Decision, Peer } from './peer.ts';
import { newRecovery } from './recovering.ts';
import { type Revocable, revoked } from './revoking.ts';
import { plainInvitation, Roll } from './roll.ts';
import {
  type AccessRow,
  type AccessStore,
  counterRow,
  type InvitationBody,
  type KnownStore,
} from './rows.ts';
import type { TrustedClock } from './trusted-clock.ts';

export interface AccessOptions {
  readonly store: AccessStore;
  /** Whom the device knows, once more, for when the store is in trouble. */
  readonly known: KnownStore;
  /** Of the device. */
  readonly identity: { readonly id: string; readonly publicKey: string };
  readonly clock: Clock;
  readonly time: TrustedClock;
  /** Whoever asks from the machine itself is its owner. */
  readonly loopback: boolean;
  /** Every address that the device's page may be opened by, for passkeys; none unless told. */
  readonly pages?: () => readonly URL[];
  /** Somebody came in where nobody was, by whatever door: what opened to everybody with the printed link ends. */
  readonly firstCame: () => Promise<void>;
  /** Somebody came in as an owner without anybody asking them in: every owner is to know. */
  readonly ownerCame: (joined: Joined, how: 'recovery' | 'button') => void;
  /** Where codes are typed, and the secret they are kept under. */
  readonly keypads: { readonly keypads: readonly KeypadDescription[]; readonly secret: CodeSecret };
}

/**
 * Who may do what. Decisions are made in memory, by rows that are on disk; every change is on disk, with its entry in the
 * trail, before it holds. Whatever nobody allowed is refused.
 */
export class Access {
  readonly #options: AccessOptions;
  readonly #roll = new Roll();
  readonly #deciding: Deciding;
  readonly #joining: Joining;
  readonly #codes: Codes;
  readonly passkeys: Passkeys;
  readonly #listeners = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();
  /** The invitation of whoever pairs at the terminal just now. */
  #pairing: string | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
    const { identity, clock, keypads } = options;
    this.#codes = new Codes({
      ...{ roll: this.#roll, ...keypads, clock },
      commit: (put, audit) => this.#commit(put, audit),
    });
    this.#deciding = new Deciding({ ...options, roll: this.#roll, codes: this.#codes });
    this.#joining = new Joining({
      ...{ roll: this.#roll, identity, clock },
      isOpen: (invitation) => this.#isOpen(invitation),
      inTurn: (work) => this.#inTurn(work),
      commit: (put, audit) => this.#commit(put, audit),
    });
    this.passkeys = new Passkeys({
      ...{ roll: this.#roll, clock, pages: options.pages ?? (() => []) },
      inTurn: (work) => this.#inTurn(work),
      commit: (put, audit) => this.#commit(put, audit),
    });
  }

  /** The device's id. */
  get device(): string {
    return this.#options.identity.id;
  }

  async start(): Promise<void> {
    const { store, known, time } = this.#options;
    this.#roll.take(await store.start());
    const copied = await known.start();
    if (store.trouble !== undefined) this.#roll.take(copied ?? []);
    time.resume(this.#roll.counter(lastSeenCounter));
    known.resume(this.#roll.counter(knownCounter));
    store.onTrouble(() => this.#tell());
    if (store.trouble === undefined && !this.#roll.isEmpty) await this.#copy();
  }

  /** Keeps the time, so that no clock goes behind it. Nothing is lost where that fails. */
  async stop(): Promise<void> {
    if (this.#options.store.trouble === undefined) await this.#commit([], []).catch(() => undefined);
  }

  /** Somebody belongs to it: the printed secret is over. */
  get paired(): boolean {
    return !this.#roll.isEmpty || this.#options.store.trouble !== undefined;
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
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everybody, and who is asked in and has not come yet. */
  people(): { readonly people: Person[]; readonly invitations: Invitation[] } {
    const open = this.#roll.invitations.filter(
      (invitation) => !invitation.recovery && this.#isOpen(invitation) === undefined,
    );
    const people = this.#roll.list((code) => this.#codes.plain(code));
    return { people: [...people], invitations: open.map(plainInvitation) };
  }

  /**
   * Asks somebody in. The secret is given once and kept nowhere.
   * @throws VedetteError `access/denied` where it would give more than `by` has, `access/unknown`, what the store throws
   */
  async invite(
    by: Peer,
    draft: InvitationDraft,
  ): Promise<{ readonly invitation: Invitation; readonly secret: string }> {
    this.#require(by, 'invite');
    const { clock } = this.#options;
    const now = clock.wall();
    const forMs = Math.min(draft.expiresAt - now, maxInvitationMs);
    if (!(forMs > 0)) throw denialError(denied('invitation-short'));
    this.#requireMayGive(by, draft);
    const createdBy = by.kind === 'person' ? by.person : undefined;
    const { body, secret } = draftInvitation({ ...draft, expiresAt: now + forMs }, now, createdBy);
    const title = `${this.nameOf(by)} invited ${body.name}`;
    await this.#commit(
      [invitationRow(body)],
      [{ type: 'pairing', title, ...this.#about(by), detail: { invitation: body.id } }],
    );
    this.#joining.opened(body, (clock.now() + forMs) as MonotonicMs);
    return { invitation: plainInvitation(body), secret };
  }

  /**
   * Makes a code for the keypads, with who it is for and what they may. It is given once and kept nowhere.
   * @throws VedetteError as {@link invite}, and `access/no-keypad`
   */
  async inviteByCode(by: Peer, draft: CodeDraft): Promise<MadeCode> {
    this.#require(by, 'invite');
    this.#requireMayGive(by, draft);
    const createdBy = by.kind === 'person' ? by.person : undefined;
    return this.#inTurn(() => this.#codes.make(draft, this.#about(by), createdBy));
  }

  /** Where codes are typed. */
  get keypads(): readonly KeypadDescription[] {
    return this.#options.keypads.keypads;
  }

  /** Whoever typed this at a keypad; undefined where nobody has that code. */
  peerOfCode(typed: string, keypad: KeypadDescription): Extract<Peer, { kind: 'code' }> | undefined {
    return this.#codes.peerOf(typed, keypad);
  }

  /** False: what is kept cannot be read or written, and nothing is known of any code. */
  get knowsCodes(): boolean {
    return this.#options.store.trouble === undefined;
  }

  /** Codes whose secret is gone: they open nothing any more. */
  get lostCodes(): number {
    return this.#codes.lost;
  }

  /** Wrong codes at a keypad since the last right one, as they were kept. */
  wrongCodes(keypad: string): number {
    return this.#roll.counter(wrongCodesCounter(keypad));
  }

  /** Keeps their number, with what is to be said of it. */
  async keepWrongCodes(keypad: string, value: number, audit: readonly AuditDraft[]): Promise<void> {
    const id = wrongCodesCounter(keypad);
    await this.#commit([{ kind: 'counter', id, body: { id, value } }], audit);
  }

  /**
   * Takes up an invitation with a key.
   * @throws VedetteError `access/invitation`, `access/invitation-over`, `access/recovery-over`, `access/pairing-closed`,
   *   `access/wrong-signature`, `access/key-known`
   */
  async join(request: JoinRequest): Promise<Joined> {
    const before = this.#joining.joined(request.invitation);
    const joined = await this.#joining.join(request);
    if (joined.first) await this.#options.firstCame();
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
    if (joined.first) await this.#options.firstCame();
    this.#options.ownerCame(joined, 'button');
    return joined;
  }

  /** How an invitation fares, for who made it. */
  joined(invitation: string): { readonly state: 'open' | 'over' } | ({ readonly state: 'joined' } & Joined) {
    const joined = this.#joining.joined(invitation);
    if (joined) return { state: 'joined', ...joined };
    const body = this.#roll.invitation(invitation);
    return { state: body && this.#isOpen(body) === undefined ? 'open' : 'over' };
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
      await this.#commit(
        [counterRow(wrongTriesCounter, 0)],
        [{ type: 'pairing', title: `${this.nameOf(by)} opened pairing again` }],
      );
    }
    if (this.#joining.isClosed) throw new VedetteError('access/pairing-closed');
    const before = this.#pairing === undefined ? undefined : this.#roll.invitation(this.#pairing);
    if (before && this.#isOpen(before) === undefined) await this.revoke(by, 'invitation', before.id);
    const made = await this.invite(by, pairingDraft(this.#options.clock.wall(), name));
    this.#pairing = made.invitation.id;
    return made;
  }

  /**
   * Makes the recovery code of this device, as it is written down; the one before it ends. It is kept nowhere.
   * @throws VedetteError `access/denied` but for the terminal, what the store throws
   */
  async recoveryCode(by: Peer): Promise<string> {
    if (by.kind !== 'local')
      throw new VedetteError('access/denied', {
        reason: 'a recovery code is made on the device itself: vedette recovery',
      });
    return this.#inTurn(async () => {
      const { code, id, rows } = await newRecovery(this.#roll, this.#options.clock.wall());
      const title = `${this.nameOf(by)} made a recovery code`;
      const detail = { invitation: id };
      await this.#commit(rows, [{ type: 'pairing', title, ...this.#about(by), detail }]);
      return code;
    });
  }

  /**
   * Ends what a person, a key, a grant or an invitation may, at once.
   * @throws VedetteError `access/denied`, `access/unknown`, what the store throws
   */
  async revoke(by: Peer, what: Revocable, id: string): Promise<void> {
    await this.#inTurn(async () => {
      const { rows, title, owner, notBy } = revoked(this.#roll, what, id, this.#options.clock.wall());
      // Everybody may take back what they gave, and give up what is theirs.
      if (by.kind !== 'person' || by.person !== owner)
        requireAllowed(this.#deciding.despiteTrouble(by, 'admin'));
      if (by.kind === 'person' && by.person === notBy)
        throw new VedetteError('access/denied', {
          reason: 'somebody else has to take your passkey back, or the terminal',
        });
      const type = what === 'invitation' ? 'pairing' : what === 'grant' ? 'grant' : 'person';
      const entry: AuditDraft = { type, title: `${this.nameOf(by)} ${title}`, ...this.#about(by) };
      // It holds before it is on disk, and where it does not get there: what is used meanwhile must not undo it.
      this.#take(rows);
      await this.#copy();
      await this.#commit(rows, [entry]);
    });
  }

  /**
   * Allows somebody who is known something, with no more than `by` has: in the place of a grant of theirs, or beside it.
   * @throws VedetteError `access/denied`, `access/unknown`, what the store throws
   */
  async grant(by: Peer, draft: GrantDraft): Promise<Grant> {
    return this.#inTurn(() => this.#grant(by, draft));
  }

  async #grant(by: Peer, draft: GrantDraft): Promise<Grant> {
    this.#require(by, 'admin');
    const person = this.#roll.person(draft.person);
    if (!person) throw new VedetteError('access/unknown', { what: 'person' });
    const old = draft.instead === undefined ? undefined : this.#roll.grant(draft.instead);
    if (draft.instead !== undefined && (old?.person !== person.id || old.revokedAt !== undefined))
      throw new VedetteError('access/unknown', { what: 'grant' });
    this.#deciding.requireWithin(by, draft);
    const createdBy = by.kind === 'person' ? by.person : undefined;
    const { grant, codes, ends, before } = granted(this.#roll, draft, this.#options.clock.wall(), createdBy);
    const detail = { after: grantDetail(grant), ...(before ? { before: grantDetail(before) } : {}) };
    const title = `${this.nameOf(by)} ${before ? 'changed what' : 'allowed'} ${person.name}${before ? ' may' : ' more'}`;
    // What ends holds for nothing from now on: what is used of it meanwhile must not bring it back.
    this.#roll.take(ends);
    try {
      await this.#commit(
        [...ends, { kind: 'grant', id: grant.id, body: grant }, ...codes],
        [{ type: 'grant', title, ...this.#about(by), detail }],
      );
    } catch (error) {
      for (const row of ends) this.#roll.take([alive(row, this.#roll)]);
      throw error;
    }
    return grant;
  }

  /** @throws VedetteError `access/denied`, `access/unknown`, what the store throws */
  async rename(by: Peer, id: string, name: string): Promise<void> {
    await this.#inTurn(() => this.#rename(by, id, name));
  }

  async #rename(by: Peer, id: string, name: string): Promise<void> {
    if (by.kind !== 'person' || by.person !== id) this.#require(by, 'admin');
    const person = this.#roll.person(id);
    if (!person) throw new VedetteError('access/unknown', { what: 'person' });
    const title = `${this.nameOf(by)} called ${person.name} ${name}`;
    const entry: AuditDraft = { type: 'person', title, ...this.#about(by) };
    await this.#commit([{ kind: 'person', id, body: { ...person, name } }], [entry]);
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
    if (grant.limits.uses !== undefined) void this.#copy();
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

  /** Why an invitation cannot be opened, or undefined where it can. */
  #isOpen(invitation: InvitationBody): string | undefined {
    const { usedAt, revokedAt, expiresAt, createdBy, recovery } = invitation;
    if (revokedAt !== undefined)
      return recovery ? 'another was made since, or an owner was sent away' : 'it was taken back';
    if (usedAt !== undefined) return recovery ? 'it was used already' : 'somebody has opened it already';
    if (recovery) return undefined;
    if (createdBy !== undefined && !this.#roll.person(createdBy))
      return 'who made it is not known here any more';
    // The monotonic clock knows for those of this run; a wall clock that is not sure knows for none.
    const deadline = this.#joining.deadlineOf(invitation.id);
    if (deadline !== undefined) return this.#options.clock.now() < deadline ? undefined : 'its time is over';
    const now = this.#options.time.now();
    if (now === undefined) return 'the device was started since, and does not know the time for sure';
    return now < expiresAt ? undefined : 'its time is over';
  }

  #about(by: Peer): Pick<AuditDraft, 'person' | 'name' | 'key'> {
    const name = this.nameOf(by);
    return by.kind === 'person' ? { person: by.person, name, key: by.key } : { name };
  }

  /** On disk first, then in mind, then told. */
  async #commit(put: readonly AccessRow[], audit: readonly AuditDraft[]): Promise<void> {
    const { store, known } = this.#options;
    const counts = isOfPeople(put);
    // An older copy than the store has seen is told from a newer one by its number.
    const copied = counts ? [counterRow(knownCounter, known.number + 1)] : [];
    await store.commit({ put: [...put, ...this.#seen(), ...copied], audit });
    this.#take(put);
    if (counts) await this.#copy();
  }

  #take(rows: readonly AccessRow[]): void {
    this.#roll.take(rows);
    if (isOfPeople(rows)) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #copy(): Promise<void> {
    return this.#options.known.keep([...this.#roll.living(), ...this.#seen()]);
  }

  /** The latest time that was right, where there was one. */
  #seen(): readonly AccessRow[] {
    const { time } = this.#options;
    time.now();
    return time.lastSeen > 0 ? [counterRow(lastSeenCounter, time.lastSeen)] : [];
  }

  /** Does `work` when no other change is under way. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined); // whoever asked is told; the next is not held up
    return done;
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

const isOfPeople = (rows: readonly AccessRow[]): boolean => rows.some(({ kind }) => kind !== 'counter');
