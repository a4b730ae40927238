import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { VedetteError } from '../../errors.ts';
import { type CameraControl, parseControls } from './v4l2-controls.ts';
import { type OfferedFormat, parseFfmpegFormats, parseV4l2CtlFormats } from './v4l2-formats.ts';

/** Where the kernel shows its devices. */
export interface DeviceRoots {
  readonly sys: string;
  readonly dev: string;
}

const machineRoots: DeviceRoots = { sys: '/sys', dev: '/dev' };

/** What a driver says about one camera. */
export interface CameraOffer {
  readonly formats: readonly OfferedFormat[];
  /** Empty without `v4l2-ctl`. */
  readonly controls: readonly CameraControl[];
}

/** One capture device of this machine. */
export interface ListedCamera extends CameraOffer {
  /** `/dev/video0`. */
  readonly path: string;
  /** What the driver calls it. */
  readonly name: string;
  /** Its names in `/dev/v4l/by-id`, which stay when it is plugged in elsewhere. */
  readonly ids: readonly string[];
  /** Why it cannot be used, where that is so. */
  readonly problem?: VedetteError;
}

/** A driver answers within milliseconds; a hung USB device would block for ever. */
const probeTimeoutMs = 5_000;
/** vivid's listing, the longest known, has 300 kB. */
const probeOutputBytes = 4_000_000;

/**
 * All capture devices, in the order of their numbers, each with what it offers or why it cannot be asked. Metadata
 * nodes, codecs and other `/dev/video*` that give no pictures are left out.
 *
 * @throws VedetteError `ffmpeg/missing` where neither `v4l2-ctl` nor ffmpeg is there to ask.
 */
export async function listCameras(
  signal?: AbortSignal,
  roots: DeviceRoots = machineRoots,
): Promise<ListedCamera[]> {
  const cameras: ListedCamera[] = [];
  const ids = await idsByPath(roots);
  for (const node of await videoNodes(roots)) {
    const device = path.join(roots.dev, node);
    const name = (await readText(path.join(roots.sys, 'class/video4linux', node, 'name'))).trim();
    const camera = { path: device, name, ids: ids.get(device) ?? [] };
    try {
      const offer = await probeCamera(device, signal);
      if (offer.formats.length > 0) cameras.push({ ...camera, ...offer });
    } catch (error) {
      if (!(error instanceof VedetteError) || error.code === 'ffmpeg/missing') throw error;
      if (error.code !== 'v4l2/not-a-camera') {
        cameras.push({ ...camera, formats: [], controls: [], problem: error });
      }
    }
  }
  return cameras;
}

/**
 * The path of a camera that the profile names by path, by its name in `/dev/v4l/by-id` (with or without
 * `-video-index0`), or as `auto`: the first that gives pictures.
 *
 * @throws VedetteError `camera/not-found`; for `auto` also what keeps the only camera from being used.
 */
export async function resolveDevice(
  device: string,
  signal?: AbortSignal,
  roots: DeviceRoots = machineRoots,
): Promise<string> {
  if (device === 'auto') {
    const cameras = await listCameras(signal, roots);
    const usable = cameras.find((camera) => camera.problem === undefined) ?? cameras[0];
    if (!usable) throw new VedetteError('camera/not-found', { device });
    if (usable.problem) throw usable.problem;
    return usable.path;
  }
  if (device.startsWith('/')) return device;
  for (const [found, ids] of await idsByPath(roots)) {
    if (ids.includes(device) || ids.includes(`${device}-video-index0`)) return found;
  }
  throw new VedetteError('camera/not-found', { device });
}

/**
 * Asks a driver what it offers, by `v4l2-ctl`, or by ffmpeg where that is not installed (then without frame rates and
 * controls). A camera that is in use answers too.
 *
 * @throws VedetteError `camera/not-found`, `camera/denied`, `v4l2/not-a-camera`, `ffmpeg/missing`.
 */
export async function probeCamera(device: string, signal?: AbortSignal): Promise<CameraOffer> {
  await assertReachable(device);
  const asked = await ask(
    'v4l2-ctl',
    ['-d', device, '--info', '--list-formats-ext', '--list-ctrls-menus'],
    signal,
  );
  if (asked !== undefined) {
    if (!isCapture(asked)) throw new VedetteError('v4l2/not-a-camera', { device });
    return { formats: parseV4l2CtlFormats(asked), controls: parseControls(asked) };
  }
  const listed = await ask(
    'ffmpeg',
    ['-hide_banner', '-f', 'v4l2', '-list_formats', 'all', '-i', device],
    signal,
  );
  if (listed === undefined) throw new VedetteError('ffmpeg/missing');
  const formats = parseFfmpegFormats(listed);
  if (formats.length === 0) throw new VedetteError('v4l2/not-a-camera', { device });
  return { formats, controls: [] };
}

/**
 * Sets a camera's controls; they stay set until it is unplugged.
 *
 * @throws VedetteError `v4l2/tools-missing`: ffmpeg cannot do it.
 */
export async function setControls(
  device: string,
  controls: Readonly<Record<string, number>>,
  signal?: AbortSignal,
): Promise<void> {
  const settings = Object.entries(controls).map(([name, value]) => `${name}=${value}`);
  if (settings.length === 0) return;
  const done = await ask('v4l2-ctl', ['-d', device, `--set-ctrl=${settings.join(',')}`], signal);
  if (done === undefined) throw new VedetteError('v4l2/tools-missing');
}

/**
 * Whether the file is there and may be opened: cheap enough to be asked each time a lost camera is looked for.
 *
 * @throws VedetteError `camera/not-found`, `camera/denied`.
 */
export async function assertReachable(device: string): Promise<void> {
  try {
    await access(device, constants.R_OK | constants.W_OK);
  } catch (cause) {
    const denied = codeOf(cause) === 'EACCES' || codeOf(cause) === 'EPERM';
    throw new VedetteError(denied ? 'camera/denied' : 'camera/not-found', { device }, { cause });
  }
}

/** `Video Capture` among the capabilities of this very node; a codec says `Video Memory-to-Memory`. */
function isCapture(info: string): boolean {
  const own = /^\tDevice Caps .*\n((?:\t\t.*\n)+)/m.exec(info)?.[1] ?? info;
  return /^\t\tVideo Capture(?: Multiplanar)?$/m.test(own);
}

/** What a program printed, or `undefined` where it is not installed. Its exit code says nothing of use. */
function ask(
  program: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: probeTimeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: probeOutputBytes,
      ...(signal ? { signal } : {}),
    } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      if (signal?.aborted) reject(signal.reason);
      else if (error?.code === 'ENOENT') resolve(undefined);
      else resolve(`${stdout}\n${stderr}`);
    });
  });
}

async function videoNodes(roots: DeviceRoots): Promise<string[]> {
  const names = await readNames(path.join(roots.sys, 'class/video4linux'));
  const number = (name: string): number => Number(name.slice('video'.length));
  return names.filter((name) => /^video\d+$/.test(name)).sort((a, b) => number(a) - number(b));
}

async function idsByPath(roots: DeviceRoots): Promise<Map<string, string[]>> {
  const folder = path.join(roots.dev, 'v4l/by-id');
  const found = new Map<string, string[]>();
  for (const id of await readNames(folder)) {
    const target = await readlink(path.join(folder, id)).catch(() => undefined);
    if (target === undefined) continue;
    const device = path.resolve(folder, target);
    found.set(device, [...(found.get(device) ?? []), id]);
  }
  return found;
}

/** A folder that is not there is an empty one: no camera was ever plugged in. */
async function readNames(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** Empty where the device vanished between two looks. */
async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
