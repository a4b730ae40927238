/** Who may do what at a device, made up: its key, people, invitations, and answers to requests. */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { generateKey, keyIdOf, publicKeyOf, sha256, sign, verify } from '../../../src/identity/keys.ts';
import { agree, generateSealKey } from '../../../src/identity/seal-keys.ts';
import type { SealHolder, Speaker } from '../../../src/identity/sealed-channel.ts';
import { joinStatement, loginStatement, presenceStatement } from '../../../src/identity/statements.ts';
import { nextLink, type SuccessionLink } from '../../../src/identity/succession.ts';
import type { AuditEntry, Grant, Invitation, Person } from '../../../src/protocol/access.ts';
import type { Closing } from '../../../src/protocol/denial.ts';
import type { LockStatus } from '../../../src/protocol/lock.ts';
import type { PresenceAnswer } from '../../../src/protocol/presence.ts';
import { type Receipt, Request } from '../../../src/protocol/request.ts';
import { ownerScopes, type Scope } from '../../../src/protocol/scope.ts';

const paths = [
  '/api/identity',
  '/api/session/challenge',
  '/api/session',
  '/api/join',
  '/api/presence',
  '/api/requests',
];
const newId = (): string => randomBytes(16).toString('base64url');

type Answer = { result?: unknown } | { code: string; reason: string };

/** A keypad at the lock of the tests. */
export const gate = { keypad: 'gate', title: 'Gate', lock: 'parcel-box' };

export class FakeAccess {
  readonly title: string;
  /** Raw, base64url. */
  publicKey = '';
  id = '';
  people: Person[] = [];
  invitations: (Invitation & { secret: string })[] = [];
  entries: AuditEntry[] = [];
  /** Of a recovery code, where there is one. */
  recovery: { since: number } | undefined;
  /** Cookies, and whose they are. */
  readonly cookies = new Map<string, string>();
  /** Every request that came in, in order. */
  readonly asked: Request[] = [];
  /** What whoever asks at the device's button is told, one after another; the last again and again. */
  presence: PresenceAnswer[] = [];
  /** Set to refuse to unlock. */
  refuseUnlock: { code: string; reason: string } | undefined;
  /** Set to let nobody do anything. */
  notNow = false;
  /** Given by the fixture: shows viewers how a lock stands. */
  showLock: (change: Partial<LockStatus> & { lock: string }) => Promise<void> = async () => {};
  /** Of the device's keys. */
  succession: SuccessionLink[] = [];
  readonly #challenges = new Set<string>();
  #signer: Speaker | undefined;
  #seal: SealHolder | undefined;

  constructor(title: string) {
    this.title = title;
  }

