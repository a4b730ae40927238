import type { CommandModule } from 'yargs';
import { printJson } from './output.ts';

export const schemaCommand: CommandModule = {
  command: 'schema',
  describe: 'Print the JSON Schema of profiles, for editors',
  builder: (yargs) =>
    yargs.example(
      '$0 schema > vedette.schema.json',
      'then "# yaml-language-server: $schema=vedette.schema.json" on top of a profile',
    ),
  async handler() {
    const { profileSchema } = await import('../profile/schema.ts');
    printJson(profileSchema());
  },
};
