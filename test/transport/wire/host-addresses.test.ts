import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { hostAddresses } from '../../../src/transport/wire/host-addresses.ts';

const at = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;
const addresses = (interfaces: Record<string, NetworkInterfaceInfo[]>) =>
  hostAddresses(interfaces).map(({ address }) => address);

test('addresses of both families are offered, without loopback and link-local ones', () => {
  expect(
    hostAddresses({ lo: [at('127.0.0.1', true)], eth0: [at('192.0.2.5'), at('fd00::5'), at('fe80::1')] }),
  ).toEqual([
    { address: '192.0.2.5', family: 4 },
    { address: 'fd00::5', family: 6 },
  ]);
});

test('bridges of containers are offered only where there is nothing else', () => {
  const bridges = { docker0: [at('172.17.0.1')], 'br-0123456789ab': [at('172.18.0.1')] };
  expect(addresses({ ...bridges, wlan0: [at('192.0.2.5')] })).toEqual(['192.0.2.5']);
  expect(addresses(bridges)).toEqual(['172.17.0.1', '172.18.0.1']);
});

test('a machine without a network offers loopback', () => {
  expect(addresses({ lo: [at('127.0.0.1', true), at('::1', true)] })).toEqual(['127.0.0.1', '::1']);
});

test('a machine with hundreds of addresses offers some', () => {
  const many = Array.from({ length: 300 }, (_, n) => at(`10.0.${n >> 8}.${n & 255}`));
  expect(addresses({ eth0: many })).toHaveLength(16);
});
