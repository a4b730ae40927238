import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Scope } from '../../src/protocol/scope.ts';
import { Stage, type Viewer } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const guest: readonly Scope[] = ['view', 'listen', 'control', 'history', 'invite'];
const names = (viewer: Viewer) =>
  viewer.messages.flatMap((it) =>
    it.type === 'state' || it.type === 'watching' ? [it.watchers?.map(({ name }) => name)] : [],
  );

test('whoever may do everything is told who watches; the others are told how many', async () => {
  const owner = await stage.watching({ name: 'Ada' });
  await owner.far.until('herself', () => names(owner).at(-1)?.includes('Ada') === true);
  const bob = await stage.watching({ name: 'Bob', scopes: guest });
  await owner.far.until('Bob', () => names(owner).at(-1)?.includes('Bob') === true);
  await bob.far.until('the count', () =>
    bob.messages.some((it) => it.type !== 'feed' && 'watching' in it && it.watching === 2),
  );
  expect(names(owner).at(-1)).toEqual(['Ada', 'Bob']);
  await bob.far.hangUp();
  await owner.far.until('that he left', () => names(owner).at(-1)?.length === 1);
  expect(names(bob).every((it) => it === undefined)).toBe(true);
  expect(JSON.stringify(bob.messages)).not.toContain('Ada');
});

test('trouble of the trust store is told to everybody who looks, when it begins and to who comes after', async () => {
  const bob = await stage.watching({ scopes: ['view'] });
  const trouble = { code: 'trust/damaged', reason: 'trust.sqlite is damaged' };
  stage.situation.situation = { ...stage.situation.situation, trust: trouble };
  stage.situation.change({ type: 'trust', trouble });
  await bob.far.until('the trouble', () => bob.messages.some((it) => it.type === 'trust'));
  const late = await stage.watching({ scopes: ['view'] });
  expect(late.messages[0]).toMatchObject({ type: 'state', trust: trouble });
});
