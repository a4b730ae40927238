import { createHash } from 'node:crypto';
import type { Endpoint } from '../../../src/transport/endpoint.ts';
import { IceAgent } from '../../../src/transport/ice/agent.ts';
import type { IcePath } from '../../../src/transport/ice/path.ts';
import {
  type ConnectivityCheck,
  connectivityCheck,
  errorResponse,
  stunErrors,
  successResponse,
} from '../../../src/transport/stun/binding.ts';
import { readStun } from '../../../src/transport/stun/message.ts';
import { ms } from '../../rtp/frames.ts';
import { type Arriving, readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

const ours = { ufrag: 'oursours', pwd: 'our-password-of-24-chars' };
const theirs = { ufrag: 'theirsth', pwd: 'their-password-24-chars.' };
const path: IcePath = { id: 'udp4', family: 4, transport: 'udp', kind: 'host', preference: 65_534 };
const endpoint = (place: number): Endpoint => ({
  address: `192.0.2.${place % 250}`,
  port: 5_000 + (place % 4),
});

/** What a number from the input says: the peer answers our last check, time passes alone, or a datagram comes. */
const answers = 250;
const waits = 251;

const check = (at: number, changes: Partial<ConnectivityCheck> = {}) =>
  connectivityCheck({
    transactionId: Buffer.alloc(12, at),
    username: { to: ours.ufrag, from: theirs.ufrag },
    password: ours.pwd,
    priority: 1_000 + at,
    role: { controlling: true, tieBreaker: BigInt(at) },
    useCandidate: at % 2 === 0,
    ...changes,
  });
const arrives = (from: number, bytes: Uint8Array, gapMs = 20): Arriving => ({ gapMs, from, bytes });
const answered = arrives(answers, Buffer.alloc(1), 50);
const waited = (gapMs: number) => arrives(waits, Buffer.alloc(1), gapMs);

const connecting = [arrives(1, check(2)), answered, arrives(1, check(4)), answered, waited(5_000), answered];
const seeds: readonly (readonly Arriving[])[] = [
  connecting,
  [...connecting, waited(29_999), waited(2), arrives(1, check(6))],
  // Many addresses with the right password, as an insider or a replay from everywhere.
  Array.from({ length: 30 }, (_, at) => arrives(at, check(at), 1)),
  [arrives(1, check(1, { role: { controlling: false, tieBreaker: 2n ** 63n } })), answered, ...connecting],
  [arrives(2, check(3, { password: 'another password of 24..' })), ...connecting],
  [arrives(3, errorResponse(Buffer.alloc(12, 1), stunErrors.roleConflict, theirs.pwd)), ...connecting],
];

/** As the check list promises. */
const maxPairs = 64;
/** An agent that waits sends a check a pacer's interval, each with its repetitions. */
const minSendIntervalMs = 5;

export const target: FuzzTarget = {
  about: 'STUN from the right peer and from others, in any order, to an ICE agent whose clock jumps',
  seeds: [],
  inputs: sequences(seeds),
  take(input) {
    let [now, drawn, sent] = [1_000, 0, 0];
    let last: { readonly to: Endpoint; readonly message: Uint8Array } | undefined;
    const agent = new IceAgent({
      controlling: false,
      local: ours,
      transactionPrefix: Buffer.from('abcd'),
      // The same every time, so that an input means the same.
      random: (bytes) => createHash('sha256').update(String(drawn++)).digest().subarray(0, bytes),
      sink: {
        send: (_path, to, message) => {
          sent += 1;
          if (((message[0] as number) & 1) === 0 && message[1] === 1) last = { to, message };
        },
        authenticated: () => undefined,
        validated: () => undefined,
        released: () => undefined,
        selected: () => undefined,
        state: () => undefined,
      },
    });
    agent.addPath(path, ms(now));
    agent.setRemote({ ...theirs, lite: false }, ms(now));
    const began = now;
    for (const { gapMs, from, bytes } of readSequence(input)) {
      const until = now + gapMs;
      for (
        let deadline = agent.deadline;
        deadline !== undefined && deadline <= until;
        deadline = agent.deadline
      ) {
        promise(deadline > now || agent.deadline === deadline, 'a deadline is a time');
        now = Math.max(now, deadline);
        agent.tick(ms(now));
        promise(
          (agent.deadline ?? Number.POSITIVE_INFINITY) > now,
          'an agent that has been woken sleeps again',
        );
      }
      now = until;
      if (from === waits) continue;
      const [datagram, sender] =
        from === answers && last
          ? [successResponse(last.message.subarray(8, 20), endpoint(9), theirs.pwd) as Buffer, last.to]
          : [Buffer.from(bytes), endpoint(from)];
      const message = readStun(datagram);
      if (typeof message === 'string') continue;
      const before = sent;
      const verdict = agent.receive(message, path, sender, ms(now));
      const silent = ['unauthenticated', 'unknownUfrag', 'unknownTransaction', 'wrongAddress', 'otherMethod'];
      promise(!silent.includes(verdict) || sent === before, 'what is not authentic gets no answer');
      promise(agent.pairs.length <= 2 * maxPairs, 'pairs are bounded');
    }
    promise(
      sent <= 200 + 2 * readSequence(input).length + (now - began) / minSendIntervalMs,
      'checks are paced',
    );
    agent.close();
    promise(agent.deadline === undefined, 'a closed agent wants nothing');
  },
  steps: { fixed: 200_000, perByte: 1_000 },
  bytes: { fixed: 500_000, perByte: 1_000 },
  heavy: 20,
};
