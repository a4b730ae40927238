import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import multicastDns, { type MulticastDNS, type ResponsePacket } from 'multicast-dns';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MdnsAnnouncer } from '../../src/http/mdns/announcer.ts';
import { answersTo, isTaken, recordsOf } from '../../src/http/mdns/records.ts';

const service = { hostName: 'demo.local', title: 'Front. door', port: 8480, secured: true };
const instance = 'Front  door._https._tcp.local';

test('a question gets what it asks for, and not what it knows', () => {
  const records = recordsOf(service, ['192.0.2.1', 'fd00::2']);
  const ask = (name: string, type: string, known: Parameters<typeof answersTo>[0]['known'] = []) =>
    answersTo({ questions: [{ name, type }], known }, records).map(({ data }) => data);
  expect(ask('DEMO.local', 'A')).toEqual(['192.0.2.1']);
  expect(ask('demo.local', 'ANY')).toEqual(['192.0.2.1', 'fd00::2']);
  expect(ask('_https._tcp.local', 'PTR')).toEqual([instance]);
  expect(ask(instance, 'SRV')).toEqual([{ port: 8480, target: 'demo.local', priority: 0, weight: 0 }]);
  expect(ask('other.local', 'A')).toEqual([]);
  const knows = (ttl: number) => [{ name: 'demo.local', type: 'A', ttl, data: '192.0.2.1' }];
  expect(ask('demo.local', 'A', knows(100))).toEqual([]);
  expect(ask('demo.local', 'A', knows(10))).toEqual(['192.0.2.1']);
});

test('a name is taken by an address that is not ours, and not by a goodbye', () => {
  const answer = (data: string, ttl = 120) => [{ name: 'Demo.local', type: 'A', ttl, data }];
  expect(isTaken('demo.local', answer('192.0.2.9'), ['192.0.2.1'])).toBe(true);
  expect(isTaken('demo.local', answer('192.0.2.1'), ['192.0.2.1'])).toBe(false);
  expect(isTaken('demo.local', answer('192.0.2.9', 0), ['192.0.2.1'])).toBe(false);
  expect(isTaken('demo.local', [], [])).toBe(false);
});

let port: number;
let other: MulticastDNS;
const logged: string[] = [];
const log = pino({ base: null }, { write: (line: string) => void logged.push(line) });
const loopback = () => [{ address: '127.0.0.1', addresses: ['192.0.2.1'] }];
const announcers: MdnsAnnouncer[] = [];

/** On the loopback interface, and on a port of our own: nothing leaves the machine. */
beforeEach(async () => {
  logged.length = 0;
  const probe = createSocket('udp4').bind(0);
  await once(probe, 'listening');
  port = (probe.address() as AddressInfo).port;
  probe.close();
  other = multicastDns({ port, interface: '127.0.0.1', bind: '0.0.0.0' });
  await once(other, 'ready');
});
afterEach(async () => {
  for (const announcer of announcers.splice(0)) await announcer.stop();
  await new Promise<void>((resolve) => other.destroy(resolve));
});

async function announce(): Promise<MdnsAnnouncer> {
  const announcer = new MdnsAnnouncer(service, { log, port, interfaces: loopback });
  announcers.push(announcer);
  await announcer.start();
  return announcer;
}

/** The next response with an address record of the device. */
async function nextAddress(): Promise<{ data: unknown; ttl: number | undefined }> {
  for (;;) {
    const [packet] = (await once(other, 'response')) as [ResponsePacket];
    const answer = packet.answers?.find(({ name, type }) => name === 'demo.local' && type === 'A');
    if (answer !== undefined && 'data' in answer)
      return { data: answer.data, ttl: 'ttl' in answer ? answer.ttl : undefined };
  }
}

test('the device is announced, found when asked for, and taken back when it stops', async () => {
  const first = nextAddress();
  const announcer = await announce();
  expect(await first).toEqual({ data: '192.0.2.1', ttl: 120 });
  await announcer.announced;
  const asked = nextAddress();
  other.query('demo.local', 'A');
  expect(await asked).toEqual({ data: '192.0.2.1', ttl: 120 });
  const last = nextAddress();
  await announcer.stop();
  await announcer.stop();
  expect(await last).toEqual({ data: '192.0.2.1', ttl: 0 });
});

test('a plain resolver is answered itself', async () => {
  const announcer = await announce();
  await announcer.announced;
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setMulticastInterface('127.0.0.1');
  const resolver = multicastDns({ socket, port: 0, multicast: false, bind: false });
  const answered = once(resolver, 'response');
  resolver.query({ questions: [{ name: 'demo.local', type: 'A' }] }, { port, address: '224.0.0.251' });
  const [{ answers, questions }] = (await answered) as [ResponsePacket];
  expect(answers).toMatchObject([{ data: '192.0.2.1', ttl: 10 }]);
  expect(questions).toMatchObject([{ name: 'demo.local' }]);
  await new Promise<void>((resolve) => resolver.destroy(resolve));
});

test('a name that another device has is left to it', async () => {
  other.on('query', () => other.respond([{ name: 'demo.local', type: 'A', ttl: 120, data: '192.0.2.99' }]));
  const announcer = await announce();
  await announcer.announced;
  expect(logged.join('')).toContain('another device has this name');
});

test('a stop in the middle of probing leaves nothing', async () => {
  const announcer = await announce();
  await announcer.stop();
  expect(logged).toEqual([]);
});
