import type { CommandModule } from 'yargs';
import { version } from '../version.ts';
import { print } from './output.ts';

export const versionCommand: CommandModule = {
  command: 'version',
  describe: 'Print the version',
  builder: (yargs) => yargs.example('$0 version', 'on one line, for scripts'),
  handler: () => print(version),
};
