import type { RunI2cTool } from '../../src/buses/i2c.ts';
import type { ToolResult } from '../../src/buses/run-tool.ts';

/** A chip as it behaves on the bus. */
export interface FakeChip {
  /** A write, and what a read gives after it. */
  transfer(write: readonly number[], read: number): readonly number[];
}

const failed = (complaint: string): ToolResult => ({ code: 1, text: '', complaint });

/**
 * i2ctransfer of i2c-tools in front of made-up chips, with its words. What it is told must be right to the letter:
 * the real one is tried in the rig.
 */
export function fakeI2cTools(chips: ReadonlyMap<number, FakeChip>, bus = 1): RunI2cTool {
  return (program, args) => {
    if (program === 'i2cdetect' && args[0] === '-F') {
      if (args[1] !== String(bus))
        return Promise.resolve(
          failed("Error: Could not open file `/dev/i2c-9' or `/dev/i2c/9': No such file or directory"),
        );
      return Promise.resolve({ code: 0, text: 'I2C                              yes\n', complaint: '' });
    }
    if (program !== 'i2ctransfer' || args[0] !== '-y' || args[1] !== String(bus))
      throw new Error(`no such call: ${program} ${args.join(' ')}`);
    const [, , ...parts] = args;
    const write: number[] = [];
    let address = 0;
    let read = 0;
    for (const part of parts) {
      const [, way, count, place] = /^([wr])(\d+)(?:@(0x..))?$/.exec(part) ?? [];
      if (place !== undefined) address = Number(place);
      if (way === 'r') read = Number(count);
      if (way === undefined) write.push(Number(part));
    }
    const chip = chips.get(address);
    if (!chip) return Promise.resolve(failed('Error: Sending messages failed: Remote I/O error'));
    const bytes = chip.transfer(write, read).map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
    return Promise.resolve({ code: 0, text: bytes.length > 0 ? `${bytes.join(' ')}\n` : '', complaint: '' });
  };
}

/** A chip of registers, one byte each. */
export function registerChip(registers: Map<number, number>): FakeChip {
  return {
    transfer: ([register = 0, ...values], read) => {
      values.forEach((value, i) => {
        registers.set(register + i, value);
      });
      return Array.from({ length: read }, (_, i) => registers.get(register + i) ?? 0);
    },
  };
}
