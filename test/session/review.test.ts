import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Scope } from '../../src/protocol/scope.ts';
import { Stage } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

/** A session whose viewer may do what `held` says, and how it ended. */
function open(held: { scopes: readonly Scope[] }): string[] {
  const ended: string[] = [];
  const request = { id: crypto.randomUUID(), scopes: held.scopes, standby: false, review: () => held.scopes };
  stage.sessions.open(request, { candidate: () => {}, ended: (reason) => void ended.push(reason) });
  return ended;
}

test('a session ends as soon as its viewer may do less, or more, and the others go on', async () => {
  const held = { scopes: ['view', 'listen'] as readonly Scope[] };
  const [one, other] = [open(held), open({ scopes: ['view'] })];
  const spectator = open({ scopes: ['view'] });
  stage.sessions.review();
  expect([...one, ...other]).toEqual([]);
  held.scopes = ['listen', 'view'];
  stage.sessions.review();
  expect(one).toEqual([]);
  held.scopes = ['view'];
  stage.sessions.review();
  await vi.waitFor(() => expect(one).toEqual(['access changed']));
  expect([...other, ...spectator]).toEqual([]);
});

test('within 2 s of a time that is over, nobody has to be told', async () => {
  const held = { scopes: ['view'] as readonly Scope[] };
  const ended = open(held);
  held.scopes = [];
  await vi.waitFor(() => expect(ended).toEqual(['access changed']), { timeout: 2_000 });
  expect(stage.sessions.watching).toBe(0);
});
