import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

/** What `init` found out. */
export interface NewProfile {
  readonly device: string;
  /** A V4L2 device by path or id, `auto`, or `test`. */
  readonly camera: string;
  readonly microphone: boolean;
  readonly speaker: boolean;
  readonly port?: number;
}

/** Where devices listen unless told otherwise; not worth a line in a profile. */
const defaultPort = 8480;

/** A profile's text, with only what differs from the defaults. */
export function newProfileText({ device, camera, microphone, speaker, port }: NewProfile): string {
  const entry = camera === 'test' ? '{ kind: test }' : `{ kind: v4l2, device: ${scalar(camera)} }`;
  return [
    `# yaml-language-server: $schema=${schemaFile()}`,
    `device: ${scalar(device)}`,
    'cameras:',
    `  camera: ${entry}`,
    ...(microphone ? ['microphone: auto'] : []),
    ...(speaker ? ['speaker: auto'] : []),
    ...(port === undefined || port === defaultPort ? [] : ['http:', `  port: ${port}`]),
    '',
  ].join('\n');
}

/** A host's name as a device's name: `My.Laptop` to `my-laptop`. */
export function deviceNameFrom(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return name === '' ? 'camera' : name;
}

/** In quotes where YAML would else read something other than this text, also inside `{ … }`. */
function scalar(text: string): string {
  return /^[\w./-]+$/.test(text) ? stringify(text).trim() : JSON.stringify(text);
}

/** The schema that came with this very program, so that an editor knows the kinds it has. */
function schemaFile(): string {
  return fileURLToPath(new URL('../../devices/profile.schema.json', import.meta.url));
}
