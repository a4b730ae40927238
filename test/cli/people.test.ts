import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readRecoveryCode, recoveryInvitation } from '../../src/identity/recovery-code.ts';
import { newPhone } from '../access/house.ts';
import { joinBy } from '../http/browser.ts';
import { type Door, openDoor } from '../http/door.ts';
import { vedette } from './command-line.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor({}, { loopback: false });
  vi.stubEnv('STATE_DIRECTORY', door.folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await door.stop();
});

test('pairing prints a link, waits for the phone, and says who came and the words', async () => {
  const png = join(door.folder, 'code.png');
  const pairing = vedette('pair', 'Ada', '--png', png);
  const made = await vi.waitFor(() => {
    const [invitation] = door.house.access.people().invitations;
    if (!invitation) throw new Error('nobody is invited yet');
    return invitation;
  });
  // The secret is in the code alone, so another is made in its place.
  await vi.waitFor(async () => expect((await readFile(png)).subarray(1, 4).toString()).toBe('PNG'));
  await door.house.access.revoke({ kind: 'local' }, 'invitation', made.id);
  const { code, stdout, stderr } = await pairing;
  expect(code).toBe(1);
  expect(stdout).toContain(`#join=${made.id}.`);
  expect(stderr).toContain('nobody opened the link');
  const again = vedette('pair', 'Ada');
  const next = await vi.waitFor(() => {
    const [invitation] = door.house.access.people().invitations;
    if (!invitation) throw new Error('nobody is invited yet');
    return invitation;
  });
  const secret = await vi.waitFor(() => secretIn(next.id));
  const joined = JSON.parse((await joinBy(door, { invitation: next, secret }, await newPhone())).body);
  const done = await again;
  expect(done.code).toBe(0);
  expect(done.stdout).toContain('Ada is in, by Firefox, Linux');
  expect(done.stdout).toContain(joined.words);
  // With the first who comes in goes the code for the day their phone is gone.
  await expect(recoverBy(codeIn(done.stdout))).resolves.toMatchObject({ person: { name: 'Ada' } });
  const third = vedette('pair', 'Bob');
  const bobs = await vi.waitFor(() => {
    const [invitation] = door.house.access.people().invitations;
    if (!invitation) throw new Error('nobody is invited yet');
    return invitation;
  });
  const bobsSecret = await vi.waitFor(() => secretIn(bobs.id));
  await joinBy(door, { invitation: bobs, secret: bobsSecret }, await newPhone());
  expect((await third).stdout).not.toContain('recovery');
});

test('a recovery code is printed alone, and ends the one before it', async () => {
  await door.house.pair('Ada');
  const first = codeIn((await vedette('recovery')).stdout);
  const second = codeIn((await vedette('recovery')).stdout);
  await expect(recoverBy(first)).resolves.toMatchObject({ code: 'access/recovery-over' });
  await expect(recoverBy(second)).resolves.toMatchObject({ person: { name: 'Ada' } });
  await expect(recoverBy(second)).resolves.toMatchObject({ code: 'access/recovery-over' });
});

/** As printed. */
const codeIn = (text: string): string => /^ {2}((?:\w{4}-){6}\w{4})$/m.exec(text)?.[1] ?? '';

/** What the device answers a new phone that types this code. */
async function recoverBy(code: string): Promise<unknown> {
  const secret = readRecoveryCode(code) ?? '';
  const invitation = { id: await recoveryInvitation(secret) };
  return JSON.parse((await joinBy(door, { invitation, secret }, await newPhone())).body);
}

test('where no device runs, it says so', async () => {
  vi.stubEnv('STATE_DIRECTORY', join(door.folder, 'nowhere'));
  for (const command of ['pair', 'recovery', 'people']) {
    const { code, stderr } = await vedette(command);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no device runs on this machine')]);
  }
});

/** What was printed so far is what the test's own standard output got. */
function secretIn(invitation: string): string {
  const written = vi
    .mocked(process.stdout.write)
    .mock.calls.map(([chunk]) => String(chunk))
    .join('');
  const secret = new RegExp(`#join=${invitation}\\.([\\w-]{22})`).exec(written)?.[1];
  if (secret === undefined) throw new Error('no link yet');
  return secret;
}
