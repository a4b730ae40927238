import { expect, test } from 'vitest';
import { ProfileError, parseProfile } from '../../src/profile/load.ts';

const sources = { env: {}, readFile: () => '' };

const base = `device: boiler
cameras: { machine: { kind: test }, door: { kind: test } }
sensors:
  machine.temperature: { kind: simulated, unit: °C, range: [-20, 150] }
  bell: { kind: simulated, type: boolean }
`;

const load = (text: string) => parseProfile('boiler.yaml', base + text, sources);

const problems = (text: string): readonly string[] => problemsOf(base + text);

function problemsOf(whole: string): readonly string[] {
  try {
    parseProfile('boiler.yaml', whole, sources);
    return [];
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return error.problems.map(({ line, column, key, message, suggestion }) =>
      [`${line}:${column} ${key}: ${message}`, ...(suggestion ? [`try ${suggestion}`] : [])].join('; '),
    );
  }
}

const lock = (keys: string) => `locks:\n  box: { unpowered: locked, ${keys} }\n`;

test('a lock with a camera keeps a picture of what is wrong with it', () => {
  const { locks } = load(lock('kind: simulated, feed: door, title: Box'));
  expect(locks).toMatchObject([{ name: 'box', title: 'Box', do: ['feed door', 'snapshot door'] }]);
});

test('a rule of a sensor that is not there is pointed at, with the sensor that was meant', () => {
  expect(problems('rules:\n  hot: { when: bell and machine.temprature > 80 }\n')).toEqual([
    '7:25 rules.hot.when: there is no sensor "machine.temprature", there are: machine.temperature, bell; try machine.temperature',
  ]);
});

test('a mistake in quotes is pointed at too', () => {
  expect(problems('rules:\n  hot: { when: "machine.temperature > 80 %" }\n')[0]).toMatch(
    /^7:39 rules.hot.when: 80 %/,
  );
});

test('a button that lets somebody in is a sensor that is on or off', () => {
  const button = (sensor: string) => problems(`access: { presence: { sensor: ${sensor} } }\n`);
  expect(button('bel')).toEqual([
    '6:31 access.presence.sensor: found "bel", which is no sensor; there are: machine.temperature, bell; try bell',
  ]);
  expect(button('machine.temperature')[0]).toContain('needs a sensor that is on or off');
  // Whoever may simulate, or runs a broker or a host, would hold it from anywhere.
  expect(button('bell')[0]).toContain('needs a button that is wired to the device');
  const inside = (entry: string) =>
    `device: boiler\ncameras: { machine: { kind: test } }\nsensors: { inside: { ${entry} } }\naccess: { presence: { sensor: inside } }\n`;
  const wired = parseProfile('boiler.yaml', inside('kind: gpio, line: 17'), sources);
  expect(wired.access.presence?.hold).toBe(5_000);
  for (const entry of [
    'kind: mqtt, topic: button, type: boolean',
    'kind: http, url: "http://button.local/", type: boolean',
    'kind: modbus, url: "tcp://button.local", table: coil, register: 1',
  ])
    expect(problemsOf(inside(entry)), entry).toEqual(
      expect.arrayContaining([expect.stringContaining('is wired')]),
    );
});

test('a condition that cannot be true is refused', () => {
  expect(problems('rules:\n  hot: { when: machine.temperature > 200 }\n')).toHaveLength(1);
});

const keypad = (keys: string) => `${lock('kind: simulated')}keypads:\n  gate: { ${keys} }\n`;

test('a keypad is at a lock, and named after itself where nobody named it', () => {
  const { keypads } = load(keypad('kind: evdev, device: Keypad, lock: box'));
  expect(keypads).toMatchObject([{ name: 'gate', title: 'Gate', lock: 'box', accepted: [], refused: [] }]);
});

test.each([
  [keypad('kind: evdev, device: Keypad, lock: bux'), 'keypads.gate.lock: found "bux", which is no lock'],
  [keypad('kind: evdev, device: Keypad, lock: box, refused: [red]'), 'keypads.gate.refused.0: found "red"'],
  [keypad('kind: mqtt, topic: a, lock: box'), 'keypads.gate.kind: needs the broker'],
])('what a keypad names has to be there', (text, said) => {
  expect(problems(text)).toEqual([expect.stringContaining(said)]);
});

