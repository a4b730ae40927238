import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { Candidate, Connection } from 'werift';
import { systemClock } from '../../../src/clock.ts';
import { IceAgent } from '../../../src/transport/ice/agent.ts';
import { readCandidate, writeCandidate } from '../../../src/transport/ice/candidate.ts';
import { makeIceCredentials } from '../../../src/transport/ice/credentials.ts';
import type { IcePath } from '../../../src/transport/ice/path.ts';
import { candidatePriority } from '../../../src/transport/ice/priority.ts';
import { isStun, readStun } from '../../../src/transport/stun/message.ts';

const path: IcePath = { id: 'loopback', family: 4, transport: 'udp', kind: 'host', preference: 65_535 };
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Our agent on a socket of its own. */
async function ours(controlling: boolean) {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const local = makeIceCredentials();
  let timer: NodeJS.Timeout | undefined;
  const connected = Promise.withResolvers<void>();
  const agent: IceAgent = new IceAgent({
    controlling,
    local,
    transactionPrefix: randomBytes(4),
    random: randomBytes,
    sink: {
      send: (_, to, message) => socket.send(message, to.port, to.address),
      authenticated: () => {},
      validated: () => {},
      released: () => {},
      selected: () => {},
      state: (state) => {
        if (state === 'connected') connected.resolve();
        if (state === 'failed') connected.reject(new Error('failed'));
      },
    },
  });
  const rearm = () => {
    clearTimeout(timer);
    const { deadline } = agent;
    if (deadline === undefined) return;
    timer = setTimeout(() => {
      agent.tick(systemClock.now());
      rearm();
    }, deadline - systemClock.now());
  };
  socket.on('message', (bytes, { address, port }) => {
    const message = isStun(bytes) ? readStun(bytes) : 'notStun';
    if (typeof message === 'string') return;
    agent.receive(message, path, { address, port }, systemClock.now());
    rearm();
  });
  ends.push(() => {
    clearTimeout(timer);
    agent.close();
    socket.close();
  });
  agent.addPath(path, systemClock.now());
  const priority = candidatePriority('host', 'udp', path.preference);
  const candidate = writeCandidate({
    foundation: '1',
    transport: 'udp',
    priority,
    address: '127.0.0.1',
    port,
    type: 'host',
  });
  return { agent, socket, local, candidate, rearm, connected: connected.promise };
}

/** Another stack's agent. */
async function theirs(controlling: boolean) {
  const connection = new Connection(controlling, {
    useIpv4: true,
    useIpv6: false,
    additionalHostAddresses: ['127.0.0.1'],
  });
  // It has one by default that is far away.
  delete connection.stunServer;
  ends.push(() => connection.close());
  await connection.gatherCandidates();
  return connection;
}

for (const [controlling, theyControl] of [
  [true, false],
  [false, true],
  [true, true],
  [false, false],
] as const) {
  const roles = `${controlling ? 'controlling' : 'controlled'} and ${theyControl ? 'controlling' : 'controlled'}`;
  test(`werift and our agent connect over sockets, ${roles}, and packets pass both ways`, async () => {
    const our = await ours(controlling);
    const their = await theirs(theyControl);
    their.setRemoteParams({ iceLite: false, usernameFragment: our.local.ufrag, password: our.local.pwd });
    our.agent.setRemote(
      { ufrag: their.localUsername, pwd: their.localPassword, lite: false },
      systemClock.now(),
    );
    await their.addRemoteCandidate(Candidate.fromSdp(our.candidate.slice('candidate:'.length)));
    await their.addRemoteCandidate(undefined);
    for (const local of their.localCandidates) {
      const candidate = readCandidate(`candidate:${local.toSdp()}`);
      if (typeof candidate === 'object' && 'address' in candidate) {
        our.agent.addRemoteCandidate(candidate, systemClock.now());
      }
    }
    our.rearm();
    await Promise.all([their.connect(), our.connected]);
    expect(our.agent.maySend).toBe(true);
    expect(our.agent.controlling).toBe(!their.iceControlling);

    const arrived = Promise.withResolvers<Buffer>();
    their.onData.subscribe((data) => arrived.resolve(data));
    const { endpoint } = our.agent.selected!;
    our.socket.send(Buffer.from([0x80, 1]), endpoint.port, endpoint.address);
    expect(await arrived.promise).toEqual(Buffer.from([0x80, 1]));

    const media = Promise.withResolvers<Buffer>();
    our.socket.on('message', (bytes) => bytes[0] === 0x80 && media.resolve(bytes));
    await their.send(Buffer.from([0x80, 2]));
    expect(await media.promise).toEqual(Buffer.from([0x80, 2]));
    expect(our.agent.counts.verdicts.unauthenticated).toBe(0);
  });
}
