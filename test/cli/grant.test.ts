import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HttpServerOptions } from '../../src/http/server.ts';
import { Request } from '../../src/protocol/request.ts';
import { refusedBy } from '../../src/requests/exchange.ts';
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

/** Lists people and changes grants, at the house behind the door. */
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
