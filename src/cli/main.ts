#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Compiled code is kept for the next start, in a folder of this user's own: in a shared one others could plant code.
const cacheFolder = process.env.CACHE_DIRECTORY ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
enableCompileCache(join(cacheFolder, 'vedette', 'compiled'));

// `vedette schema | head` closes the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
