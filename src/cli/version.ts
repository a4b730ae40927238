import { readFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { print } from './output.ts';

/** The package's version. */
export function version(): string {
  // Two folders up from src/cli and from dist/cli.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export const versionCommand: CommandModule = {
  command: 'version',
  describe: 'Print the version',
  builder: (yargs) => yargs.example('$0 version', 'on one line, for scripts'),
  handler: () => print(version()),
};
