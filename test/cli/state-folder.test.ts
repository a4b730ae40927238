import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { applyFlags } from '../../src/cli/flags.ts';
import { stateFolder } from '../../src/cli/state-folder.ts';
import { parseProfile } from '../../src/profile/load.ts';

test('state is kept where systemd says, else in the home of its user, for each device apart', () => {
  expect(stateFolder('porch', { STATE_DIRECTORY: '/var/lib/vedette' })).toBe('/var/lib/vedette');
  expect(stateFolder('porch', { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' })).toBe('/var/lib/a');
  expect(stateFolder('porch', { XDG_STATE_HOME: '/s' })).toBe('/s/vedette/porch');
  expect(stateFolder('porch', {})).toBe(`${homedir()}/.local/state/vedette/porch`);
});

test('flags win over the profile, and what they do not say stays', () => {
  const profile = parseProfile(
    'p',
    'device: a\ncameras: { x: { kind: test } }\nhttp: { port: 1, host: "127.0.0.1" }\nlog: { level: warn, format: json }',
    { env: {}, readFile: () => '' },
  );
  expect(applyFlags(profile, {})).toEqual(profile);
  const changed = applyFlags(profile, { port: 2, publicUrl: 'https://cam.example/x', logLevel: 'debug' });
  expect(changed.http).toMatchObject({
    port: 2,
    host: '127.0.0.1',
    publicUrl: new URL('https://cam.example/x'),
  });
  expect(changed.log).toEqual({ level: 'debug', format: 'json' });
});
