import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { type ChildGroup, startChild } from '../media/child-group.ts';
import { InputEvents } from './input-event.ts';
import type { KeypadKind, KeypadSink, KeypadSource } from './kind.ts';

const devices = '/dev/input';
/** Says what each `eventN` is called. */
const classFolder = '/sys/class/input';

const EvdevOptions = z.strictObject({
  device: z
    .string()
    .min(1)
    .max(200)
    .describe('A file in /dev/input (those in by-id stay when things are plugged in anew), or its name'),
});
type EvdevOptions = z.output<typeof EvdevOptions>;

/** A keypad that the kernel knows: on USB, or a matrix on its lines. */
export const evdevKeypad: KeypadKind<typeof EvdevOptions> = {
  kind: 'evdev',
  options: EvdevOptions,
  async check(options) {
    const path = await pathOf(options);
    await readable(path);
    return [
      {
        text: `reads ${path}; where somebody could log in at this machine's own screen, it reads along (docs/keypads.md)`,
      },
    ];
  },
  open: (options) => new EvdevKeypad(options),
};

/**
 * Reads by a `cat`, whose pipe the event loop watches: reading a device in this process would hold one of the few threads
 * for file work until a key is pressed.
 */
class EvdevKeypad implements KeypadSource {
  readonly #options: EvdevOptions;
  #child: ChildGroup | undefined;
  #stopped = false;

  constructor(options: EvdevOptions) {
    this.#options = options;
  }

  start(sink: KeypadSink): void {
    this.#run(sink).catch((error: unknown) => {
      if (this.#stopped) return;
      this.#stopped = true;
      const { device } = this.#options;
      sink.ended(
        error instanceof VedetteError
          ? error
          : new VedetteError('keypad/unusable', { device, detail: String(error) }),
      );
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.stop();
  }

  /** Until it is stopped or fails: rejects with the reason. */
  async #run(sink: KeypadSink): Promise<void> {
    const path = await pathOf(this.#options);
    await readable(path);
    if (this.#stopped) return;
    const child = startChild({ program: 'cat', args: ['--', path], env: { ...process.env, LC_ALL: 'C' } });
    this.#child = child;
    const events = new InputEvents();
    child.stdout.on('data', (chunk: Buffer) => {
      for (const key of events.take(chunk)) if (!this.#stopped) sink.key(key);
    });
    const { failed } = await child.gone;
    if (failed) throw failed;
    throw new VedetteError('keypad/lost', { device: this.#options.device });
  }
}

/** @throws VedetteError `keypad/not-found` */
async function pathOf({ device }: EvdevOptions): Promise<string> {
  if (device.startsWith('/')) return device;
  for (const name of await readdir(classFolder).catch((): string[] => [])) {
    if (!name.startsWith('event')) continue;
    const title = await readFile(join(classFolder, name, 'device/name'), 'utf8').catch(() => '');
    if (title.trim() === device) return join(devices, name);
  }
  throw new VedetteError('keypad/not-found', { device });
}

/** @throws VedetteError `keypad/not-found`, `keypad/denied` */
async function readable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM') throw new VedetteError('keypad/denied', { device: path });
    throw new VedetteError('keypad/not-found', { device: path });
  });
}
