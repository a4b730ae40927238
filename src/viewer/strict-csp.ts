/** Imported before any schema is made: what a strict Content-Security-Policy asks of our libraries. */
import { config } from 'zod';

// zod compiles its schemas with `new Function` where it may; a strict policy forbids it and would report each try.
config({ jitless: true });
