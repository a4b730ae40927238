import { expect, test } from 'vitest';
import { tryLocks } from '../../src/cli/try-locks.ts';
import { parseProfile } from '../../src/profile/load.ts';

const profile = (text: string) =>
  parseProfile('box.yaml', `device: box\ncameras: { inside: { kind: test } }\n${text}`, {
    env: {},
    readFile: () => '',
  });

test('who else can open a lock is said, and what it is without power', async () => {
  const notes = await tryLocks(
    profile(`mqtt: { url: mqtt://broker.local }
homeassistant: { trustBrokerToUnlock: true }
locks:
  gate: { kind: mqtt, topic: gate/set, unpowered: unchanged }
  box: { kind: http, unlock: "http://relay.local/on?key=abc", holds: 5s, unpowered: unlocked }
`),
  );
  const said = notes.map(({ lock, text }) => `${lock}: ${text}`);
  expect(said).toEqual([
    expect.stringContaining('gate: stays as it was without power'),
    expect.stringContaining('gate: warning: whoever may publish at the broker'),
    expect.stringContaining(
      'gate: whoever may publish gate/set at the broker, and whoever runs it, can unlock',
    ),
    expect.stringContaining('box: unlocked without power (fail-safe)'),
    expect.stringContaining('box: warning'),
    expect.stringContaining('box: whoever runs relay.local'),
    expect.stringContaining('box: not encrypted'),
  ]);
  // An address is a secret.
  expect(said.join()).not.toContain('abc');
});

test('a line that is not there is a problem', async () => {
  const notes = await tryLocks(
    profile('locks: { box: { kind: strike, line: no-such-line, unpowered: locked } }\n'),
  );
  expect(notes.at(-1)?.problem?.code).toMatch(/^gpio\//);
});
