/** What can be read, and the function that reads it (Modbus Application Protocol 1.1b3, 6.1 to 6.4). */
export const modbusTables = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
export type ModbusTable = keyof typeof modbusTables;

/** What is asked of a device. */
export interface ModbusQuestion {
  /** Which of the devices on the line; 0 to 255. */
  readonly unit: number;
  readonly table: ModbusTable;
  /** The first one, counted from 0 as on the wire. */
  readonly register: number;
  /** How many: registers of 16 bits, or bits of coils and discrete inputs. */
  readonly count: number;
}

/** What came of it. */
export type ModbusAnswer =
  /** Registers: two bytes each, high byte first. Bits: eight a byte, the first one lowest. */
  | { readonly type: 'data'; readonly data: Uint8Array }
  | { readonly type: 'exception'; readonly code: number }
  | { readonly type: 'nonsense'; readonly detail: string };

/** Exceptions in words (7). */
const exceptions: Readonly<Record<number, string>> = {
  1: 'it knows no such function',
  2: 'it has no such register',
  3: 'it gives no so many at once',
  4: 'it failed',
  5: 'it is still at it',
  6: 'it is busy',
  10: 'the gateway finds no way to it',
  11: 'the gateway hears nothing from it',
};

/** An exception's code in words. */
export function exceptionWords(code: number): string {
  return exceptions[code] ?? `exception ${code}`;
}

/** Set in the function of an answer that is an exception. */
const exceptionFlag = 0x80;
const protocolId = 0;
const headBytes = 7;
/** A unit and a PDU of 253 bytes (4.1). */
const mostLength = 254;

/**
 * A question over TCP (Modbus Messaging on TCP/IP 1.0b, 3.1.3):
 *
 *     transaction (2) | protocol 0 (2) | length (2) | unit (1) | function (1) | register (2) | count (2)
 */
export function tcpQuestion(question: ModbusQuestion, transaction: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, transaction);
  view.setUint16(2, protocolId);
  view.setUint16(4, 6);
  bytes[6] = question.unit;
  bytes.set(pdu(question), headBytes);
  return bytes;
}

/** A question on a serial line: unit (1) | function (1) | register (2) | count (2) | CRC (2, low byte first). */
export function rtuQuestion(question: ModbusQuestion): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes[0] = question.unit;
  bytes.set(pdu(question), 1);
  const crc = crc16(bytes.subarray(0, 6));
  bytes[6] = crc & 0xff;
  bytes[7] = crc >> 8;
  return bytes;
}

function pdu({ table, register, count }: ModbusQuestion): Uint8Array {
  return Uint8Array.of(modbusTables[table], register >> 8, register & 0xff, count >> 8, count & 0xff);
}

/**
 * The answer to a question in what has come over TCP so far; undefined while more is to come. Answers to earlier
 * questions are passed over.
 */
export function tcpAnswer(
  received: Uint8Array,
  question: ModbusQuestion,
  transaction: number,
): ModbusAnswer | undefined {
  const view = new DataView(received.buffer, received.byteOffset, received.length);
  for (let at = 0; at + headBytes <= received.length; ) {
    const length = view.getUint16(at + 4);
    if (view.getUint16(at + 2) !== protocolId || length < 3 || length > mostLength) {
      return { type: 'nonsense', detail: 'this is no Modbus' };
    }
    const end = at + 6 + length;
    if (end > received.length) return undefined;
    if (view.getUint16(at) === transaction) {
      if (received[at + 6] !== question.unit) return { type: 'nonsense', detail: 'another unit' };
      return answerOf(received.subarray(at + headBytes, end), question);
    }
    at = end;
  }
  return undefined;
}

/**
 * The answer to a question in what has come over a serial line so far; undefined while there is none. Whatever stands
 * before it (noise, an echo, the rest of an earlier answer) is passed over: a frame has a CRC.
 */
export function rtuAnswer(received: Uint8Array, question: ModbusQuestion): ModbusAnswer | undefined {
  for (let at = 0; at + 5 <= received.length; at++) {
    if (received[at] !== question.unit) continue;
    const size = ((received[at + 1] ?? 0) & exceptionFlag ? 0 : (received[at + 2] ?? 0)) + 5;
    const end = at + size;
    if (end > received.length) continue;
    const crc = (received[end - 2] ?? 0) | ((received[end - 1] ?? 0) << 8);
    if (crc16(received.subarray(at, end - 2)) !== crc) continue;
    const answer = answerOf(received.subarray(at + 1, end - 2), question);
    if (answer.type !== 'nonsense') return answer;
  }
  return undefined;
}

function answerOf(answer: Uint8Array, { table, count }: ModbusQuestion): ModbusAnswer {
  const asked = modbusTables[table];
  const [given, second = 0] = answer;
  if (given === (asked | exceptionFlag)) return { type: 'exception', code: second };
  if (given !== asked) return { type: 'nonsense', detail: 'the answer to another question' };
  const bytes = table === 'holding' || table === 'input' ? count * 2 : Math.ceil(count / 8);
  if (second !== bytes || answer.length !== bytes + 2) return { type: 'nonsense', detail: 'another length' };
  return { type: 'data', data: answer.slice(2) };
}

/** CRC of Modbus over serial line 1.02, 6.2.2: polynomial 0xA001 (0x8005 mirrored), begun with ones. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
