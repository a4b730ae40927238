import fc from 'fast-check';
import { mutated } from './mutate.ts';

/**
 * Packets one after the other, in one input:
 *
 *     | gap in ms, 16 | sender, 8 | length, 16 | bytes ... |  | gap in ms, 16 | ...
 */
export interface Arriving {
  /** Since the one before, on a clock that is turned by hand. */
  readonly gapMs: number;
  /** Who it comes from; what the numbers mean is the target's. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

const headBytes = 5;
/** More than any seed has. */
const maxPackets = 64;
/** At, just before and just after what protocols wait for. */
const gaps = [
  0, 1, 19, 20, 49, 50, 51, 99, 499, 500, 999, 1_000, 2_999, 5_000, 29_999, 30_000, 35_000, 65_535,
];

export function writeSequence(packets: readonly Arriving[]): Buffer {
  return Buffer.concat(
    packets.map(({ gapMs, from, bytes }) => {
      const head = Buffer.alloc(headBytes);
      head.writeUInt16BE(gapMs, 0);
      head.writeUInt8(from & 0xff, 2);
      head.writeUInt16BE(bytes.length, 3);
      return Buffer.concat([head, bytes]);
    }),
  );
}

/** Every input is a sequence; the last packet may be cut short. Each has a buffer of its own, as a socket gives it. */
export function readSequence(input: Uint8Array): Arriving[] {
  const packets: Arriving[] = [];
  const view = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  for (let at = 0; at + headBytes <= view.length && packets.length < maxPackets; ) {
    const end = at + headBytes + view.readUInt16BE(at + 3);
    packets.push({
      gapMs: view.readUInt16BE(at),
      from: view.readUInt8(at + 2),
      bytes: Uint8Array.prototype.slice.call(view, at + headBytes, end),
    });
    at = end;
  }
  return packets;
}

type Move = readonly [kind: number, place: number, value: number];
const maxMoves = 6;
const kinds = 6;

/** Sequences with packets that are lost, repeated, late, swapped, from elsewhere, or with mistakes in them. */
export function sequences(
  seeds: readonly (readonly Arriving[])[],
  words: readonly Uint8Array[] = [],
): fc.Arbitrary<Uint8Array> {
  const all = seeds.flatMap((seed) => seed.map(({ bytes }) => bytes));
  const moves = fc.array(fc.tuple(fc.nat(kinds - 1), fc.nat(maxPackets), fc.nat(0xffff)), {
    maxLength: maxMoves,
  });
  const strange = fc.array(mutated(all, words), { maxLength: 4 });
  return fc
    .tuple(fc.nat(seeds.length - 1), moves, strange)
    .map(([seed, list, bytes]) => writeSequence(disturbed(seeds[seed] as readonly Arriving[], list, bytes)));
}

function disturbed(
  seed: readonly Arriving[],
  list: readonly Move[],
  strange: readonly Uint8Array[],
): Arriving[] {
  const packets = [...seed];
  for (const [kind, place, value] of list) {
    const at = packets.length === 0 ? 0 : place % packets.length;
    const packet = packets[at];
    if (!packet) break;
    if (kind === 0) packets.splice(at, 1);
    if (kind === 1) packets.splice(value % (packets.length + 1), 0, packet);
    if (kind === 2) {
      packets.splice(at, 1);
      packets.splice(value % (packets.length + 1), 0, packet);
    }
    if (kind === 3) packets[at] = { ...packet, gapMs: gaps[value % gaps.length] as number };
    if (kind === 4) packets[at] = { ...packet, from: value & 0xff };
    if (kind === 5) packets.length = at + 1;
  }
  for (const [index, bytes] of strange.entries()) {
    const at = (index * 7 + bytes.length) % (packets.length + 1);
    packets.splice(at, 0, { gapMs: 0, from: bytes.length % 3, bytes });
  }
  return packets;
}
