import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityResult, ChallengeResult } from '../../src/protocol/request.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { type Device, startDevice } from './device.ts';
import { askDevice, requested } from './terminal.ts';
import { until } from './until.ts';

const topic = 'vedette/e2e/lock/box';
const command = `${topic}/set`;

// Without a broker on this machine nobody says anything to a lock.
describe.skipIf(!hasMosquitto)('a lock in Home Assistant, over a real broker', () => {
  let broker: Mosquitto;
  let client: MqttClient;
  let device: Device | undefined;
  /** How the lock was said to stand, in order. */
  const states: string[] = [];

  beforeAll(async () => {
    broker = await startMosquitto();
    client = await connectAsync(broker.url, { protocolVersion: 5 });
    client.on('message', (_topic, payload) => void states.push(payload.toString()));
    await client.subscribeAsync(topic, { qos: 1 });
  });
  afterAll(async () => {
    await device?.stop();
    await client?.endAsync(true);
    await broker?.stop();
  });

  async function start(homeassistant: unknown): Promise<void> {
    await device?.stop();
    states.splice(0);
    device = await startDevice(() => ({
      device: 'e2e',
      cameras: { door: { kind: 'test', width: 320, height: 240 } },
      locks: { box: { kind: 'simulated', unpowered: 'locked', relock: '60s' } },
      mqtt: { url: broker.url },
      homeassistant,
    }));
    await stands('LOCKED');
  }

  const stands = (state: string) => until(async () => states.at(-1) === state);
  const say = (text: string, retain = false) => client.publishAsync(command, text, { qos: 1, retain });
  const socket = () => join(device?.folder ?? '', 'state', 'control.sock');
  const trail = async () => {
    const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 200 }));
    return entries.map(({ type, title }) => `${type}: ${title}`);
  };
  const trailHas = (entry: string) => until(async () => (await trail()).includes(entry));
  const asked = (to: string) => `request: Home Assistant asked to ${to} box, by the word of the broker alone`;

  test('is not unlocked from there unless the profile says so, and that was tried stands in the trail', async () => {
    await start(true);
    for (let times = 0; times < 5; times += 1) await say('UNLOCK');
    const refusal = 'refusal: Home Assistant may not unlock box: the profile does not trust the broker to';
    await trailHas(refusal);
    expect((await trail()).filter((entry) => entry === refusal)).toHaveLength(1);
    expect(states).not.toContain('UNLOCKED');
  });

  test('is locked from there all the same', async () => {
    const ask = (body: object) => askDevice(socket(), 'POST', '/api/requests', { id: randomUUID(), ...body });
    const given = JSON.parse((await ask({ type: 'challenge' })).body) as { result: unknown };
    const { challenge } = ChallengeResult.parse(given.result);
    await ask({ type: 'unlock', lock: 'box', challenge });
    await stands('UNLOCKED');
    await say('LOCK');
    await stands('LOCKED');
    await trailHas(asked('lock'));
    await trailHas('lock: box did lock for Home Assistant');
  });

  test('is unlocked where the broker is trusted to, and the trail says whose word that was', async () => {
    await start({ trustBrokerToUnlock: true });
    await say('UNLOCK');
    await stands('UNLOCKED');
    await trailHas(asked('unlock'));
    await trailHas('lock: box did unlock for Home Assistant');
    await say('LOCK');
    await stands('LOCKED');
  });

  test('does nothing for a command that the broker had kept', async () => {
    await say('UNLOCK', true);
    await stands('UNLOCKED'); // to whoever listens already it is said now
    await start({ trustBrokerToUnlock: true });
    await trailHas(
      'refusal: Home Assistant may not unlock box: the broker had kept that, so nobody asks it now',
    );
    expect(await trail()).not.toContain(asked('unlock'));
    expect(states).not.toContain('UNLOCKED');
    await say('', true);
  });
});
