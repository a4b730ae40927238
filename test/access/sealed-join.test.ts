import { beforeEach, expect, test } from 'vitest';
import { sealedJoin } from '../../src/access/sealed-join.ts';
import { sha256, sign } from '../../src/identity/keys.ts';
import { joinStatement } from '../../src/identity/statements.ts';
import { sealedOrigin } from '../../src/protocol/join.ts';
import { quiet } from '../media/ready.ts';
import { House, local, newPhone, type Phone } from './house.ts';

let house: House;
let phone: Phone;
let ended: number;
beforeEach(async () => {
  house = await House.open();
  phone = await newPhone();
  ended = 0;
  house.firstCame = async () => {
    ended += 1;
  };
});

const answer = (key: string, text: string) => sealedJoin({ access: house.access, log: quiet }, key, text);

async function said(by: Phone, origin = sealedOrigin): Promise<string> {
  const { invitation, secret } = await house.access.pair(local, { again: false });
  const parts = { device: house.identity.id, key: by.publicKey, invitation: invitation.id, origin };
  const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
  return JSON.stringify({
    ...{ type: 'join', invitation: invitation.id, secret, key: by.publicKey, label: 'Firefox', name: 'Ada' },
    signature: await sign(by.pair.privateKey, statement),
  });
}

test('the first who comes in over a broker ends the printed link, as at home', async () => {
  expect(await answer(phone.publicKey, await said(phone))).toEqual({ type: 'joined', person: 'Ada' });
  expect(house.access.paired).toBe(true);
  expect(ended).toBe(1);
});

test('nobody joins with a key that is not the one of the conversation, nor with what was signed for a page', async () => {
  const other = await newPhone();
  expect(await answer(other.publicKey, await said(phone))).toMatchObject({ code: 'access/wrong-signature' });
  const atHome = await said(phone, 'https://mill.local:8480');
  expect(await answer(phone.publicKey, atHome)).toMatchObject({ code: 'access/wrong-signature' });
  expect(house.access.paired).toBe(false);
  expect(ended).toBe(0);
});

test.each(['', 'null', '{}', '{"type":"join"}', '{"type":"offer","sdp":"v=0"}'])(
  'what is no such thing is refused: %s',
  async (text) => {
    expect(await answer(phone.publicKey, text)).toMatchObject({ type: 'refused', code: 'access/invitation' });
  },
);

test('a failure of our own is refused as that, and does not look like a wrong link', async () => {
  const access = { join: () => Promise.reject(new Error('a bug')) };
  const text = await said(phone);
  expect(await sealedJoin({ access, log: quiet }, phone.publicKey, text)).toMatchObject({
    code: 'http/internal',
  });
});
