import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hasUnit, writeUnit } from '../../src/cli/service-files.ts';
import { serviceNeeds } from '../../src/cli/service-needs.ts';
import { isOurUnit, type ServicePlan, unitText } from '../../src/cli/service-unit.ts';
import { parseProfile } from '../../src/profile/load.ts';
import { vedette } from './command-line.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-service-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const plan: ServicePlan = {
  name: 'vedette-porch',
  title: 'Porch',
  user: false,
  command: ['/usr/bin/node', '/opt/vedette/main.ts'],
  profile: '/etc/vedette/porch.yaml',
  visible: [],
  path: '/usr/bin:/bin',
  needs: { groups: [], devices: [], lowPorts: false, notes: [] },
  credentials: [],
};
const needs = (yaml: string, groups = ['video', 'audio', 'gpio', 'i2c', 'dialout']) =>
  serviceNeeds(parseProfile('p.yaml', yaml, { env: {}, readFile: () => '' }), new Set(groups));

test('a device has just the groups and devices that its profile names kinds of', () => {
  expect(needs('device: a\ncameras: { a: { kind: test } }')).toEqual({
    groups: [],
    devices: [],
    lowPorts: false,
    notes: [],
  });
  expect(needs('device: a\ncameras: { a: { kind: v4l2 } }\nmicrophone: auto\nhttp: { port: 443 }')).toEqual({
    groups: ['video', 'audio'],
    devices: ['char-video4linux', 'char-media', 'char-alsa'],
    lowPorts: true,
    notes: [],
  });
  const gpio = 'device: a\ncameras: { a: { kind: test } }\nsensors: { bell: { kind: gpio, line: button } }';
  expect(needs(gpio)).toMatchObject({ groups: ['gpio'], devices: ['char-gpiochip'] });
  const keypad = `device: a
cameras: { a: { kind: test } }
locks: { box: { kind: simulated, unpowered: locked } }
keypads: { gate: { kind: evdev, device: Keypad, lock: box } }`;
  expect(needs(keypad, ['input'])).toMatchObject({ groups: ['input'], devices: ['char-input'] });
});

test('a group that this machine lacks is told in place of a service that does not start', () => {
  const without = needs('device: a\ncameras: { a: { kind: v4l2 } }', []);
  expect(without.groups).toEqual([]);
  expect(unitText({ ...plan, needs: without })).toContain('# This machine has no group video');
});

