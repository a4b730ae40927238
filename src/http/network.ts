import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What no router carries further (RFC 1918; RFC 3927; RFC 4193; RFC 4291, 2.5.6). */
const ownRanges = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
] as const)
  ownRanges.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
] as const)
  ownRanges.addSubnet(network, prefix, 'ipv6');

/**
 * Whether an address is of the device's own network: private, link-local, or of a subnet of its own, as all of IPv6 in a
 * house is.
 */
export function isOwnNetwork(address: string): boolean {
  const plain = address.split('%')[0] ?? '';
  const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
  if (ownRanges.check(plain, family)) return true;
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .some(({ cidr, family: own }) => {
      const [network = '', prefix = ''] = cidr?.split('/') ?? [];
      // A host route, as point-to-point links have it, makes nobody a neighbour.
      if (own.toLowerCase() !== family || network === '' || Number(prefix) === 0) return false;
      const subnet = new BlockList();
      subnet.addSubnet(network, Number(prefix), family);
      return subnet.check(plain, family);
    });
}
