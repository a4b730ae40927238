import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import type { ListedCamera } from '../media/cameras/v4l2-devices.ts';
import type { SoundDevice } from '../media/sound/devices.ts';
import { checkedPort } from './flags.ts';
import { deviceNameFrom, type NewProfile, newProfileText } from './new-profile.ts';
import { tell } from './output.ts';

interface InitFlags {
  readonly output?: string | undefined;
  readonly name?: string | undefined;
  readonly camera?: string | undefined;
  readonly port?: number | undefined;
  readonly yes: boolean;
  readonly force: boolean;
}

/** What this machine has, as far as questions depend on it. */
interface Found {
  readonly cameras: readonly ListedCamera[];
  readonly sounds: readonly SoundDevice[];
}

/** Names the test picture among cameras. */
const testCamera = 'test';

export const initCommand: CommandModule<object, InitFlags> = {
  command: 'init',
  describe: 'Ask a few questions and write a profile',
  builder: (yargs) =>
    yargs
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'File to write; <name>.yaml by default',
      })
      .option('name', { type: 'string', requiresArg: true, describe: 'Name of the device' })
      .option('camera', {
        type: 'string',
        requiresArg: true,
        describe: 'As vedette devices lists it, auto for the first one, or test for a test picture',
      })
      .option('port', { type: 'number', requiresArg: true, describe: 'TCP port' })
      .option('yes', {
        alias: 'y',
        type: 'boolean',
        default: false,
        describe: 'Ask nothing; what is not said is found',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace a file that is there already' })
      .example('$0 init', 'asks')
      .example('$0 init --yes --name porch -o porch.yaml', 'asks nothing'),
  async handler(flags) {
    const interactive = !flags.yes && process.stdin.isTTY && process.stderr.isTTY;
    const found = await findDevices();
    const wanted = interactive ? await ask(flags, found) : choose(flags, found);
    const file = flags.output ?? `${wanted.device}.yaml`;
    if (existsSync(file) && !flags.force && !(interactive && (await askReplace(file)))) {
      throw new VedetteError('cli/file-exists', { file });
    }
    const text = newProfileText(wanted);
    const { parseProfile } = await import('../profile/load.ts');
    // What was typed as a flag may be no name; a profile that does not load is not written.
    parseProfile(file, text, { env: {}, readFile: () => '' });
    await writeFile(file, text);
    tell(`wrote ${file}; run it: vedette run ${file}`);
  },
};

async function findDevices(): Promise<Found> {
  const [{ listCameras }, { listSoundDevices }] = await Promise.all([
    import('../media/cameras/v4l2-devices.ts'),
    import('../media/sound/devices.ts'),
  ]);
  // Without the tools to ask, the questions are still worth asking: `run` says what is missing.
  const [cameras, sounds] = await Promise.all([listCameras().catch(() => []), listSoundDevices()]);
  return { cameras, sounds };
}

function choose({ name, camera, port }: InitFlags, { cameras, sounds }: Found): NewProfile {
  return {
    device: name ?? deviceNameFrom(hostname()),
    camera: camera ?? (cameras.length > 0 ? 'auto' : testCamera),
    microphone: sounds.some(({ use }) => use === 'microphone'),
    speaker: sounds.some(({ use }) => use === 'speaker'),
    ...(port === undefined ? {} : { port: checkedPort(port) }),
  };
}

async function ask(flags: InitFlags, found: Found): Promise<NewProfile> {
  const { confirm, input, number, select } = await import('@inquirer/prompts');
  const { DeviceName } = await import('../profile/schema.ts');
  const preset = choose(flags, found);
  const use = (kind: SoundDevice['use'], question: string) =>
    found.sounds.some((sound) => sound.use === kind) ? confirm({ message: question, default: true }) : false;
  const device =
    flags.name ??
    (await input({
      message: "The device's name",
      default: preset.device,
      validate: (text) => DeviceName.safeParse(text).error?.issues[0]?.message ?? true,
    }));
  const camera =
    flags.camera ??
    (await select({ message: 'Its camera', choices: cameraChoices(found.cameras), default: preset.camera }));
  const microphone = await use('microphone', 'Can visitors hear it?');
  const speaker = await use('speaker', 'Can visitors talk through it?');
  const port =
    flags.port ?? (await number({ message: 'TCP port', default: 8480, min: 1, max: 65_535, required: true }));
  return { device, camera, microphone, speaker, port: checkedPort(port) };
}

function cameraChoices(cameras: readonly ListedCamera[]) {
  const listed = cameras.map(({ path, name, ids, problem }) => ({
    name: `${name} (${path})${problem ? `: ${problem.message}` : ''}`,
    // A name by id stays when it is plugged in elsewhere.
    value: ids[0] ?? path,
  }));
  const auto = cameras.length > 0 ? [{ name: 'The first one that works', value: 'auto' }] : [];
  return [...auto, ...listed, { name: 'A test picture', value: testCamera }];
}

async function askReplace(file: string): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message: `${file} is there already. Replace it?`, default: false });
}
