import type { Key } from './kind.ts';

/*
 * struct input_event (linux/input.h), in the byte order of the machine:
 *
 *   64 bit:  seconds (8)  microseconds (8)  type (2)  code (2)  value (4)   24 bytes
 *   32 bit:  seconds (4)  microseconds (4)  type (2)  code (2)  value (4)   16 bytes
 */
const tailBytes = 8;
/** Of a program with pointers of this size; the kernel looks at the program, not at itself. */
const timeBytes = ['arm', 'ia32', 'mips', 'mipsel'].includes(process.arch) ? 8 : 16;
/** Of one event. */
export const inputEventBytes = timeBytes + tailBytes;

/** linux/input-event-codes.h */
const evKey = 0x01;
/** 1 is pressed; 0 is let go of, 2 is held. */
const pressed = 1;

/** By key code: the row of digits, the numeric block, and the keys that only telephones have. */
const keys: ReadonlyMap<number, Key> = new Map<number, Key>([
  // KEY_1 is 2, KEY_0 is 11.
  ...(['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const).map(
    (key, index) => [index + 2, key] as const,
  ),
  // KEY_KP7 is 71; 74 and 78 are its minus and plus.
  ...(
    [
      ['7', 71],
      ['8', 72],
      ['9', 73],
      ['4', 75],
      ['5', 76],
      ['6', 77],
      ['1', 79],
      ['2', 80],
      ['3', 81],
      ['0', 82],
    ] as const
  ).map(([key, code]) => [code, key] as const),
  // KEY_NUMERIC_0 is 0x200.
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const).map(
    (key, index) => [index + 0x200, key] as const,
  ),
  [28, 'enter'], // KEY_ENTER
  [96, 'enter'], // KEY_KPENTER
  [0x20b, 'enter'], // KEY_NUMERIC_POUND
  [1, 'clear'], // KEY_ESC
  [14, 'clear'], // KEY_BACKSPACE
  [55, 'clear'], // KEY_KPASTERISK
  [0x20a, 'clear'], // KEY_NUMERIC_STAR
]);

/** Takes a stream of events apart, wherever it is cut, and gives the keys that were pressed. Total. */
export class InputEvents {
  readonly #open = Buffer.alloc(inputEventBytes);
  #length = 0;

  take(chunk: Uint8Array): readonly Key[] {
    const found: Key[] = [];
    for (const byte of chunk) {
      this.#open[this.#length++] = byte;
      if (this.#length < inputEventBytes) continue;
      this.#length = 0;
      const key = keyOf(this.#open);
      if (key) found.push(key);
    }
    return found;
  }
}

function keyOf(event: Buffer): Key | undefined {
  // Every machine that Node runs Linux on for small devices is little-endian.
  const type = event.readUInt16LE(timeBytes);
  const value = event.readInt32LE(timeBytes + 4);
  if (type !== evKey || value !== pressed) return undefined;
  return keys.get(event.readUInt16LE(timeBytes + 2));
}
