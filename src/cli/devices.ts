import type { CommandModule } from 'yargs';
import type { CameraControl } from '../media/cameras/v4l2-controls.ts';
import type { ListedCamera } from '../media/cameras/v4l2-devices.ts';
import type { OfferedFormat, Span } from '../media/cameras/v4l2-formats.ts';
import type { SoundDevice } from '../media/sound/devices.ts';
import { print, printJson } from './output.ts';

export const devicesCommand: CommandModule<object, { json: boolean }> = {
  command: 'devices',
  describe: 'List the cameras, microphones and speakers of this machine',
  builder: (yargs) =>
    yargs
      .option('json', { type: 'boolean', default: false, describe: 'Print them as JSON' })
      .example('$0 devices', 'with formats, sizes, rates and controls')
      .example("$0 devices --json | jq '.cameras[].path'", 'for scripts'),
  async handler({ json }) {
    const [{ listCameras }, { listSoundDevices }] = await Promise.all([
      import('../media/cameras/v4l2-devices.ts'),
      import('../media/sound/devices.ts'),
    ]);
    const [cameras, sounds] = await Promise.all([listCameras(), listSoundDevices()]);
    if (json) printJson({ cameras: cameras.map(plainCamera), sound: sounds });
    else for (const line of describeDevices(cameras, sounds)) print(line);
  },
};

/** The lists for people; each entry as a profile would name it. */
export function describeDevices(
  cameras: readonly ListedCamera[],
  sounds: readonly SoundDevice[],
): readonly string[] {
  return [
    ...section('Cameras', cameras.flatMap(describeCamera)),
    ...section('Microphones', sounds.filter(({ use }) => use === 'microphone').map(describeSound)),
    ...section('Speakers', sounds.filter(({ use }) => use === 'speaker').map(describeSound)),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [title, ...(lines.length > 0 ? lines : ['  none found']), ''];
}

function describeCamera({ path, name, ids, formats, controls, problem }: ListedCamera): readonly string[] {
  return [
    `  ${path}  ${name}`,
    ...ids.map((id) => `    also { kind: v4l2, device: ${id} }, wherever it is plugged in`),
    ...(problem ? [`    cannot be used: ${problem.message}; ${problem.cure}`] : []),
    ...formats.map((format) => `    ${describeFormat(format)}`),
    ...(controls.length > 0 ? ['    controls'] : []),
    ...controls.map((control) => `      ${describeControl(control)}`),
  ];
}

/** `mjpeg     1280x720 (30, 15), 640x480 (30)` */
function describeFormat({ name, sizes }: OfferedFormat): string {
  const described = sizes.map(({ width, height, rates }) => {
    const size = width.min === width.max ? `${width.min}x${height.min}` : range(width, height);
    return rates.length === 0 ? size : `${size} (${rates.map(describeSpan).join(', ')})`;
  });
  return `${name.padEnd(9)} ${described.join(', ')}`;
}

function range(width: Span, height: Span): string {
  return `${width.min}x${height.min} to ${width.max}x${height.max}`;
}

function describeSpan({ min, max }: Span): string {
  return min === max ? rate(min) : `${rate(min)} to ${rate(max)}`;
}

/** Frames a second; drivers say 30000/1001, people 29.97. */
function rate(perSecond: number): string {
  return String(Math.round(perSecond * 100) / 100);
}

/** `brightness: 128 (0 to 255)`, `power_line_frequency: 1 (0 Disabled, 1 50 Hz)` */
function describeControl({ name, min, max, value, menu, writable }: CameraControl): string {
  const choices = Object.entries(menu).map(([number, label]) => `${number} ${label}`);
  const span = choices.length > 0 ? choices.join(', ') : `${min} to ${max}`;
  return `${name}: ${value} (${span})${writable ? '' : ', not now'}`;
}

/** `{ kind: pulse, source: alsa_input.usb }  echo-cancelled` */
function describeSound({ use, kind, id, title, echoCancelled }: SoundDevice): string {
  const key = kind === 'alsa' ? 'device' : use === 'microphone' ? 'source' : 'sink';
  const entry = `{ kind: ${kind}, ${key}: ${JSON.stringify(id)} }`;
  return `  ${entry}${title === id ? '' : `  ${title}`}${echoCancelled ? '  (echo-cancelled)' : ''}`;
}

/** JSON has no errors: what keeps a camera from being used becomes its code and sentence. */
function plainCamera({ problem, ...camera }: ListedCamera) {
  return problem ? { ...camera, problem: { code: problem.code, message: problem.message } } : camera;
}
