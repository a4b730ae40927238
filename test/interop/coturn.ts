import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeUdpPort } from './free-port.ts';
import { noAddress, ownAddress } from './own-address.ts';

/** Why coturn cannot run here; undefined where it can. Peers on loopback it refuses, so it needs another address. */
export const coturnMissing: string | undefined =
  noAddress ?? (spawnSync('turnserver', ['--version']).error ? 'coturn is not installed' : undefined);

/** A TURN server (RFC 8656) with one user. */
export interface TurnServer {
  readonly address: string;
  /** As ICE is configured with it (RFC 7065). */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Where its relayed addresses are: the first and the last port. */
  readonly relayPorts: readonly [low: number, high: number];
  stop(): Promise<void>;
}

/** As many relayed addresses as a test takes, and some. */
const relayPortCount = 20;
/** It answers within a second. */
const startDeadlineMs = 10_000;
const askEveryMs = 50;

/** Starts coturn on an address of this machine and waits until it answers. */
export async function startTurnServer(): Promise<TurnServer> {
  const address = ownAddress('IPv4') as string;
  const folder = await mkdtemp(join(tmpdir(), 'vedette-turn-'));
  const port = await freeUdpPort();
  // Below those that Linux gives out by itself (ip_local_port_range), so that no socket of a device is among them;
  // coturn passes over what is taken.
  const low = 20_000 + (port % 10_000);
  const relayPorts = [low, low + relayPortCount] as const;
  const [username, password] = ['device', 'secret'];
  const configuration = {
    'listening-ip': address,
    'relay-ip': address,
    'listening-port': port,
    'min-port': relayPorts[0],
    'max-port': relayPorts[1],
    realm: 'test',
    user: `${username}:${password}`,
    'log-file': 'stdout',
    pidfile: join(folder, 'pid'),
    userdb: join(folder, 'users'),
  };
  const flags = [
    'fingerprint',
    'lt-cred-mech',
    'no-cli',
    'no-tls',
    'no-dtls',
    'no-multicast-peers',
    'simple-log',
  ];
  const lines = [...Object.entries(configuration).map(([name, value]) => `${name}=${value}`), ...flags];
  await writeFile(join(folder, 'turn.conf'), `${lines.join('\n')}\n`);
  const child = spawn('turnserver', ['-c', join(folder, 'turn.conf')], { cwd: folder, stdio: 'ignore' });
  const stop = async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(child, address, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, url: `turn:${address}:${port}?transport=udp`, username, password, relayPorts, stop };
}

/** Asks for the mapped address until it is told (RFC 8489, 2). */
async function answering(child: ChildProcess, address: string, port: number): Promise<void> {
  // Binding request, no attributes, magic cookie, a transaction of zeros.
  const binding = Buffer.from(`000100002112a442${'00'.repeat(12)}`, 'hex');
  const socket = createSocket('udp4');
  const ask = setInterval(() => {
    if (child.exitCode === null) socket.send(binding, port, address);
    else socket.emit('error', new Error(`coturn ended with ${child.exitCode}`));
  }, askEveryMs);
  try {
    await once(socket, 'message', { signal: AbortSignal.timeout(startDeadlineMs) });
  } finally {
    clearInterval(ask);
    socket.close();
  }
}
