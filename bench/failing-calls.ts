import fsPromises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** What our own file writing calls: of the module, and of an open file. */
const moduleCalls = ['open', 'rename', 'rm', 'mkdir', 'readdir', 'stat', 'link'] as const;
const fileCalls = ['write', 'writeFile', 'sync', 'truncate', 'stat', 'close'] as const;

/** Makes one call of `node:fs/promises` fail, for all who import it in this process. */
export class FailingCalls {
  #count = 0;
  #failing = Number.POSITIVE_INFINITY;
  #code = 'EIO';
  #within = '';

  constructor() {
    for (const name of moduleCalls)
      this.#replace(fsPromises, name, (path) => String(path).startsWith(this.#within));
    const { open } = fsPromises;
    fsPromises.open = async (...given) => {
      const file = await open(...given);
      if (String(given[0]).startsWith(this.#within))
        for (const name of fileCalls) this.#replace(file, name, () => true);
      return file;
    };
    syncBuiltinESMExports();
  }

  /** Calls since {@link FailingCalls.arm}. */
  get count(): number {
    return this.#count;
  }

  /** Counts from 1 anew; the call of this number fails, once. Only files below `within` count. */
  arm(within: string, failing: number, code: 'EIO' | 'ENOSPC' | 'EROFS'): void {
    this.#within = within;
    this.#count = 0;
    this.#failing = failing;
    this.#code = code;
  }

  disarm(): void {
    this.#failing = Number.POSITIVE_INFINITY;
  }

  #replace<Name extends string>(
    owner: { [Key in Name]: unknown } | FileHandle,
    name: Name,
    counts: (first: unknown) => boolean,
  ): void {
    const whole = owner as Record<string, (...given: unknown[]) => Promise<unknown>>;
    const original = whole[name];
    if (!original) return;
    whole[name] = async (...given) => {
      if (counts(given[0])) {
        this.#count += 1;
        if (this.#count === this.#failing) {
          // A close that fails has closed nevertheless (close(2)).
          if (name === 'close') await original.apply(owner, given);
          throw Object.assign(new Error(`${this.#code}: made to fail, ${name}`), {
            code: this.#code,
            syscall: name,
          });
        }
      }
      return original.apply(owner, given);
    };
  }
}
