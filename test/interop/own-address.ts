import { networkInterfaces } from 'node:os';

/**
 * An address of this machine that is neither loopback nor link-local: the other stacks make no candidates of those.
 * Undefined where it has none.
 */
export function ownAddress(family: 'IPv4' | 'IPv6'): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((one) => one.family === family && !one.internal && !/^(fe80|169\.254\.)/i.test(one.address))
    ?.address;
}

/** Why no other stack can reach the device here; undefined where they can. */
export const noAddress =
  ownAddress('IPv4') === undefined ? 'this machine has no IPv4 address but loopback' : undefined;
