import { dirname } from 'node:path';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import type { FeedProfile, Profile } from '../profile/profile.ts';
import { print, printJson } from './output.ts';
import type { CameraTrial } from './try-camera.ts';

interface CheckFlags {
  readonly profile: string;
  readonly cameras: boolean;
  readonly json: boolean;
}

/** What came of opening a feed's camera. */
type FeedTrial = { readonly feed: string } & (CameraTrial | { readonly problem: VedetteError });

export const checkCommand: CommandModule<object, CheckFlags> = {
  command: 'check <profile>',
  describe: 'Check a profile, and try its cameras, without running it',
  builder: (yargs) =>
    yargs
      .positional('profile', {
        type: 'string',
        demandOption: true,
        describe: 'A profile, or a folder with a profile.yaml',
      })
      .option('cameras', {
        type: 'boolean',
        default: true,
        describe: 'Try the cameras; --no-cameras only reads',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print what was found as JSON' })
      .example('$0 check porch.yaml', 'every mistake with line and column, then every camera')
      .example('$0 check porch.yaml --no-cameras', 'on another machine than the device')
      .example('$0 check porch.yaml --json | jq .problems', 'for editors and scripts'),
  async handler({ profile: path, cameras, json }) {
    const { loadProfile, ProfileError } = await import('../profile/load.ts');
    try {
      const { file, profile } = loadProfile(path);
      if (!json) print(`${path} is right: ${summaryOf(profile)}`);
      process.chdir(dirname(file));
      const trials = cameras ? await tryCameras(profile.feeds) : [];
      const failed = trials.flatMap((trial) => ('problem' in trial ? [trial.problem] : []));
      if (json) printJson({ ok: failed.length === 0, file, problems: [], cameras: trials.map(plainTrial) });
      else for (const trial of trials) print(`  ${describeTrial(trial)}`);
      if (failed[0]) throw failed[0];
    } catch (error) {
      if (json && error instanceof ProfileError) {
        printJson({ ok: false, file: path, problems: error.problems, cameras: [] });
      }
      throw error;
    }
  },
};

/** One after another: two entries may well name one camera. */
async function tryCameras(feeds: readonly FeedProfile[]): Promise<readonly FeedTrial[]> {
  const { tryCamera } = await import('./try-camera.ts');
  const trials: FeedTrial[] = [];
  for (const { name, camera } of feeds) {
    try {
      trials.push({ feed: name, ...(await tryCamera(camera.open(), name)) });
    } catch (error) {
      if (!(error instanceof VedetteError)) throw error;
      trials.push({ feed: name, problem: error });
    }
  }
  return trials;
}

/** `door: h264 1280x720 at 30/s, transcoded: it has B-frames` */
function describeTrial(trial: FeedTrial): string {
  if ('problem' in trial) return `${trial.feed}: ${trial.problem.message}`;
  const { encoding, pixelFormat, width, height, frameRate } = trial.format;
  const because = trial.transcodedBecause === undefined ? '' : `, transcoded: ${trial.transcodedBecause}`;
  return `${trial.feed}: ${pixelFormat ?? encoding} ${width}x${height} at ${Math.round(frameRate * 100) / 100}/s${because}`;
}

function plainTrial(trial: FeedTrial) {
  if (!('problem' in trial)) return trial;
  const { code, message, cure } = trial.problem;
  return { feed: trial.feed, problem: { code, message, cure } };
}

function summaryOf({ device, feeds }: Profile): string {
  return `device "${device}" with ${feeds.map(describeFeed).join(', ')}`;
}

/** `door (v4l2 camera, sound, talk)` */
export function describeFeed({ name, camera, microphone, speaker }: FeedProfile): string {
  const parts = [`${camera.kind} camera`, ...(microphone ? ['sound'] : []), ...(speaker ? ['talk'] : [])];
  return `${name} (${parts.join(', ')})`;
}
