/**
 * Every error a person can meet, in one table. `docs/errors.md` lists the same codes with causes and cures; a test
 * keeps the two equal.
 */

/** Exit codes of the command line (docs/decisions). */
export const exitCodes = { well: 0, failed: 1, usage: 2, missing: 3 } as const;

interface ErrorEntry {
  /** The sentence, with `{name}` for each datum. */
  readonly text: string;
  /** What a person does about it. */
  readonly cure: string;
  readonly exitCode: number;
}

const entry = (text: string, cure: string, exitCode: number = exitCodes.failed): ErrorEntry => ({
  text,
  cure,
  exitCode,
});

/** Code to text, cure and exit code. Add a row here and a section in `docs/errors.md`. */
export const errorTable = {
  'ffmpeg/missing': entry(
    'ffmpeg was not found in PATH',
    'install it: sudo apt-get install ffmpeg',
    exitCodes.missing,
  ),
  'ffmpeg/no-encoder': entry(
    'this ffmpeg has no encoder for {codec}',
    'install a full ffmpeg: sudo apt-get install ffmpeg',
    exitCodes.missing,
  ),
  'http/port-taken': entry(
    'port {port} is taken on {host}',
    'stop the other program, or choose another port with --port',
  ),
  'session/limit': entry(
    '{limit} viewers are watching already',
    'try again in {retryAfterSeconds} s, or raise limits.viewers',
  ),
  'session/bad-offer': entry(
    'the offer is not a usable session description: {detail}',
    'send a complete SDP offer (RFC 8866)',
  ),
  'session/no-common-codec': entry(
    'no common video codec: {offered} offered, H264 and VP8 possible',
    'offer H264 or VP8',
  ),
  'feed/unknown': entry('there is no feed "{feed}"', 'choose one of: {known}'),
  'camera/not-found': entry(
    'there is no camera at {device}',
    'plug it in, or choose one of those that `vedette devices` lists',
  ),
  'camera/denied': entry(
    'this user may not open {device}',
    'add the user to the group video: sudo usermod -aG video $USER, then log in again',
  ),
  'camera/busy': entry('{device} is in use by another program', 'stop the other program'),
  'camera/lost': entry('{device} was unplugged', 'plug it in again; the picture returns by itself'),
  'camera/no-such-format': entry(
    '{device} offers no {format}; it offers {known}',
    'choose one of those, or `format: auto`',
  ),
  'v4l2/not-a-camera': entry(
    '{device} gives no pictures that Vedette can read',
    'choose one of those that `vedette devices` lists',
  ),
  'v4l2/unknown-control': entry(
    '{device} has no control "{control}"; it has: {known}',
    'correct `controls`; `vedette devices` lists them with their ranges',
  ),
  'v4l2/control-range': entry(
    'the control {control} of {device} takes {allowed}, not {value}',
    'correct `controls`; `vedette devices` lists them with their ranges',
  ),
  'v4l2/tools-missing': entry(
    'setting camera controls needs v4l2-ctl, which was not found in PATH',
    'install it: sudo apt-get install v4l-utils',
    exitCodes.missing,
  ),
  'sound/no-sound': entry(
    'the microphone {name} gives no sound',
    'see that no other program holds it; vedette devices lists what there is',
  ),
  'sound/device-lost': entry(
    'the sound device {device} ended: {detail}',
    'plug it in again; it is tried again by itself',
  ),
  'sound/no-file': entry('the sound file {file} cannot be used: {detail}', 'name a file that can be read'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
export type ErrorData = Readonly<Record<string, string | number>>;

/** An error with a code of {@link errorTable} and the data of its sentence. */
export class VedetteError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, data: ErrorData = {}, options?: ErrorOptions) {
    super(fill(errorTable[code].text, data), options);
    this.name = 'VedetteError';
    this.code = code;
    this.data = data;
  }

  /** What a person does about it. */
  get cure(): string {
    return fill(errorTable[this.code].cure, this.data);
  }

  get exitCode(): number {
    return errorTable[this.code].exitCode;
  }
}

function fill(text: string, data: ErrorData): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(data[name] ?? whole));
}