  async start(): Promise<void> {
    const { publicKey } = await this.#newKey();
    this.publicKey = publicKey;
    this.id = await keyIdOf(publicKey);
    const pair = await generateSealKey(false);
    this.#seal = {
      publicKey: await publicKeyOf(pair),
      agree: (other) => agree(pair.privateKey, other),
    };
  }

  /** Signs for the device. */
  get speaker(): Speaker {
    if (!this.#signer) throw new Error('not started');
    return this.#signer;
  }

  /** What is said to the device is sealed to it. */
  get seal(): SealHolder {
    if (!this.#seal) throw new Error('not started');
    return this.#seal;
  }

  /** The device has another key, and everybody signs in anew; `proven`: the old one names it. */
  async changeKey(time: number, proven: boolean): Promise<void> {
    const from = this.#signer;
    const to = await this.#newKey();
    if (proven && from) this.succession.push(await nextLink(this.succession, { from, to, time, heads: 1 }));
    else this.succession = [];
    this.publicKey = to.publicKey;
    this.id = await keyIdOf(to.publicKey);
    this.cookies.clear();
  }

  async #newKey(): Promise<Speaker> {
    const pair = await generateKey(true);
    const publicKey = await publicKeyOf(pair);
    this.#signer = { publicKey, sign: (statement) => sign(pair.privateKey, statement) };
    return this.#signer;
  }

  serves(path: string): boolean {
    return paths.includes(path);
  }

  /** Whom a request comes from. */
  personOf(request: IncomingMessage): Person | undefined {
    const cookie = /vedette=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    return this.#alive(this.cookies.get(cookie));
  }

  scopesOf(person: Person): readonly Scope[] {
    if (this.notNow) return [];
    return person.grants.filter(({ revokedAt }) => revokedAt === undefined).flatMap(({ scopes }) => scopes);
  }

  /** An open invitation, and what stands after `#` in its link. */
  invite(change: Partial<Invitation & { secret: string }> = {}): string {
    const body = { id: newId(), name: 'Owner', scopes: [...ownerScopes], limits: {}, createdAt: Date.now() };
    const invitation = { ...body, expiresAt: Date.now() + 600_000, secret: newId(), ...change };
    this.invitations.push(invitation);
    return `#join=${invitation.id}.${invitation.secret}`;
  }

  grant(person: string, change: Partial<Grant> = {}): Grant {
    const scopes = [...ownerScopes];
    return { id: newId(), person, scopes, limits: {}, createdAt: Date.now(), used: 0, ...change };
  }

  add(name: string, grant: Partial<Grant> = {}): Person {
    const id = newId();
    const keys = [
      {
        id: newId() + newId().slice(0, 21),
        publicKey: this.publicKey,
        label: 'Firefox, Android',
        addedAt: 1,
      },
    ];
    const person = { id, name, createdAt: Date.now(), keys, grants: [this.grant(id, grant)] };
    this.people.push(person);
    return person;
  }

  async serve(request: IncomingMessage, response: ServerResponse, origin: string): Promise<void> {
    const json = (status: number, body: unknown, cookie?: string): void => {
      const headers = { 'content-type': 'application/json', ...(cookie && { 'set-cookie': cookie }) };
      response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
    };
    const refuse = (status: number, code: string, why?: Closing): void =>
      json(status, { code, message: code, cure: '', ...(why && { detail: { why } }) });
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = text === '' ? {} : JSON.parse(text);
    switch (request.url) {
      case '/api/identity': {
        const { title, publicKey, id, succession } = this;
        const near = this.presence.length > 0 ? { presence: { holdMs: 5_000 } } : {};
        json(200, {
          device: { name: 'demo', title, publicKey, id, sealKey: this.seal.publicKey },
          succession,
          paired: this.people.length > 0,
          ...near,
        });
        break;
      }
      case '/api/session/challenge': {
        const challenge = newId();
        this.#challenges.add(challenge);
        json(200, { challenge });
        break;
      }
      case '/api/session': {
        const person = this.people.find(({ keys }) => keys.some(({ publicKey }) => publicKey === body.key));
        const statement = loginStatement({
          device: this.id,
          key: body.key,
          challenge: body.challenge,
          origin,
        });
        const signed = await verify(body.key, statement, body.signature);
        const fresh = this.#challenges.delete(body.challenge);
        if (!fresh || !signed || !this.#alive(person?.id)) refuse(403, 'access/unknown-key');
        else json(204, undefined, this.#cookie(person?.id ?? ''));
        break;
      }
      case '/api/presence': {
        const { key, challenge, signature, name } = body;
        const statement = presenceStatement({ device: this.id, key, challenge, origin });
        const fresh = this.#challenges.delete(challenge);
        const [answer] = this.presence.splice(0, this.presence.length > 1 ? 1 : 0).concat(this.presence);
        if (!fresh || !answer || !(await verify(key, statement, signature)))
          return refuse(403, 'access/wrong-signature');
        if (answer.state !== 'in') return json(200, answer);
        const person = this.add(name);
        Object.assign(person, {
          keys: [{ id: await keyIdOf(key), publicKey: key, label: body.label, addedAt: Date.now() }],
        });
        json(200, answer, this.#cookie(person.id));
        break;
      }
      case '/api/join':
        await this.#join(body, origin, json, refuse);
        break;
      default: {
        if (!this.personOf(request)) return refuse(401, 'access/denied');
        const receipts: Receipt[] = [];
        await this.take(text, (receipt) => receipts.push(receipt));
        json(200, receipts.at(-1));
      }
    }
  }

  async #join(
    body: Record<string, string>,
    origin: string,
    json: (status: number, body: unknown, cookie?: string) => void,
    refuse: (status: number, code: string, why?: Closing) => void,
  ): Promise<void> {
    const { invitation: id = '', secret = '', key = '', label = '', signature = '' } = body;
    const invitation = this.invitations.find((each) => each.id === id);
    const secretHash = await sha256(secret);
    const statement = joinStatement({ device: this.id, key, invitation: id, secretHash, origin });
    if (!invitation || invitation.secret !== secret || !(await verify(key, statement, signature))) {
      return refuse(403, 'access/invitation');
    }
    if (invitation.usedAt !== undefined) return refuse(409, 'access/invitation-over', 'opened');
    if (invitation.expiresAt < Date.now()) return refuse(410, 'access/invitation-over', 'late');
    Object.assign(invitation, { usedAt: Date.now() });
    const { scopes, limits } = invitation;
    const person = this.add(body.name ?? invitation.name, { scopes, limits });
    const keys = [{ id: await keyIdOf(key), publicKey: key, label, addedAt: Date.now() }];
    Object.assign(person, { keys });
    json(200, { person: person.id, words: 'not for the page to believe' }, this.#cookie(person.id));
  }

  #alive(id: string | undefined): Person | undefined {
    return this.people.find((person) => person.id === id && person.revokedAt === undefined);
  }

  #cookie(person: string): string {
    const cookie = newId();
    this.cookies.set(cookie, person);
    return `vedette=${cookie}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Answers a request, whichever way it came. */
  async take(text: string, tell: (receipt: Receipt) => void): Promise<void> {
    const request = Request.parse(JSON.parse(text));
    this.asked.push(request);
    if (request.type === 'unlock' || request.type === 'lock') tell({ id: request.id, state: 'accepted' });
    const answer = await this.#answer(request);
    if ('code' in answer) tell({ id: request.id, state: 'refused', ...answer });
    else tell({ id: request.id, state: 'done', ...answer });
  }

  async #answer(request: Request): Promise<Answer> {
    switch (request.type) {
      case 'challenge':
        return { result: { challenge: newId() } };
      case 'unlock':
        if (this.refuseUnlock) return this.refuseUnlock;
        await this.showLock({
          lock: request.lock,
          state: 'unlocked',
          by: 'Anna',
          relocksAt: Date.now() + 5_000,
        });
        return {};
      case 'lock':
        await this.showLock({ lock: request.lock, state: 'locked', by: 'Anna' });
        return {};
      case 'people': {
        const invitations = this.invitations.map(({ secret: _, ...invitation }) => invitation);
        const { people, recovery } = this;
        return { result: { people, invitations, ...(recovery && { recovery }) } };
      }
      case 'invite': {
        const { name, scopes, limits, expiresAt } = request;
        if (request.code) {
          const person = this.add(name, { scopes, limits });
          const codes = [{ id: newId(), grant: person.grants[0]?.id ?? '', createdAt: Date.now() }];
          Object.assign(person, { keys: [], codes });
          return { result: { code: '01234567', person: person.id, keypads: [gate] } };
        }
        this.invite({ name, scopes, limits, expiresAt });
        const { secret, ...invitation } = this.invitations.at(-1)!;
        return { result: { invitation, secret } };
      }
      case 'revoke': {
        const rows: { id: string; revokedAt?: number | undefined }[] = [
          ...this.people,
          ...this.people.flatMap(({ grants }) => grants),
          ...this.people.flatMap(({ codes = [] }) => codes),
          ...this.invitations,
        ];
        for (const row of rows) if (row.id === request.of) row.revokedAt = Date.now();
        return {};
      }
      case 'activity': {
        const { before = Number.POSITIVE_INFINITY, limit } = request;
        return { result: { entries: this.entries.filter(({ seq }) => seq < before).slice(0, limit) } };
      }
      default:
        return {};
    }
  }
}
