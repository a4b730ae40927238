import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HttpServerOptions } from '../../src/http/server.ts';
import { Request } from '../../src/protocol/request.ts';
import { refusedBy } from '../../src/requests/exchange.ts';
import { local } from '../access/house.ts';
import { SoftAuthenticator } from '../access/soft-authenticator.ts';
import { type Door, openDoor } from '../http/door.ts';
import { vedette } from './command-line.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor({ requests: answering }, { loopback: false });
  vi.stubEnv('STATE_DIRECTORY', door.folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await door.stop();
});

/** Lists people, changes grants and takes things back, at the house behind the door. */
const answering: HttpServerOptions['requests'] = {
  take: (text, { peer }, tell) => {
    const request = Request.parse(JSON.parse(text));
    const { id } = request;
    const { access } = door.house;
    if (request.type === 'people') tell({ id, state: 'done', result: access.people() });
    else if (request.type === 'grant')
      access.grant(peer, request).then(
        (grant) => tell({ id, state: 'done', result: { grant } }),
        (error: unknown) => tell({ id, ...refusedBy(error) }),
      );
    else if (request.type === 'revoke')
      access.revoke(peer, request.what, request.of).then(
        () => tell({ id, state: 'done' }),
        (error: unknown) => tell({ id, ...refusedBy(error) }),
      );
    return true;
  },
};

test('what somebody may is changed by name: other limits, other scopes, or more beside it', async () => {
  const { peer } = await door.house.welcome({ name: 'Bob', scopes: ['view', 'unlock:box'] });
  const { access } = door.house;
  const limited = await vedette('people', 'grant', 'bob', '--uses', '3', '--here');
  expect(limited.stdout).toMatch(/Bob may view, unlock:box; 0 of 3 unlocks used; in its network/);
  expect(access.authorize(peer, 'unlock:box')).toMatchObject({
    grant: { limits: { uses: 3, thisNetwork: true } },
  });
  await vedette('people', 'grant', 'Bob', '--may', 'view');
  expect(access.scopesOf(peer)).toEqual(['view']);
  await vedette('people', 'grant', 'Bob', '--may', 'listen', '--beside');
  expect(access.scopesOf(peer)).toEqual(['view', 'listen']);
  // Which of the two is not clear any more.
  const unclear = await vedette('people', 'grant', 'Bob', '--may', 'talk');
  expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringContaining('one of')]);
  const grant = access.people().people[0]?.grants.find(({ revokedAt }) => revokedAt === undefined);
  await vedette('people', 'grant', grant?.id ?? '', '--may', 'talk');
  expect(access.scopesOf(peer)).toHaveLength(2);
  expect(access.scopesOf(peer)).toContain('talk');
});

test('nobody of that name is nobody', async () => {
  const { code, stderr } = await vedette('people', 'grant', 'Nobody', '--may', 'view');
  expect([code, stderr]).toEqual([1, expect.stringContaining('no such person "Nobody"')]);
});

test('a passkey is listed, and taken back alone, by the name of whose it is', async () => {
  const { peer } = await door.house.pair('Ada');
  const authenticator = new SoftAuthenticator();
  const { challenge } = door.house.access.passkeys.begin(peer);
  await door.house.access.passkeys.add(peer, authenticator.make({ challenge }), 'Firefox, Linux');
  expect((await vedette('people')).stdout).toMatch(/Ada.*\n.*\n {2}a passkey on Firefox, Linux for /);
  expect((await vedette('people', 'revoke', 'ada', '--passkey')).code).toBe(0);
  expect((await vedette('people')).stdout).not.toContain('passkey');
  expect(door.house.access.people().people[0]?.keys).toHaveLength(1);
  expect((await vedette('people', 'revoke', 'ada', '--passkey')).stderr).toContain('passkey of "ada"');
});

test('whether there is a recovery code is said, and never which', async () => {
  await door.house.pair('Ada');
  expect((await vedette('people')).stdout).toContain('no recovery code');
  const code = await door.house.access.recoveryCode(local);
  const { stdout } = await vedette('people');
  expect(stdout).toMatch(/a recovery code, since \d{4}-/);
  const json = (await vedette('people', '--json')).stdout;
  expect(JSON.parse(json).recovery).toEqual({ since: expect.any(Number) });
  expect(stdout + json).not.toContain(code.slice(0, 9));
});
