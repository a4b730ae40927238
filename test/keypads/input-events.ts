import { inputEventBytes } from '../../src/keypads/input-event.ts';

/** As the kernel writes it (struct input_event, linux/input.h). */
export function inputEvent(type: number, code: number, value: number): Buffer {
  const event = Buffer.alloc(inputEventBytes);
  const tail = inputEventBytes - 8;
  event.writeUInt32LE(1_700_000_000, 0);
  event.writeUInt16LE(type, tail);
  event.writeUInt16LE(code, tail + 2);
  event.writeInt32LE(value, tail + 4);
  return event;
}

/** Of the numeric block. */
const codes: Readonly<Record<string, number>> = {
  ...{ 0: 82, 1: 79, 2: 80, 3: 81, 4: 75, 5: 76, 6: 77, 7: 71, 8: 72, 9: 73 },
  ...{ '#': 96, '*': 55 },
};

/** What a numeric keypad on USB sends for these keys: a scan code, pressed, a report; a report for letting go. */
export function pressesOf(keys: string): Buffer {
  return Buffer.concat(
    [...keys].flatMap((key) => {
      const code = codes[key] ?? 0;
      const report = inputEvent(0, 0, 0);
      return [inputEvent(4, 4, 0x7_0059), inputEvent(1, code, 1), report, inputEvent(1, code, 0), report];
    }),
  );
}
