import { expect, test } from 'vitest';
import { tryKeypads } from '../../src/cli/try-keypads.ts';
import { parseProfile } from '../../src/profile/load.ts';

const profile = (keypad: string) =>
  parseProfile(
    'box.yaml',
    `device: box
cameras: { inside: { kind: test } }
mqtt: { url: mqtt://broker.local }
locks: { box: { kind: simulated, unpowered: locked } }
keypads: { gate: { lock: box, ${keypad} } }
`,
    { env: {}, readFile: () => '' },
  );

test('who reads along at a broker is said', async () => {
  const [note] = await tryKeypads(profile('kind: mqtt, topic: zigbee2mqtt/gate, path: action_code'));
  expect(note).toEqual({
    keypad: 'gate',
    text: expect.stringMatching(/^warning: whoever may read zigbee2mqtt\/gate at the broker/),
  });
});

test('a keypad that is not there is a problem', async () => {
  const [note] = await tryKeypads(profile('kind: evdev, device: /dev/input/by-id/no-such-keypad'));
  expect(note?.problem?.code).toBe('keypad/not-found');
});
