import { dirname } from 'node:path';
import type { CommandModule } from 'yargs';
import type { ActionNote } from '../actions/check.ts';
import { VedetteError } from '../errors.ts';
import type { FeedProfile, Profile } from '../profile/profile.ts';
import { profileArgument } from './flags.ts';
import { print, printJson } from './output.ts';
import type { CameraTrial } from './try-camera.ts';
import type { KeypadTrial } from './try-keypads.ts';
import type { LockTrial } from './try-locks.ts';
import type { SensorTrial } from './try-sensors.ts';

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
      .positional('profile', profileArgument)
      .option('cameras', {
        type: 'boolean',
        default: true,
        describe: 'Try cameras, and what sensors and actions need; --no-cameras only reads',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print what was found as JSON' })
      .example('$0 check porch.yaml', 'every mistake with line and column, then what the machine has')
      .example('$0 check porch.yaml --no-cameras', 'on another machine than the device')
      .example('$0 check porch.yaml --json | jq .problems', 'for editors and scripts'),
  async handler({ profile: path, cameras, json }) {
    const { loadProfile, ProfileError } = await import('../profile/load.ts');
    try {
      const { file, profile } = loadProfile(path);
      if (!json) print(`${path} is right: ${summaryOf(profile)}`);
      process.chdir(dirname(file));
      const found = cameras ? await tryAll(profile) : await readOnly(profile);
      const { trials, sensors, actions, locks, keypads } = found;
      const failed = [...trials, ...sensors, ...actions, ...locks, ...keypads].flatMap((trial) =>
        'problem' in trial && trial.problem ? [trial.problem] : [],
      );
      if (json) {
        const problems = { ok: failed.length === 0, file, problems: [] };
        printJson({
          ...problems,
          cameras: trials.map(plainTrial),
          sensors: sensors.map(plain),
          actions: actions.map(plain),
          locks: locks.map(plain),
          keypads: keypads.map(plain),
          warnings: warningsOf(profile),
        });
      } else {
        for (const trial of trials) print(`  ${describeTrial(trial)}`);
        for (const { sensor, kind, problem } of sensors)
          print(`  ${sensor}: ${problem ? `${problem.message}; ${problem.cure}` : `${kind}, ready`}`);
        for (const { action, text } of actions) print(`  ${action}: ${text}`);
        for (const { lock, text } of locks) print(`  ${lock}: ${text}`);
        for (const { keypad, text } of keypads) print(`  ${keypad}: ${text}`);
        for (const warning of warningsOf(profile)) print(`  ${warning}`);
      }
      if (failed[0]) throw failed[0];
    } catch (error) {
      if (json && error instanceof ProfileError) {
        printJson({ ok: false, file: path, problems: error.problems, cameras: [] });
      }
      throw error;
    }
  },
};

interface Found {
  readonly trials: readonly FeedTrial[];
  readonly sensors: readonly SensorTrial[];
  readonly actions: readonly ActionNote[];
  readonly locks: readonly LockTrial[];
  readonly keypads: readonly KeypadTrial[];
}

async function tryAll(profile: Profile): Promise<Found> {
  const { trySensors } = await import('./try-sensors.ts');
  const { checkActions } = await import('../actions/check.ts');
  const { tryLocks } = await import('./try-locks.ts');
  const { tryKeypads } = await import('./try-keypads.ts');
  return {
    trials: await tryCameras(profile.feeds),
    sensors: await trySensors(profile),
    actions: await checkActions(profile.actions),
    locks: await tryLocks(profile),
    keypads: await tryKeypads(profile),
  };
}

/** Who sees and reads what is true on any machine; what is missing is not. */
async function readOnly(profile: Profile): Promise<Found> {
  const { checkActions } = await import('../actions/check.ts');
  const { tryLocks } = await import('./try-locks.ts');
  const locks = await tryLocks(profile);
  const { tryKeypads } = await import('./try-keypads.ts');
  const keypads = await tryKeypads(profile);
  const notes = await checkActions(profile.actions);
  const sound = <Note extends { readonly problem?: VedetteError }>(notes: readonly Note[]) =>
    notes.filter(({ problem }) => !problem);
  return { trials: [], sensors: [], actions: sound(notes), locks: sound(locks), keypads: sound(keypads) };
}

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

function plain<T extends { readonly problem?: VedetteError }>({ problem, ...rest }: T) {
  if (!problem) return rest;
  const { code, message, cure } = problem;
  return { ...rest, problem: { code, message, cure } };
}

/** What is allowed and yet worth a second thought. */
function warningsOf({ access }: Profile): readonly string[] {
  if (!access.loopback) return [];
  return ['access.loopback: whoever asks from this machine is its owner; behind a proxy, that is everybody'];
}

/** `device "porch" with door (v4l2 camera, sound, talk), 2 sensors, 1 rule` */
function summaryOf({ device, feeds, sensors, rules, actions, locks, keypads }: Profile): string {
  const own = actions.filter(({ name }) => !name.includes(' '));
  const counted = [
    ...many(sensors.length, 'sensor'),
    ...many(rules.rules.length, 'rule'),
    ...many(own.length, 'action'),
    ...many(locks.length, 'lock'),
    ...many(keypads.length, 'keypad'),
  ];
  return [`device "${device}" with ${feeds.map(describeFeed).join(', ')}`, ...counted].join(', ');
}

function many(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
}

/** `door (v4l2 camera, sound, talk)` */
export function describeFeed({ name, camera, microphone, speaker }: FeedProfile): string {
  const parts = [`${camera.kind} camera`, ...(microphone ? ['sound'] : []), ...(speaker ? ['talk'] : [])];
  return `${name} (${parts.join(', ')})`;
}
