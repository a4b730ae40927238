import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import type { FeedProfile, Profile } from '../profile/profile.ts';
import { print, printJson } from './output.ts';

export const checkCommand: CommandModule<object, { profile: string; json: boolean }> = {
  command: 'check <profile>',
  describe: 'Check a profile without running it',
  builder: (yargs) =>
    yargs
      .positional('profile', {
        type: 'string',
        demandOption: true,
        describe: 'A profile, or a folder with a profile.yaml',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the mistakes as JSON' })
      .example('$0 check porch.yaml', 'says every mistake with line and column')
      .example('$0 check porch.yaml --json | jq .problems', 'for editors and scripts'),
  async handler({ profile: path, json }) {
    const { loadProfile, ProfileError } = await import('../profile/load.ts');
    try {
      const { file, profile } = loadProfile(path);
      if (json) printJson({ ok: true, file, problems: [] });
      else print(`${path} is right: ${summaryOf(profile)}`);
    } catch (error) {
      if (json && error instanceof VedetteError) {
        const problems = error instanceof ProfileError ? error.problems : [];
        printJson({ ok: false, code: error.code, message: error.message, problems });
      }
      throw error;
    }
  },
};

function summaryOf({ device, feeds }: Profile): string {
  return `device "${device}" with ${feeds.map(describeFeed).join(', ')}`;
}

/** `door (v4l2 camera, sound, talk)` */
export function describeFeed({ name, camera, microphone, speaker }: FeedProfile): string {
  const parts = [`${camera.kind} camera`, ...(microphone ? ['sound'] : []), ...(speaker ? ['talk'] : [])];
  return `${name} (${parts.join(', ')})`;
}