test('the unit names its devices, its ports and what of people’s homes it may see', () => {
  const text = unitText({
    ...plan,
    visible: ['/home/ada/porch'],
    needs: { groups: ['video'], devices: ['char-video4linux'], lowPorts: true, notes: [] },
    credentials: [{ name: 'mqtt', file: '/etc/vedette/mqtt' }],
  });
  for (const line of [
    'ExecStart=/usr/bin/node /opt/vedette/main.ts run /etc/vedette/porch.yaml',
    'DynamicUser=yes',
    'User=vedette-porch',
    'SupplementaryGroups=video',
    'DevicePolicy=closed',
    'DeviceAllow=char-video4linux rw',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'BindReadOnlyPaths=/home/ada/porch',
    'LoadCredential=mqtt:/etc/vedette/mqtt',
    'StateDirectory=vedette-porch',
    'WantedBy=multi-user.target',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(unitText(plan).split('\n')).toEqual(
    expect.arrayContaining(['PrivateDevices=yes', 'CapabilityBoundingSet=']),
  );
});

test('a unit of a person keeps their rights, their groups and what the device kept before', () => {
  const text = unitText({ ...plan, user: true });
  expect(text).toContain('WantedBy=default.target');
  expect(text).not.toMatch(/^(User|DynamicUser|StateDirectory|ProtectSystem)=/m);
});

test('no path, title or name breaks out of its line', () => {
  const text = unitText({
    ...plan,
    title: '50 % "off" $HOME',
    profile: '/srv/my profiles/50%/a"b\\c$d.yaml',
  });
  expect(text).toContain('Description=Vedette: 50 %% "off" $HOME\n');
  expect(text).toContain(
    'ExecStart=/usr/bin/node /opt/vedette/main.ts run "/srv/my profiles/50%%/a\\"b\\\\c$$d.yaml"\n',
  );
  expect(text).toContain('WorkingDirectory=/srv/my profiles/50%%\n');
});

test('a file that somebody else wrote or changed is never overwritten', () => {
  const file = join(folder, 'vedette-porch.service');
  const text = unitText(plan);
  expect(hasUnit(file)).toBe(false);
  expect(writeUnit(file, text)).toBe(true);
  expect(isOurUnit(readFileSync(file, 'utf8'))).toBe(true);
  expect(writeUnit(file, text)).toBe(false);
  expect(writeUnit(file, unitText({ ...plan, title: 'Front porch' }))).toBe(true);
  for (const foreign of [text.replace('RestartSec=2s', 'RestartSec=9s'), '[Unit]\n', '']) {
    writeFileSync(file, foreign);
    expect(() => writeUnit(file, text)).toThrow('written or changed by somebody else');
    expect(() => hasUnit(file)).toThrow('written or changed by somebody else');
    expect(readFileSync(file, 'utf8')).toBe(foreign);
  }
});

test('print needs no systemd, and takes credentials that are not there yet', async () => {
  const profile = join(folder, 'profile.yaml');
  writeFileSync(
    profile,
    [
      'device: porch',
      'cameras: { door: { kind: rtsp, url: "credential:camera" } }',
      'mqtt: { url: mqtt://localhost, password: file:mqtt-password }',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'camera'), 'rtsp://ada:secret@192.0.2.1/\n');
  writeFileSync(join(folder, 'mqtt-password'), 'secret\n', { mode: 0o600 });
  const { code, stdout, stderr } = await vedette('service', 'print', folder);
  expect(stderr).toContain(`cannot read ${join(folder, 'mqtt-password')}`);
  expect(code).toBe(0);
  expect(stdout).toContain(`LoadCredential=camera:${join(folder, 'camera')}`);
  expect(stdout + stderr).not.toMatch(/secret@|ada/);
});

/** systemctl, as far as it is asked here: it writes down what it is asked. */
function fakeSystemctl(): () => string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const said = join(folder, 'said');
  writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\necho "$@" >> ${said}\n`);
  chmodSync(join(bin, 'systemctl'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  return () => readFileSync(said, 'utf8');
}

test('a person installs a service, sees how it is, and removes it', async () => {
  const said = fakeSystemctl();
  writeFileSync(join(folder, 'profile.yaml'), 'device: porch\ncameras: { door: { kind: test } }\n');
  const file = join(folder, 'config/systemd/user/vedette-porch.service');
  expect(await vedette('service', 'install', folder, '--user')).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).toContain('Type=notify');
  expect(await vedette('service', 'status', folder, '--user')).toMatchObject({ code: 0 });
  expect(await vedette('service', 'uninstall', folder, '--user')).toMatchObject({ code: 0 });
  expect(() => readFileSync(file)).toThrow();
  expect(said().split('\n')).toEqual([
    '--user daemon-reload',
    '--user enable vedette-porch.service',
    '--user restart vedette-porch.service',
    '--user --no-pager status vedette-porch.service',
    '--user disable --now vedette-porch.service',
    '--user daemon-reload',
    '',
  ]);
  const again = await vedette('service', 'uninstall', folder, '--user');
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no vedette-porch.service'),
  });
});

test.skipIf(process.geteuid?.() === 0)('a service of the machine is installed by root', async () => {
  writeFileSync(join(folder, 'profile.yaml'), 'device: porch\ncameras: { door: { kind: test } }\n');
  expect(await vedette('service', 'install', folder)).toMatchObject({ code: 2 });
});
