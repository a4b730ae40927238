import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vedette } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-rules-'));
const profile = join(folder, 'profile.yaml');
const begin = Date.UTC(2026, 4, 5, 12);

beforeAll(() => {
  writeFileSync(
    profile,
    `device: boiler-room
cameras: { machine: { kind: test } }
sensors:
  machine.temperature: { kind: simulated, unit: °C, range: [-20, 150] }
  door: { kind: simulated, type: boolean }
actions:
  siren: { kind: run, program: /bin/true }
  phone: { kind: run, program: /bin/true }
rules:
  overheating:
    when: machine.temperature > 80
    clear: machine.temperature < 75
    for: 10s
    do: [siren]
    escalate: [{ after: 1m, do: [phone] }]
    latch: true
  night: { when: door, between: '22:00-06:00', zone: UTC }
  never: { when: machine.temperature > 120 }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function readings(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const at = (seconds: number) => new Date(begin + seconds * 1_000).toISOString();
const hot = [
  'time,sensor,value',
  `${at(0)},machine.temperature,90`,
  `${begin + 20_000},machine.temperature,91`,
  `${at(200)},machine.temperature,70`,
  '',
].join('\r\n');

test('shows when each rule would have fired, escalated and cleared, and with which actions', async () => {
  const file = readings('hot.csv', hot);
  const { code, stdout, stderr } = await vedette('rules', 'test', profile, '--replay', file, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    readings: 3,
    from: begin,
    to: begin + 200_000,
    happenings: [
      {
        ...{ time: begin + 10_000, rule: 'overheating', what: 'raise', sensor: 'machine.temperature' },
        ...{ value: 90, unit: '°C', actions: ['siren'] },
      },
      { time: begin + 70_000, rule: 'overheating', what: 'escalate', actions: ['phone'] },
      { time: begin + 200_000, rule: 'overheating', what: 'latch' },
    ],
    rules: [
      { rule: 'overheating', raised: 1, escalated: 1, raisedForMs: 190_000, raisedSince: begin + 10_000 },
      { rule: 'night', raised: 0, escalated: 0, raisedForMs: 0 },
      { rule: 'never', raised: 0, escalated: 0, raisedForMs: 0 },
    ],
  });
});

test('an alarm that somebody acknowledges ends, and does not escalate', async () => {
  const file = readings('hot.csv', hot);
  const args = ['--replay', file, '--acknowledge-after', '30s'];
  const { stdout } = await vedette('rules', 'test', profile, ...args);
  const lines = stdout.split('\n').map((line) => line.replace(/^\S+ \S+ {2}/, ''));
  expect(lines.slice(0, 4)).toEqual([
    'raise        overheating  machine.temperature 90 °C  do siren',
    'acknowledge  overheating',
    'clear        overheating  after 3m 10s',
    '',
  ]);
  expect(stdout).toContain('overheating: raised once, for 3m 10s in all\n');
  expect(stdout).toContain('never: never raised\n');
});

test('rules with hours live in the time of the readings', async () => {
  const evening = Date.UTC(2026, 4, 5, 21, 30);
  const file = readings('door.csv', `${evening},door,on\n${evening + 9 * 3_600_000},door,on\n`);
  const { stdout } = await vedette('rules', 'test', profile, '--replay', file, '--json');
  expect(JSON.parse(stdout).happenings).toMatchObject([
    { time: Date.UTC(2026, 4, 5, 22), rule: 'night', what: 'raise' },
    { time: Date.UTC(2026, 4, 6, 6), rule: 'night', what: 'clear', because: 'hours' },
  ]);
});

test('reads what export writes, one file a sensor, and puts files together by time', async () => {
  const warm = readings(
    'machine.temperature.csv',
    `time,readings,min,mean,max\n${at(0)},5,89,90,91\n${at(30)},5,60,70,71\n`,
  );
  const door = readings('mixed.csv', `${at(10)},door,1\n${at(15)},machine.temperature,95\n`);
  const { stdout } = await vedette('rules', 'test', profile, '--replay', warm, door, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    readings: 4,
    happenings: [
      { time: begin + 10_000, what: 'raise' },
      { time: begin + 30_000, what: 'latch' },
    ],
  });
});

test('a value outside the range of its sensor is a fault, as on the device', async () => {
  const file = readings(
    'fault.csv',
    [0, 5, 12].map((second, index) => `${at(second)},machine.temperature,${[90, 900, 90][index]}`).join('\n'),
  );
  const { stdout } = await vedette('rules', 'test', profile, '--replay', file, '--json');
  expect(JSON.parse(stdout).happenings).toEqual([]);
});

test.each([
  ['x,machine.temperature,1', ':2: found the time "x", allowed: 2026-05-05T17:30:12Z'],
  [
    `${at(1)},machine.temprature,1`,
    ':2: there is no sensor "machine.temprature" in the profile; the nearest is "machine.temperature"',
  ],
  [`${at(1)},machine.temperature,warm`, ':2: found the value "warm", allowed: a number, on, off or fault'],
  [`${at(1)},door,7`, ':2: door is on or off, not "7"'],
  [`${at(1)},door`, ':2: found 2 columns, expected 3'],
  [`${at(-1)},door,1`, ':2: this is earlier than the line above; sort by time'],
])('%s is a mistake with file and line', async (line, sentence) => {
  const file = readings('bad.csv', `${at(0)},machine.temperature,20\n${line}\n`);
  const { code, stderr } = await vedette('rules', 'test', profile, '--replay', file);
  expect(code).toBe(2);
  expect(stderr).toContain(`vedette: ${file}${sentence}`);
  expect(stderr).toContain('cure: each line is time,sensor,value');
});

test('readings that are not there, and a time that is none, are told with their cure', async () => {
  const missing = await vedette('rules', 'test', profile, '--replay', join(folder, 'none.csv'));
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('cannot be read: there is no such file');
  const file = readings('hot.csv', hot);
  const wrong = await vedette('rules', 'test', profile, '--replay', file, '--acknowledge-after', 'soon');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--acknowledge-after takes a time: 30s, 5m, 2h');
});

test('a rule that is wrong is shown at its place in the profile', async () => {
  const wrong = join(folder, 'wrong.yaml');
  writeFileSync(
    wrong,
    `device: boiler-room
cameras: { machine: { kind: test } }
sensors: { machine.temperature: { kind: simulated, unit: °C } }
rules:
  hot: { when: machine.temperature > 80 % }
`,
  );
  const { code, stderr } = await vedette('rules', 'test', wrong, '--replay', readings('hot.csv', hot));
  expect(code).toBe(2);
  expect(stderr).toContain(
    `${wrong}:5:38 rules.hot.when: 80 % is in %, but machine.temperature is in °C; did you mean "80 °C"?`,
  );
});
