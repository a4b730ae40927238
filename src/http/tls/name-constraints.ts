import { isIPv4, SocketAddress } from 'node:net';

/** OID of the extension (RFC 5280, 4.2.1.10). */
export const nameConstraintsOid = '2.5.29.30';

/**
 * What a certificate authority may vouch for, as the value of its NameConstraints extension, in DER:
 *
 *     SEQUENCE {
 *       [0] permittedSubtrees   SEQUENCE OF SEQUENCE { base GeneralName }
 *     }
 *     GeneralName: [2] dNSName (IA5String) or [7] iPAddress (address and mask, 8 or 32 bytes)
 *
 * A kind of name that is listed at all excludes every other name of its kind.
 */
export function nameConstraints(names: readonly string[], addresses: readonly string[]): Uint8Array {
  const subtrees = [
    ...names.map((name) => der(0x82, Buffer.from(name, 'ascii'))),
    ...addresses.map((address) => {
      const bytes = addressBytes(address);
      return der(0x87, Buffer.concat([bytes, Buffer.alloc(bytes.length, 0xff)]));
    }),
  ].map((name) => der(0x30, name));
  return der(0x30, der(0xa0, Buffer.concat(subtrees)));
}

/** An address in network order. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const [head = '', tail] = canonical.split('::');
  const words = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return Buffer.from([...before, ...zeros, ...after].map((word) => word.padStart(4, '0')).join(''), 'hex');
}

/** Tag, length, content (X.690, 8.1). */
function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}
