import { isIP } from 'node:net';

/** An IP address in network order: 4 or 16 bytes; undefined for anything else, a zone (`%eth0`) included. */
export function ipBytes(address: string): Buffer | undefined {
  switch (address.includes('%') ? 0 : isIP(address)) {
    case 4:
      return Buffer.from(address.split('.').map(Number));
    case 6:
      return ip6Bytes(address);
    default:
      return undefined;
  }
}

function ip6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const zeros = Array<number>(Math.max(8 - first.length - last.length, 0)).fill(0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...first, ...zeros, ...last].entries()) bytes.writeUInt16BE(group, 2 * index);
  return bytes;
}

/** 16-bit groups of one side of `::`; a dotted quad at the end makes two. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** An address as the system prints it (RFC 5952), so that equal addresses are equal strings. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const { start, length } = longestZeroRun(words);
  // ::ffff:a.b.c.d (RFC 5952, 5) and the old ::a.b.c.d, as inet_ntop has them.
  const dotted = start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff));
  const shown = words.slice(0, dotted ? 6 : 8).map((word) => word.toString(16));
  const end = dotted ? [bytes.slice(12).join('.')] : [];
  if (length < 2) return [...shown, ...end].join(':');
  return `${shown.slice(0, start).join(':')}::${[...shown.slice(start + length), ...end].join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  let start = 0;
  for (const [index, word] of words.entries()) {
    if (word !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

/** The one spelling of an address, or undefined where it is none. */
export function canonicalIp(address: string): string | undefined {
  const bytes = ipBytes(address);
  return bytes && ipText(bytes);
}
