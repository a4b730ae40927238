import { maxPayloadBytes } from '../payload.ts';

/**
 * H.264 over RTP in packetization-mode 1 (RFC 6184, 6.3).
 *
 * ```
 * single NAL unit     | NAL header | ... |                                       (5.6)
 * STAP-A (type 24)    | F NRI 24 | size16 | NAL | size16 | NAL | ...             (5.7.1)
 * FU-A (type 28)      | F NRI 28 | S E R type | fragment |                       (5.8)
 * ```
 */
const nalTypeMask = 0x1f;
const nalRefMask = 0xe0;
const nalAccessUnitDelimiter = 9;
const stapA = 24;
const fuA = 28;
const fuStart = 0x80;
const fuEnd = 0x40;
const fuHeaderBytes = 2;
const stapSizeBytes = 2;

/** Gives each NAL unit of an Annex B access unit, without its start code, in order (H.264, Annex B.1). */
export function* nalUnits(accessUnit: Uint8Array): Generator<Uint8Array> {
  let start = -1;
  let position = 0;
  while (position + 2 < accessUnit.length) {
    const third = accessUnit[position + 2] as number;
    // A start code ends in 1 after two zeros; a byte above 1 rules out all three places at once.
    if (third > 1) {
      position += 3;
    } else if (third === 1 && accessUnit[position] === 0 && accessUnit[position + 1] === 0) {
      if (start >= 0) yield trimmed(accessUnit, start, position);
      start = position + 3;
      position = start;
    } else {
      position += 1;
    }
  }
  if (start >= 0 && start < accessUnit.length) yield trimmed(accessUnit, start, accessUnit.length);
}

/** trailing_zero_8bits and the zero_byte of a four-byte start code do not belong to the NAL unit. */
function trimmed(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let last = end;
  while (last > start && bytes[last - 1] === 0) last -= 1;
  return bytes.subarray(start, last);
}

/**
 * Splits one access unit (Annex B) into RTP payloads of at most {@link maxPayloadBytes}. Small NAL units in a row
 * travel together (STAP-A), large ones in fragments (FU-A). The payloads share one buffer: one copy a frame.
 */
export function packetizeH264(accessUnit: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let arenaBytes = 0;
  for (const unit of nalUnits(accessUnit)) {
    if (unit.length === 0 || ((unit[0] as number) & nalTypeMask) === nalAccessUnitDelimiter) continue;
    units.push(unit);
    const fragments = Math.ceil(unit.length / (maxPayloadBytes - fuHeaderBytes));
    arenaBytes += unit.length + fragments * fuHeaderBytes + stapSizeBytes + 1;
  }
  const arena = Buffer.allocUnsafe(arenaBytes);
  const payloads: Uint8Array[] = [];
  let end = 0;
  let next = 0;
  while (next < units.length) {
    const start = end;
    const unit = units[next] as Uint8Array;
    if (unit.length > maxPayloadBytes) {
      end = fragment(unit, arena, end, payloads);
      next += 1;
      continue;
    }
    const together = fittingTogether(units, next);
    if (together === 1) {
      arena.set(unit, end);
      end += unit.length;
    } else {
      end = aggregate(units, next, together, arena, end);
    }
    payloads.push(arena.subarray(start, end));
    next += together;
  }
  return payloads;
}

/** How many units from `first` on fit in one STAP-A. */
function fittingTogether(units: readonly Uint8Array[], first: number): number {
  let bytes = 1;
  let count = 0;
  for (let at = first; at < units.length; at += 1) {
    bytes += stapSizeBytes + (units[at] as Uint8Array).length;
    if (bytes > maxPayloadBytes) break;
    count += 1;
  }
  return Math.max(count, 1);
}

function aggregate(
  units: readonly Uint8Array[],
  first: number,
  count: number,
  arena: Buffer,
  at: number,
): number {
  let header = stapA;
  let end = at + 1;
  for (let index = first; index < first + count; index += 1) {
    const unit = units[index] as Uint8Array;
    // NRI of the aggregate is the highest of its parts (RFC 6184, 5.7).
    header = Math.max(header & 0x60, (unit[0] as number) & 0x60) | stapA;
    end = arena.writeUInt16BE(unit.length, end);
    arena.set(unit, end);
    end += unit.length;
  }
  arena[at] = header;
  return end;
}

function fragment(unit: Uint8Array, arena: Buffer, at: number, payloads: Uint8Array[]): number {
  const header = unit[0] as number;
  const indicator = (header & nalRefMask) | fuA;
  const type = header & nalTypeMask;
  // Even fragments: no tiny last packet that costs a whole datagram.
  const bytes = unit.length - 1;
  const count = Math.ceil(bytes / (maxPayloadBytes - fuHeaderBytes));
  let end = at;
  for (let part = 0; part < count; part += 1) {
    const start = end;
    const from = 1 + Math.floor((bytes * part) / count);
    const to = 1 + Math.floor((bytes * (part + 1)) / count);
    arena[end] = indicator;
    arena[end + 1] = type | (part === 0 ? fuStart : 0) | (part === count - 1 ? fuEnd : 0);
    arena.set(unit.subarray(from, to), end + fuHeaderBytes);
    end += fuHeaderBytes + to - from;
    payloads.push(arena.subarray(start, end));
  }
  return end;
}
