import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** Addresses told to one viewer; a machine with hundreds of container bridges would make as many checks. */
const maxAddresses = 16;
/** Temporary hosts of containers: nobody outside reaches them, and each would cost every viewer its checks. */
const containerInterfaces = /^(docker|br-[0-9a-f]{12}|veth|virbr|lxc|cni|flannel|podman)/;

/** An address of this machine that a viewer may try. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * The addresses to offer (RFC 8445, 5.1.1.1): no loopback and no link-local ones, and those of containers only where
 * there is nothing else. A machine without a network offers loopback, for a browser on it.
 */
export function hostAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()) {
  const all = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).map((info) => ({ ...info, container: containerInterfaces.test(name) })),
  );
  const reachable = all.filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address));
  const direct = reachable.filter(({ container }) => !container);
  const chosen = direct.length > 0 ? direct : reachable.length > 0 ? reachable : all;
  return chosen
    .slice(0, maxAddresses)
    .map(({ address, family }): HostAddress => ({ address, family: family === 'IPv6' ? 6 : 4 }));
}
