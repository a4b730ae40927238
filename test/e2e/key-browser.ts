import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { keyIdOf, sha256 } from '../../src/identity/keys.ts';
import { joinStatement, loginStatement } from '../../src/identity/statements.ts';
import type { GrantLimits } from '../../src/protocol/access.ts';
import { ChallengeResult, InviteResult, Receipt } from '../../src/protocol/request.ts';
import type { Scope } from '../../src/protocol/scope.ts';
import { speaker } from '../identity/parties.ts';
import { bent, FarViewer, type Middle, socketTo } from '../signaling/far-viewer.ts';
import type { Device } from './device.ts';
import { requested } from './terminal.ts';

const hour = 3_600_000;

/** What an invitation's link says. */
export interface Invited {
  readonly invitation: { readonly id: string };
  readonly secret: string;
}

/** A browser without a page around it: a key, and the cookie it was given. */
export class KeyBrowser {
  readonly #own = speaker();
  cookie = '';

  /** Somebody who was asked in at the terminal. @param state the device's state folder */
  static async invited(
    device: Device,
    name: string,
    scopes: readonly Scope[],
    limits: GrantLimits = {},
    state = join(device.folder, 'state'),
  ): Promise<KeyBrowser> {
    const made = await requested(join(state, 'control.sock'), {
      ...{ type: 'invite', name, scopes: [...scopes], limits, expiresAt: Date.now() + hour },
    });
    const browser = new KeyBrowser();
    const answer = await browser.join(device, InviteResult.parse(made));
    if (!answer.ok) throw new Error(`nobody came in: ${answer.status} ${await answer.text()}`);
    return browser;
  }

  /** Opens an invitation's link, as the page does. */
  async join(device: Device, { invitation, secret }: Invited): Promise<Response> {
    const { publicKey: key, sign } = await this.#own;
    const parts = { device: await idOf(device), key, invitation: invitation.id, origin: originOf(device) };
    const signature = await sign(joinStatement({ ...parts, secretHash: await sha256(secret) }));
    return this.post(device, '/api/join', {
      ...{ invitation: invitation.id, secret, key, label: 'test', signature },
    });
  }

  async signIn(device: Device): Promise<void> {
    const { publicKey: key, sign } = await this.#own;
    const { challenge } = (await (await this.post(device, '/api/session/challenge', {})).json()) as {
      challenge: string;
    };
    const parts = { device: await idOf(device), key, challenge, origin: originOf(device) };
    const signature = await sign(loginStatement(parts));
    await this.post(device, '/api/session', { key, challenge, signature });
  }

  async scopes(device: Device): Promise<readonly string[]> {
    const answer = await fetch(new URL('api/device', device.url), { headers: { cookie: this.cookie } });
    return ((await answer.json()) as { scopes: string[] }).scopes;
  }

  /** A valid unlock, which was not sent yet. */
  async unlockOf(device: Device, lock: string) {
    const given = await this.ask(device, { id: randomUUID(), type: 'challenge' });
    const { challenge } = ChallengeResult.parse(given.state === 'done' ? given.result : given);
    return { id: randomUUID(), type: 'unlock', lock, challenge };
  }

  async unlock(device: Device, lock: string): Promise<Receipt> {
    return this.ask(device, await this.unlockOf(device, lock));
  }

  /** Asks by `POST /api/requests`. */
  async ask(device: Device, request: object): Promise<Receipt> {
    return Receipt.parse(await (await this.post(device, '/api/requests', request)).json());
  }

  /** A sealed conversation with the device over `/signal`, once it has begun. @param middle who stands in between */
  async converse(device: Device, middle: Middle = {}): Promise<FarViewer> {
    const answer = await fetch(new URL('api/identity', device.url));
    const { device: keys } = (await answer.json()) as { device: { publicKey: string; sealKey: string } };
    const headers = { cookie: this.cookie, origin: originOf(device) };
    const viewer = new FarViewer(
      { device: keys, own: await this.#own },
      bent(socketTo(device.url, headers), middle),
    );
    await viewer.ready;
    return viewer;
  }

  /** Sends a body as the page does, or as it stands where it is a text; keeps the cookie that comes with the answer. */
  async post(device: Device, path: string, body: object | string): Promise<Response> {
    const headers = { 'content-type': 'application/json', cookie: this.cookie, origin: originOf(device) };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(new URL(path, device.url), { method: 'POST', headers, body: text });
    this.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return answer;
  }
}

const originOf = ({ url }: Device) => new URL(url).origin;

async function idOf({ url }: Device): Promise<string> {
  const answer = await fetch(new URL('api/identity', url));
  const { device } = (await answer.json()) as { device: { publicKey: string } };
  return keyIdOf(device.publicKey);
}
