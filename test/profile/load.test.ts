// biome-ignore-all lint/suspicious/noTemplateCurlyInString: profiles have references of this form.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { VedetteError } from '../../src/errors.ts';
import { loadProfile, ProfileError, parseProfile } from '../../src/profile/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const noFile = (path: string): string => {
  throw new Error(`no file ${path}`);
};
const parse = (text: string, env: Record<string, string> = {}, readFile = noFile) =>
  parseProfile('p.yaml', text, { env, readFile });

/** `line:column key: message (suggestion)` of each mistake. */
function mistakes(text: string, env: Record<string, string> = {}, readFile = noFile): string[] {
  try {
    parse(text, env, readFile);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return error.problems.map(
      ({ line, column, key, message, suggestion }) =>
        `${line}:${column} ${key}: ${message}${suggestion === undefined ? '' : ` (${suggestion})`}`,
    );
  }
  return [];
}

const camera = 'device: porch\ncameras:\n  door: { kind: test }\n';

describe('a profile', () => {
  test('of a name and one camera is enough', () => {
    const profile = parse('device: porch\ncameras:\n  front-door: { kind: v4l2, device: auto }\n');
    expect(profile).toMatchObject({
      device: 'porch',
      title: 'Porch',
      http: { port: 8480, host: '::', tls: { mode: 'auto' } },
      limits: { viewers: 20, standby: 50 },
      iceServers: [],
      log: { level: 'info', format: 'auto' },
    });
    expect(profile.feeds).toHaveLength(1);
    expect(profile.feeds[0]).toMatchObject({
      name: 'front-door',
      title: 'Front door',
      camera: { kind: 'v4l2', options: { device: 'auto', width: 1280 } },
    });
    expect(profile.feeds[0]).not.toHaveProperty('microphone');
  });

  test('gives every camera the sound of the device, its own, or none', () => {
    const { feeds } = parse(`
device: porch
microphone: auto
speaker: { kind: none }
cameras:
  door: { kind: test }
  yard: { kind: test, microphone: { kind: test, frequency: 440, gain: 6 }, speaker: false }
  roof: { kind: test, microphone: false }
`);
    const [door, yard, roof] = feeds;
    expect(door?.microphone).toMatchObject({ name: 'microphone', kind: 'auto', gain: 0 });
    expect(yard?.microphone).toMatchObject({
      name: 'cameras.yard.microphone',
      kind: 'test',
      gain: 6,
      options: { frequency: 440 },
    });
    expect(yard?.speaker).toBeUndefined();
    expect(roof?.microphone).toBeUndefined();
    expect(roof?.speaker).toBe(door?.speaker);
  });

  test('opens each device anew for each run', () => {
    const camera = parse('device: a\ncameras: { x: { kind: test } }').feeds[0]?.camera;
    expect(camera?.open()).not.toBe(camera?.open());
  });

  test('is found as a file or as its folder, and is named where it is missing', () => {
    writeFileSync(join(folder, 'profile.yaml'), camera);
    expect(loadProfile(folder).profile.device).toBe('porch');
    expect(loadProfile(join(folder, 'profile.yaml')).file).toBe(join(folder, 'profile.yaml'));
    expect(() => loadProfile(join(folder, 'none.yaml'))).toThrow(VedetteError);
    expect(() => loadProfile(join(folder, 'none.yaml'))).toThrow(/none\.yaml: it is not there/);
  });
});

