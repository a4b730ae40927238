import { steps } from './steps.ts';

type Native = (...args: unknown[]) => unknown;
/** How many bytes a call ran over. */
type Cost = (result: unknown, self: Uint8Array, args: readonly unknown[]) => number;

/**
 * Makes the built-in functions that run over bytes count them: a parser with few steps may still copy its input
 * again and again. Only for the process that fuzzes.
 */
export function countBytes(): void {
  const bytes: unknown = Object.getPrototypeOf(Uint8Array.prototype);
  const resultBytes: Cost = (result) => (result as Uint8Array).length;
  count(Buffer, 'concat', resultBytes);
  count(Buffer, 'alloc', resultBytes);
  count(bytes, 'slice', resultBytes);
  count(
    bytes,
    'fill',
    (_result, self, [_value, from, to]) => self.subarray(from as number, to as number).length,
  );
  count(bytes, 'set', (_result, _self, [source]) => (source as ArrayLike<number>).length);
  count(Buffer.prototype, 'copy', (result) => Number(result));
  count(Buffer.prototype, 'toString', (_result, self) => self.length);
  count(Buffer.prototype, 'indexOf', (found, self, [_value, offset]) => {
    const from = typeof offset === 'number' ? offset : 0;
    return (found === -1 ? self.length : Number(found)) - from;
  });
}

function count(owner: unknown, name: string, cost: Cost): void {
  const functions = owner as Record<string, Native>;
  const builtIn = functions[name] as Native;
  functions[name] = function (this: Uint8Array, ...args) {
    const result = builtIn.apply(this, args);
    steps.bytes += cost(result, this, args);
    return result;
  };
}
