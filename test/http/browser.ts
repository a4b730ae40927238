import type { InvitationDraft } from '../../src/access/inviting.ts';
import { sha256, sign } from '../../src/identity/keys.ts';
import { joinStatement, loginStatement } from '../../src/identity/statements.ts';
import { local, newPhone, type Phone } from '../access/house.ts';
import { ask, type Door, type Reply } from './door.ts';

/** A name of the device's own that is not loopback's: whoever comes by it has to prove who they are. */
export const fromElsewhere = { host: 'demo.local' };
const origin = 'http://demo.local';

export function post(
  door: Door,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return ask(`${door.url}${path}`, {
    method: 'POST',
    headers: { ...fromElsewhere, origin, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export const cookieOf = (reply: Reply): string => reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';

/** Opens an invitation's link in a new browser, as the page does. */
export async function joinBy(
  door: Door,
  { invitation, secret }: { readonly invitation: { readonly id: string }; readonly secret: string },
  phone: Phone,
): Promise<Reply> {
  const parts = { device: door.house.identity.id, key: phone.publicKey, invitation: invitation.id, origin };
  const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
  return post(door, '/api/join', {
    ...{ invitation: invitation.id, secret, key: phone.publicKey, label: 'Firefox, Linux' },
    signature: await sign(phone.pair.privateKey, statement),
  });
}

/** Somebody with these scopes and limits, let in by the terminal; and their cookie. */
export async function welcome(door: Door, draft: Partial<InvitationDraft>) {
  const { access, clock } = door.house;
  const made = await access.invite(local, {
    ...{ name: 'Bob', scopes: ['view'], limits: {}, expiresAt: clock.wall() + 3_600_000 },
    ...draft,
  });
  const phone = await newPhone();
  const reply = await joinBy(door, made, phone);
  return { phone, reply, cookie: cookieOf(reply) };
}

/** What the page sends to sign in. */
export async function login(door: Door, phone: Phone, bent: { readonly origin?: string } = {}) {
  const { challenge } = JSON.parse((await post(door, '/api/session/challenge', {})).body) as {
    challenge: string;
  };
  const parts = { device: door.house.identity.id, key: phone.publicKey, challenge, origin, ...bent };
  const signature = await sign(phone.pair.privateKey, loginStatement(parts));
  return { key: phone.publicKey, challenge, signature };
}
