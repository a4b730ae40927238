import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxWrongTries } from '../../../src/access/inviting.ts';
import { InviteResult } from '../../../src/protocol/request.ts';
import { type Device, startDevice } from '../../e2e/device.ts';
import { type Invited, KeyBrowser } from '../../e2e/key-browser.ts';
import { askDevice, requested } from '../../e2e/terminal.ts';
import { type Check, remark } from '../check.ts';

/** Guesses under way at once. */
const atOnce = 10;
const beforeRestart = 600;
const secretBytes = 16;

export const check: Check = {
  title: `${maxWrongTries.toLocaleString('en')} guesses at pairing, over a restart: nobody comes in by one, who has the link does meanwhile, and then it is closed until the terminal opens it again`,
  async run() {
    const state = await mkdtemp(join(tmpdir(), 'vedette-pairing-'));
    const start = () =>
      startDevice(
        () => ({
          device: 'trust',
          access: { loopback: false },
          cameras: { door: { kind: 'test', width: 320, height: 180 } },
          http: { tls: 'off' },
        }),
        { env: { STATE_DIRECTORY: state }, flags: ['--log-level', 'warn'] },
      );
    const pair = async (again = false) =>
      linkOf((await askDevice(join(state, 'control.sock'), 'POST', '/api/pairing', { again })).body);
    const wrong = { sent: 0, in: 0 };
    let device = await start();
    try {
      const first = await pair();
      const open = await pair();
      remark('two links, one after the other, and guesses');
      const overtaken = await opens(device, first);
      // Guesses count while somebody is asked in, as this one is throughout.
      const bob = await invited(state);
      await guess(device, bob, beforeRestart / 2, wrong);
      const guesses = guess(device, bob, beforeRestart / 2, wrong);
      const meanwhile = await opens(device, open);
      await guesses;
      remark('a restart, and the rest');
      await device.stop();
      device = await start();
      const last = await pair();
      await guess(device, bob, maxWrongTries - beforeRestart, wrong);
      const afterAll = await opens(device, last);
      const quietly = await pair();
      const opened = await pair(true);
      const honest = opened ? await opens(device, opened) : 'no link';
      return [
        { what: 'guesses that were sent', value: wrong.sent, unit: '', must: { atLeast: maxWrongTries } },
        { what: 'of them let in', value: wrong.in, unit: '', must: { atMost: 0 } },
        { what: 'bits of a secret', value: bitsOf(open), unit: 'bit', must: { atLeast: secretBytes * 8 } },
        counted('an earlier link opens', overtaken === 'in', 0),
        counted('who has the link comes in meanwhile', meanwhile === 'in', 1),
        counted('closed after the last, across a restart', afterAll === 'access/pairing-closed', 1),
        counted('a new link without --again', quietly !== undefined, 0),
        counted('the owner comes in after --again', honest === 'in', 1),
      ];
    } finally {
      await device.stop();
      await rm(state, { recursive: true, force: true });
    }
  },
};

const counted = (what: string, holds: boolean, must: 0 | 1) => ({
  ...{ what, value: Number(holds), unit: '' },
  must: must === 1 ? { atLeast: 1 } : { atMost: 0 },
});

/** Somebody is asked in at the terminal, and does not come. */
async function invited(state: string): Promise<Invited> {
  const given = await requested(join(state, 'control.sock'), {
    ...{ type: 'invite', name: 'Bob', scopes: ['view'], limits: {}, expiresAt: Date.now() + 3_600_000 },
  });
  return InviteResult.parse(given);
}

/** Of what the terminal is told; undefined where there is none. */
function linkOf(body: string): Invited | undefined {
  const [, id, secret] = /#join=([\w-]+)\.([\w-]+)/.exec(body) ?? [];
  return id === undefined || secret === undefined ? undefined : { invitation: { id }, secret };
}

const bitsOf = (link: Invited | undefined) => Buffer.from(link?.secret ?? '', 'base64url').length * 8;

/** A new phone opens a link: `in`, or the code it is refused by. */
async function opens(device: Device, link: Invited | undefined): Promise<string> {
  if (!link) return 'no link';
  const answer = await new KeyBrowser().join(device, link);
  return answer.ok ? 'in' : ((await answer.json()) as { code: string }).code;
}

/** Somebody who knows the invitation, and not its secret. */
async function guess(
  device: Device,
  link: Invited,
  count: number,
  tally: { sent: number; in: number },
): Promise<void> {
  const guesser = new KeyBrowser();
  const send = async () => {
    for (let n = 0; n < count / atOnce; n += 1) {
      const secret = randomBytes(secretBytes).toString('base64url');
      const answer = await guesser.join(device, { ...link, secret });
      await answer.arrayBuffer();
      tally.sent += 1;
      if (answer.ok) tally.in += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
}