describe('a mistake', () => {
  test.each([
    [
      'an unknown kind',
      'device: a\ncameras:\n  door: { kind: v4l3 }',
      /^3:17 cameras\.door\.kind: found "v4l3", allowed: .*v4l2.*\(v4l2\)$/,
    ],
    [
      'an unknown key',
      'device: a\ncameras:\n  door:\n    kind: v4l2\n    heigth: 3',
      /^5:5 cameras\.door: found the key "heigth", allowed: .*\(height\)$/,
    ],
    [
      'a key at the top',
      `${camera}lmits: {}`,
      /^4:1 : found the key "lmits", allowed: device, .*\(limits\)$/,
    ],
    [
      'a number out of range',
      `${camera}http: { port: 99999 }`,
      /^4:15 http\.port: found 99999, allowed: a whole number from 0 to 65535$/,
    ],
    [
      'a word for a number',
      `${camera}limits:\n  viewers: many`,
      /^5:12 limits\.viewers: found "many", allowed: a whole number from 1 to 1000$/,
    ],
    [
      'a word that is not of the list',
      `${camera}log: { level: inf }`,
      /^4:15 log\.level: found "inf", allowed: trace, .* or silent \(info\)$/,
    ],
    [
      'a short form misspelt',
      `${camera}microphone: autp`,
      /^4:13 microphone: found "autp", allowed: auto, a map with the kind auto, alsa, .* \(auto\)$/,
    ],
    [
      'a list for a map',
      `${camera}limits: [1]`,
      /^4:9 limits: found a list, allowed: a map of viewers, standby$/,
    ],
    ['something missing', 'cameras:\n  door: { kind: test }', /^1:1 device: is missing, allowed: a text/],
    [
      'something missing deep down',
      `${camera}speaker:\n  kind: file`,
      /^4:1 speaker\.path: is missing, allowed: a text$/,
    ],
    [
      'a name with a blank',
      'device: a\ncameras:\n  "front door": { kind: test }',
      /^3:3 cameras\.front door: found the name "front door", allowed: letters/,
    ],
    ['no camera', 'device: a\ncameras: {}', /^2:10 cameras: found a map, allowed: at least one camera$/],
    ['an empty file', '', /^1:1 : found nothing, allowed: a map of device/],
    ['a key that comes twice', `${camera}device: b`, /^4:1 : the name "device" stands twice in one map/],
    ['broken YAML', 'device: "a\ncameras: {', /^\d+:\d+ : /],
  ])('%s is told with its place and what is allowed', (_, text, expected) => {
    expect(mistakes(text)[0]).toMatch(expected);
  });

  test('does not hide the others', () => {
    expect(mistakes('device: A\ncameras:\n  door: { kind: x }\nlimits: { viewers: 0 }')).toHaveLength(3);
  });

  test('behind an alias is told once, where it stands', () => {
    const text = 'device: a\ncameras:\n  a: &cam { kind: test, width: 1 }\n  b: *cam';
    expect(mistakes(text)).toEqual([
      '3:32 cameras.a.width: found 1, allowed: an even number from 160 to 1920',
    ]);
    expect(mistakes('device: *gone')).toEqual([expect.stringMatching(/^1:1 : Unresolved alias.*gone$/)]);
  });

  test('in any text at all is an answer, never a crash', () => {
    const word = fc.constantFrom(
      'device',
      'cameras',
      'kind',
      'test',
      ':',
      ' ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      '&a',
      '*a',
      '${A}',
      '"',
      '- ',
      '1',
      '!!x',
      '<<',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
        ),
        (text) => {
          mistakes(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a reference', () => {
  const ice = (credential: string) => `${camera}iceServers: [{ urls: "turn:t", credential: ${credential} }]`;
  const credentialOf = (text: string, env?: Record<string, string>, readFile?: typeof noFile) =>
    parse(text, env, readFile).iceServers[0]?.credential?.reveal();

  test('takes the environment, or else its default', () => {
    expect(parse('device: ${NAME:porch}\ncameras: { a: { kind: test } }').device).toBe('porch');
    expect(parse('device: ${NAME:porch}\ncameras: { a: { kind: test } }', { NAME: 'gate' }).device).toBe(
      'gate',
    );
    expect(parse(`${camera}title: Left \${SIDE:}gate`).title).toBe('Left gate');
    expect(parse(`${camera}title: $\${SIDE}`).title).toBe('${SIDE}');
  });

  test('may stand for a number where one is wanted, and stays a text where not', () => {
    expect(parse(`${camera}http:\n  port: \${PORT:1}`, { PORT: '8600' }).http.port).toBe(8600);
    expect(credentialOf(ice('"${PW}"'), { PW: '1234' })).toBe('1234');
    expect(mistakes(`${camera}http:\n  port: \${PORT}`, { PORT: '08' })).toEqual([
      '5:9 http.port: found a text (not shown), allowed: a whole number from 0 to 65535',
    ]);
  });

  test('takes a file, or a credential of systemd, without its last line end', () => {
    const readFile = (path: string) => `content of ${path}\n`;
    expect(credentialOf(ice('file:turn.txt'), {}, readFile)).toBe('content of turn.txt');
    const env = { CREDENTIALS_DIRECTORY: '/run/credentials/vedette' };
    expect(credentialOf(ice('credential:turn'), env, readFile)).toBe(
      'content of /run/credentials/vedette/turn',
    );
  });

  test('that leads nowhere is told with its place', () => {
    expect(mistakes(ice('"${PW}"'))).toEqual([expect.stringMatching(/^4:44 : the environment has no PW/)]);
    expect(mistakes(ice('file:x'))).toEqual(['4:44 : no file x']);
    expect(mistakes(ice('credential:x'))).toEqual([expect.stringMatching(/CREDENTIALS_DIRECTORY/)]);
    expect(mistakes(ice('credential:../x'), { CREDENTIALS_DIRECTORY: '/c' })).toEqual([
      expect.stringMatching(/a credential is named by letters/),
    ]);
  });

  test('reads small text files only', () => {
    writeFileSync(join(folder, 'film.mp4'), Buffer.from([0, 255, 254]));
    writeFileSync(join(folder, 'r.yaml'), ice('file:film.mp4'));
    expect(() => loadProfile(join(folder, 'r.yaml'))).toThrow(ProfileError);
  });
});

test('a secret is named in no error, whatever is wrong with it', () => {
  const secret = 'hunter2-hunter2';
  const texts = [
    `${camera}iceServers: [{ urls: "turn:t", credential: { a: ${secret} } }]`,
    `${camera}iceServers: [{ urls: "http://user:${secret}@host" }]`,
    `${camera}iceServers: [{ urls: "\${SECRET}" }]`,
    `${camera}iceServers: [{ urls: "file:secret" }]`,
    `${camera}log: { level: "\${SECRET}" }`,
    `${camera}iceServers: [{ credential: ${secret} }]`,
  ];
  for (const text of texts) {
    const told = mistakes(text, { SECRET: secret }, () => secret);
    expect(told.length).toBeGreaterThan(0);
    expect(told.join('\n')).not.toContain(secret);
  }
  const profile = parse(`${camera}iceServers: [{ urls: "turn:t", credential: ${secret} }]`);
  expect(JSON.stringify(profile)).not.toContain(secret);
});
