import { settledWithin } from '../deadline.ts';
import { VedetteError } from '../errors.ts';
import { commandFor, type I2cAbilities, type I2cTransfer, readAbilities, readBytes } from './i2c-commands.ts';
import { findTool, runTool, type ToolResult } from './run-tool.ts';
import { Turns } from './turns.ts';

/** Runs a program of i2c-tools; another one in tests. */
export type RunI2cTool = (
  program: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<ToolResult>;

/** A tool that cannot even be killed is left behind: it hangs in the kernel. */
const stopMs = 500;

/** One chip, while it is its turn. */
export interface I2cChip {
  /**
   * Writes bytes, reads bytes, or both without letting go of the bus between.
   *
   * @throws VedetteError `i2c/no-answer`, `i2c/busy`, `i2c/unable`, `i2c/nonsense`, …
   */
  transfer(transfer: I2cTransfer): Promise<Uint8Array>;
}

/** One I2C bus (`/dev/i2c-1` is 1). Whoever talks on it has it for a whole conversation. */
export class I2cBus {
  readonly #bus: number;
  readonly #run: RunI2cTool;
  readonly #turns = new Turns();
  readonly #stopping = new AbortController();
  #abilities: Promise<I2cAbilities> | undefined;

  constructor(bus: number, run: RunI2cTool = runI2cTool) {
    this.#bus = bus;
    this.#run = run;
  }

  /**
   * Talks with a chip, in turn: nobody else talks on this bus meanwhile.
   *
   * @throws what `talk` throws, and `i2c/not-found`, `i2c/denied`, `i2c/tools-missing`
   */
  talk<T>(address: number, talk: (chip: I2cChip) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const abilities = await this.#ask();
      return talk({ transfer: (transfer) => this.#transfer(address, transfer, abilities) });
    }, this.#stopping.signal);
  }

  /** Ends whatever conversation goes on, within 0.5 s. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new VedetteError('i2c/not-found', { bus: this.#bus }));
    await settledWithin(
      this.#turns.take(() => Promise.resolve()),
      stopMs,
    );
  }

  async #ask(): Promise<I2cAbilities> {
    this.#abilities ??= this.#run('i2cdetect', ['-F', String(this.#bus)], this.#stopping.signal).then(
      (result) => {
        if (result.code !== 0) throw this.#failure(0, result);
        return readAbilities(result.text);
      },
    );
    try {
      return await this.#abilities;
    } catch (error) {
      // Another time the bus may be there.
      this.#abilities = undefined;
      throw error;
    }
  }

  async #transfer(address: number, transfer: I2cTransfer, abilities: I2cAbilities): Promise<Uint8Array> {
    const command = commandFor(this.#bus, address, transfer, abilities);
    if (!command) {
      const detail = `${transfer.write.length} bytes written, ${transfer.read} read`;
      throw new VedetteError('i2c/unable', { bus: this.#bus, detail });
    }
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const result = await this.#run(command.program, command.args, signal);
    if (result.code !== 0) throw this.#failure(address, result);
    const bytes = readBytes(result.text, transfer.read);
    if (!bytes) throw new VedetteError('i2c/nonsense', { address: hex(address), detail: 'no bytes' });
    return bytes;
  }

  /** i2c-tools say what the kernel said, in the C locale. */
  #failure(address: number, { complaint }: ToolResult): VedetteError {
    const bus = this.#bus;
    if (/No such file|Could not open file/i.test(complaint) && !/denied/i.test(complaint)) {
      return new VedetteError('i2c/not-found', { bus });
    }
    if (/denied|not permitted/i.test(complaint)) return new VedetteError('i2c/denied', { bus });
    if (/busy/i.test(complaint)) return new VedetteError('i2c/busy', { address: hex(address) });
    if (/not support|does not have|capability/i.test(complaint)) {
      return new VedetteError('i2c/unable', { bus, detail: complaint.replace(/^Error: /, '') });
    }
    // No such device or address, Remote I/O error, Read failed, Connection timed out: nobody is there.
    return new VedetteError('i2c/no-answer', { address: hex(address), bus });
  }
}

async function runI2cTool(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<ToolResult> {
  const path = findTool(program);
  if (path === undefined) throw new VedetteError('i2c/tools-missing');
  return runTool(path, args, signal);
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`;
}
