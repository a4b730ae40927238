import { hostname, networkInterfaces } from 'node:os';

/** A `Host` header (RFC 9110, 7.2), taken apart. */
export interface HostHeader {
  /** Lower case, without brackets and final dot. */
  readonly name: string;
  readonly port: string | undefined;
}

/** Reads a `Host` header; undefined where it is none. */
export function parseHost(header: string | undefined): HostHeader | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(header ?? '');
  const name = match?.[1] ?? match?.[2];
  if (name === undefined) return undefined;
  return { name: name.toLowerCase().replace(/\.$/, ''), port: match?.[3] };
}

/** Whether a remote or local address is the machine itself: 127.0.0.0/8 or ::1 (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address);
}

/** A name that only ever means the machine itself (RFC 6761, 6.3). */
export const isLoopbackName = (name: string): boolean => name === 'localhost' || isLoopbackAddress(name);

/** An IPv4 address that came through an IPv6 socket, as IPv4. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** `<device>.local`, where the device's name can be a host name (RFC 1123, 2.1). */
export function localName(device: string): string {
  const label = device
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return `${label === '' ? 'vedette' : label}.local`;
}

/** The names this device answers to, beside loopback names and its own addresses. */
export function deviceNames(device: string, publicUrl: URL | undefined): readonly string[] {
  const host = hostname().toLowerCase();
  const names = [localName(device), host, `${host.split('.')[0]}.local`];
  if (publicUrl !== undefined) names.push(publicUrl.hostname.toLowerCase().replace(/^\[|\]$/g, ''));
  return [...new Set(names)];
}

/** The addresses of this machine that others reach it by, link-local IPv6 left out (it needs a zone). */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address);
}

/**
 * Whether a request for `name` is meant for this device. Others are what DNS rebinding looks like: a page whose name
 * was made to point here. An address cannot be rebound, but only our own are ours.
 * @param localAddress where the connection came in.
 */
export function isOwnHost(name: string, names: readonly string[], localAddress: string): boolean {
  return isLoopbackName(name) || names.includes(name) || name === plainAddress(localAddress).toLowerCase();
}
