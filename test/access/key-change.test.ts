import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { salvage } from '../../src/access/trust/salvage.ts';
import { verifyTrail } from '../../src/access/trust/verify-trail.ts';
import { holds } from '../../src/identity/succession.ts';
import { newPlace, pair, type Running, run } from '../backup/kept-device.ts';

let place: Awaited<ReturnType<typeof newPlace>>;
let running: Running | undefined;
let trail: string;
beforeEach(async () => {
  place = await newPlace();
  trail = join(place.state, 'trust.sqlite');
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await place.remove();
});

const now = Date.UTC(2026, 4, 5);

/** Changes the key of a device that is stopped; ends after so many steps as if killed. */
async function change({ identity }: Running, steps = Number.POSITIVE_INFINITY): Promise<void> {
  const { heads } = (await salvage(trail, identity)).trail;
  const all = identity.change(heads, now);
  for (let left = steps; left > 0 && !(await all.next()).done; ) left -= 1;
}

test('a device with another key is known by its people, and its trail goes on', async () => {
  running = await run(place.state);
  const phone = await pair(running, 'Ada');
  const first = running.identity.publicKey;
  const { sealKey } = running.identity;
  for (let changes = 1; changes <= 2; changes += 1) {
    await running.stop();
    await change(running);
    running = await run(place.state);
    expect(running.trust.trouble).toBeUndefined();
    expect(running.access.peerOf(phone.id, 'local').kind).toBe('person');
    expect(running.identity.succession.length).toBe(changes);
    const entries = await running.trust.entries({ limit: 20, type: 'device' });
    expect(entries.filter(({ title }) => title === "The device's key was changed")).toHaveLength(changes);
  }
  const { identity } = running;
  expect(identity.sealKey).not.toBe(sealKey);
  expect(identity.succession).toMatchObject([{ from: first }, { to: identity.publicKey }]);
  expect(await holds(identity.succession)).toBe(true);
  const report = await verifyTrail(trail, identity);
  expect(report.bad).toBeUndefined();
  expect(report.signed).toBe(report.entries);
  // The first key alone is not the device any more, nor is the last without the way to it.
  for (const publicKey of [first, identity.publicKey])
    expect((await verifyTrail(trail, { publicKey })).bad).toBeDefined();
});

test('an old key counts for as many signatures as its last word says', async () => {
  running = await run(place.state);
  await pair(running, 'Ada');
  await running.stop();
  await change(running);
  running = await run(place.state);
  await running.stop();
  const { publicKey, succession } = running.identity;
  expect((await verifyTrail(trail, { publicKey, succession })).bad).toBeUndefined();
  const sooner = succession.map((link) => ({ ...link, heads: 1 }));
  expect((await verifyTrail(trail, { publicKey, succession: sooner })).bad?.what).toContain(
    "is not this device's",
  );
});

test('cut short after any step, the device has the old key or the new one, and its trail holds', async () => {
  for (let steps = 0; steps <= 3; steps += 1) {
    running = await run(place.state);
    await pair(running, `Ada ${steps}`);
    const { publicKey } = running.identity;
    await running.stop();
    await change(running, steps);
    running = await run(place.state);
    expect(running.trust.trouble).toBeUndefined();
    expect(running.identity.publicKey === publicKey).toBe(steps < 2);
    await running.stop();
    expect((await verifyTrail(trail, running.identity)).bad).toBeUndefined();
  }
});

test.each([
  ['is no JSON', () => 'nonsense'],
  ['is changed', (text: string) => text.replace('"heads":', '"heads":1')],
  ['leads to another key', (text: string) => `[${text.slice(1, text.indexOf('},{') + 1)}]`],
])('a chain that %s ends the start, and stays as it is', async (_what, spoil) => {
  running = await run(place.state);
  await running.stop();
  await change(running);
  await change(running);
  const path = join(place.state, 'identity/succession.json');
  const text = spoil(await readFile(path, 'utf8'));
  await writeFile(path, text);
  await expect(run(place.state)).rejects.toMatchObject({ code: 'identity/succession-damaged' });
  expect(await readFile(path, 'utf8')).toBe(text);
});
