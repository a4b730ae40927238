import { readFileSync } from 'node:fs';

// One folder up from src and from dist.
const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

/** The package's version. */
export const version = (JSON.parse(text) as { version: string }).version;