test.each([
  [
    'rules:\n  hot: { when: bell, do: [sirn] }\nactions:\n  siren: { kind: run, program: /bin/true }\n',
    'try siren',
  ],
  ['rules:\n  hot: { when: bell, do: [siren] }\n', 'there is no action'],
  ['rules:\n  hot: { when: bell, feed: dor }\n', 'try door'],
  ['rules:\n  hot: { when: bell, onClear: [gone] }\n', 'rules.hot.onClear.0'],
  ['rules:\n  hot: { when: bell, escalate: [{ after: 1m, do: [gone] }] }\n', 'rules.hot.escalate.0.do.0'],
  ['actions:\n  look: { kind: feed, feed: dor }\n', 'try door'],
  ['records: { continuous: [dor] }\n', 'try door'],
  ['homeassistant: true\n', 'the broker of the key mqtt'],
  ['actions:\n  say: { kind: mqtt, topic: a/b }\n', 'the broker of the key mqtt'],
  [lock('kind: mqtt, topic: a/b'), 'the broker of the key mqtt'],
  [lock('kind: simulated, feed: dor'), 'try door'],
  [lock('kind: simulated, bolt: bel'), 'try bell'],
  [lock('kind: simulated, door: machine.temperature'), 'a sensor that is on or off'],
  [lock('kind: simulated, do: [siren]'), 'there is no action'],
  [lock('kind: simulated, secondStep: person, ask: [phone]'), 'locks.box.ask.0'],
  [
    `actions: { phones: { kind: notify, to: webpush } }\n${lock('kind: simulated, secondStep: passkey, ask: [phones]')}`,
    'nobody is asked without',
  ],
  ['live: { light: [lamp] }\n', 'there is no action'],
  ['actions:\n  bell: { kind: output, line: A, pulse: 1s }\nlive: { light: [bell] }\n', 'without pulse'],
  ['actions:\n  hush: { kind: sound, say: Hello }\nlive: { sound: [hush] }\n', 'needs a feed'],
  [lock('kind: http, unlock: "http://relay.local/on"'), 'locks.box.lock'],
])('what names something that is not there is a mistake: %s', (text, word) => {
  const found = problems(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(word);
});

test('two sensors of one name are one mistake, at the second', () => {
  expect(problems('  bell: { kind: simulated }\n')).toEqual([
    '6:3 : the name "bell" stands twice in one map; choose another',
  ]);
});

test('a rule with a feed shows it, and keeps its picture and a clip, without a word more', () => {
  const { rules, actions } = load('rules:\n  hot: { when: bell, feed: machine }\n');
  expect(rules.rules[0]?.options.do).toEqual(['feed machine', 'snapshot machine', 'record machine']);
  expect(actions.map(({ name, kind }) => [name, kind])).toEqual([
    ['feed machine', 'feed'],
    ['snapshot machine', 'snapshot'],
    ['record machine', 'record'],
  ]);
});

test('its own actions of the same kinds take their place, and a bell shows its door by itself', () => {
  const { rules } = load(`actions:
  ring: { kind: ring }
  film: { kind: record, before: 3s }
rules:
  press: { when: bell, feed: door, do: [ring, film] }
`);
  expect(rules.rules[0]?.options.do).toEqual(['snapshot door', 'ring', 'film']);
});

test('a feed is encoded all the time as long as the longest clip reaches back, and no other is', () => {
  const { feeds } = load(`actions:
  short: { kind: record, before: 3s }
  long: { kind: record, feed: machine, before: 8s }
rules:
  press: { when: bell, feed: machine, do: [short] }
  hot: { when: bell, do: [long] }
`);
  expect(feeds.map(({ name, preRollMs }) => [name, preRollMs])).toEqual([
    ['machine', 8_000],
    ['door', 0],
  ]);
});
