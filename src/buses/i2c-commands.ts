/** One thing that happens between a start and a stop on the bus: bytes are written, then bytes are read. */
export interface I2cTransfer {
  readonly write: readonly number[];
  /** How many bytes are read; 0 for none. */
  readonly read: number;
}

/** What an adapter can do, as `i2cdetect -F` tells it. */
export interface I2cAbilities {
  /** Any transfer; else only the forms of SMBus below. */
  readonly i2c: boolean;
  /** Several bytes to or from a register. */
  readonly block: boolean;
}

/** A program of i2c-tools and what it is told. */
export interface I2cCommand {
  readonly program: 'i2ctransfer' | 'i2cget' | 'i2cset';
  readonly args: readonly string[];
}

/** i2cget reads so many bytes at once. */
const mostBlockBytes = 32;

/** What `i2cdetect -F <bus>` says. */
export function readAbilities(text: string): I2cAbilities {
  const can = (name: string) => new RegExp(`^${name}\\s+yes\\b`, 'm').test(text);
  return { i2c: can('I2C'), block: can('I2C Block Read') && can('I2C Block Write') };
}

/** The command that makes a transfer on this adapter; undefined where it cannot. */
export function commandFor(
  bus: number,
  address: number,
  { write, read }: I2cTransfer,
  { i2c, block }: I2cAbilities,
): I2cCommand | undefined {
  if (i2c) {
    const parts = [
      ...(write.length > 0 ? [`w${write.length}@${hex(address)}`, ...write.map(hex)] : []),
      ...(read > 0 ? [write.length > 0 ? `r${read}` : `r${read}@${hex(address)}`] : []),
    ];
    return { program: 'i2ctransfer', args: ['-y', String(bus), ...parts] };
  }
  const place = ['-y', String(bus), hex(address)];
  const [register, ...values] = write;
  if (read === 0) {
    if (register === undefined) return undefined;
    if (values.length === 0) return { program: 'i2cset', args: [...place, hex(register), 'c'] };
    const many = values.length > 1;
    if (many && (!block || values.length > mostBlockBytes)) return undefined;
    return { program: 'i2cset', args: [...place, hex(register), ...values.map(hex), many ? 'i' : 'b'] };
  }
  if (values.length > 0) return undefined;
  if (register === undefined) return read === 1 ? { program: 'i2cget', args: place } : undefined;
  if (read === 1) return { program: 'i2cget', args: [...place, hex(register), 'b'] };
  if (read === 2) return { program: 'i2cget', args: [...place, hex(register), 'w'] };
  if (!block || read > mostBlockBytes) return undefined;
  return { program: 'i2cget', args: [...place, hex(register), 'i', String(read)] };
}

/**
 * The bytes that a command printed: `0x19 0x20`, and for a word of SMBus `0x2019`, whose low byte came first. Undefined
 * where they are not what was asked for.
 */
export function readBytes(text: string, count: number): Uint8Array | undefined {
  const trimmed = text.trim();
  const word = /^0x([\da-f]{2})([\da-f]{2})$/i.exec(trimmed);
  if (word && count === 2) return Uint8Array.of(parseInt(word[2] ?? '', 16), parseInt(word[1] ?? '', 16));
  const bytes = trimmed === '' ? [] : trimmed.split(/\s+/);
  if (bytes.length !== count || !bytes.every((byte) => /^0x[\da-f]{2}$/i.test(byte))) return undefined;
  return Uint8Array.from(bytes, (byte) => Number(byte));
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
