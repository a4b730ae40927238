import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChallengeResult, Receipt } from '../../../src/protocol/request.ts';
import { FakeGpioTools } from '../../buses/fake-gpio-tools.ts';
import { startDevice } from '../../e2e/device.ts';
import { askDevice } from '../../e2e/terminal.ts';
import { until } from '../../e2e/until.ts';
import { type Check, remark } from '../check.ts';

const rounds = 200;
/** From the request on its way to well into the pulse. */
const killWithinMs = 150;
const pulseMs = 1_000;
/** With what a shell, and a loaded machine, add to it. */
const restDeadlineMs = pulseMs + 9_000;

/** What 200 rounds came to. */
interface Seen {
  moved: number;
  movedAgain: number;
  energised: number;
  lies: number;
  interrupted: number;
}

export const check: Check = {
  title: `the whole device killed at random moments of ${rounds} unlocks: never left energised, no receipt lies, and no request moves anything twice`,
  async run() {
    const state = await mkdtemp(join(tmpdir(), 'vedette-killed-'));
    const tools = new FakeGpioTools(2);
    const seen: Seen = { moved: 0, movedAgain: 0, energised: 0, lies: 0, interrupted: 0 };
    try {
      for (let n = 0; n < rounds; n += 1) {
        if (n % 20 === 0) remark(`${n} of ${rounds}`);
        await round(tools, state, seen);
      }
    } finally {
      tools.remove();
      await rm(state, { recursive: true, force: true });
    }
    return [
      { what: 'lines left active after their time', value: seen.energised, unit: '', must: { atMost: 0 } },
      { what: 'receipts that lie', value: seen.lies, unit: '', must: { atMost: 0 } },
      { what: 'requests that moved twice', value: seen.movedAgain, unit: '', must: { atMost: 0 } },
      { what: 'unlocks that moved', value: seen.moved, unit: '', must: { atLeast: 1 } },
      { what: 'unlocks that were cut short', value: seen.interrupted, unit: '', must: { atLeast: 1 } },
    ];
  },
};

async function round(tools: FakeGpioTools, state: string, seen: Seen): Promise<void> {
  tools.forget();
  const pulses = () => tools.calls.filter((call) => /^gpioset .*=1$/.test(call)).length;
  const socket = join(state, 'control.sock');
  const start = () =>
    startDevice(
      () => ({
        device: 'trust',
        cameras: { door: { kind: 'test', width: 320, height: 180 } },
        locks: { door: { kind: 'strike', line: 'relay', pulse: `${pulseMs}ms`, unpowered: 'locked' } },
      }),
      { env: { STATE_DIRECTORY: state }, flags: ['--log-level', 'warn'] },
    );
  const device = await start();
  const challenge = await challengeOf(socket);
  const request = { id: randomUUID(), type: 'unlock', lock: 'door', challenge };
  const first = ask(socket, request);
  await delay(Math.random() * killWithinMs);
  device.signal('SIGKILL');
  await device.exited;
  await device.stop();
  const before = await first;
  const rested = await until(async () => tools.holders.length === 0, restDeadlineMs).then(
    () => true,
    () => false,
  );
  if (!rested) seen.energised += 1;
  const again = await start();
  try {
    await challengeOf(socket);
    const after = await ask(socket, request);
    if (after?.state === 'refused' && after.code === 'request/interrupted') seen.interrupted += 1;
    // Counted last: what drives the line may have been started just before the device was killed, and speak after it.
    const moved = pulses();
    const told = [before, after].filter((receipt) => receipt?.state === 'done');
    if (told.length > 0 && moved === 0) seen.lies += 1;
    // What was told once stands.
    if (before?.state === 'done' && after?.state !== 'done') seen.lies += 1;
    if (moved > 0) seen.moved += 1;
    if (moved > 1) seen.movedAgain += 1;
  } finally {
    await again.stop();
  }
}

/** The socket file may come a little after the page. */
async function challengeOf(socket: string): Promise<string> {
  let given: Receipt | undefined;
  await until(async () => {
    given = await ask(socket, { id: randomUUID(), type: 'challenge' });
    return given?.state === 'done';
  });
  return ChallengeResult.parse(given?.state === 'done' ? given.result : undefined).challenge;
}

/** The last word; undefined where the device ended before it. */
async function ask(socket: string, request: object): Promise<Receipt | undefined> {
  const { body } = await askDevice(socket, 'POST', '/api/requests', request);
  try {
    return Receipt.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined; // cut short
  }
}
