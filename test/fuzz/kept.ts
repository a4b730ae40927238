import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Inputs that once failed, one file each; every round begins with them. */
const folder = join(import.meta.dirname, '../../fixtures/fuzz');

/** The kept inputs of a target. */
export function keptInputs(target: string): readonly Uint8Array[] {
  try {
    return readdirSync(join(folder, target))
      .sort()
      .map((name) => readFileSync(join(folder, target, name)));
  } catch {
    return []; // none failed so far
  }
}

/** Keeps an input, and says where. */
export function keep(target: string, input: Uint8Array): string {
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  mkdirSync(join(folder, target), { recursive: true });
  const path = join(folder, target, name);
  writeFileSync(path, input);
  return path;
}
