import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ChannelBroken,
  type DeviceKeys,
  greet,
  greeted,
  type SealedChannel,
  type SealHolder,
  type Speaker,
} from '../../src/identity/sealed-channel.ts';
import { flipped, sealHolder, speaker } from './parties.ts';

let device: Speaker;
let seal: SealHolder;
let person: Speaker;
let known: DeviceKeys;
beforeAll(async () => {
  [device, seal, person] = await Promise.all([speaker(), sealHolder(), speaker()]);
  known = { publicKey: device.publicKey, sealKey: seal.publicKey };
});

async function connected(): Promise<{
  viewer: SealedChannel;
  far: SealedChannel;
  hello: string;
  welcome: string;
}> {
  const greeting = await greet(known, person);
  const heard = await greeted(greeting.hello, device, seal);
  const { welcome, channel } = await heard.welcome();
  return { viewer: await greeting.welcomed(welcome), far: channel, hello: greeting.hello, welcome };
}

describe('a sealed channel', () => {
  test('carries texts both ways, in their order, and tells the device whose they are', async () => {
    const greeting = await greet(known, person);
    const heard = await greeted(greeting.hello, device, seal);
    expect(heard).toMatchObject({ key: person.publicKey, session: greeting.session });
    const { welcome, channel } = await heard.welcome();
    const viewer = await greeting.welcomed(welcome);
    for (const text of ['one', 'two ✓', '']) {
      expect(await channel.open(await viewer.seal(text))).toBe(text);
      expect(await viewer.open(await channel.seal(text))).toBe(text);
    }
  });

  test('shows the carrier neither who talks nor what', async () => {
    const { viewer, hello, welcome } = await connected();
    const seen = hello + welcome + (await viewer.seal('a=fingerprint:sha-256 AB'));
    expect(seen).not.toContain(person.publicKey);
    expect(seen).not.toContain('fingerprint');
  });

  test('gives up at each altered byte of hello, welcome and record', async () => {
    const { viewer } = await connected();
    const record = await viewer.seal('v=0');
    const greeting = await greet(known, person);
    const { welcome } = await (await greeted(greeting.hello, device, seal)).welcome();
    for (let at = 0; at < greeting.hello.length; at += 1)
      await expect(greeted(flipped(greeting.hello, at, at % 7), device, seal)).rejects.toThrow(ChannelBroken);
    for (let at = 0; at < welcome.length; at += 1)
      await expect(greeting.welcomed(flipped(welcome, at, at % 7))).rejects.toThrow(ChannelBroken);
    for (let at = 0; at < record.length; at += 7) {
      // A channel that saw a forgery is over, so each has its own.
      const pair = await connected();
      const own = await pair.viewer.seal('v=0');
      await expect(pair.far.open(flipped(own, at, at % 7))).rejects.toThrow(ChannelBroken);
      await expect(pair.far.open(own)).rejects.toThrow(ChannelBroken);
    }
  });

  test('never opens what was said before, later, in another session, or by itself', async () => {
    const [one, other] = [await connected(), await connected()];
    const first = await one.viewer.seal('first');
    await expect(other.far.open(first)).rejects.toThrow(ChannelBroken);
    expect(await one.far.open(first)).toBe('first');
    expect(await one.far.open(first)).toBeUndefined();
    expect(await one.far.open(await one.viewer.seal('second'))).toBe('second');
    const skipped = await connected();
    await skipped.viewer.seal('lost');
    await expect(skipped.far.open(await skipped.viewer.seal('next'))).rejects.toThrow(ChannelBroken);
    const mirrored = await connected();
    await expect(mirrored.viewer.open(await mirrored.viewer.seal('mine'))).rejects.toThrow(ChannelBroken);
  });

  test('a hello that is sent again gives whoever sent it nothing', async () => {
    const { hello, viewer } = await connected();
    const again = await (await greeted(hello, device, seal)).welcome();
    await expect(again.channel.open(await viewer.seal('unlock'))).rejects.toThrow(ChannelBroken);
  });

  test('a device that only knows the public keys of another cannot take its place', async () => {
    const [stranger, strangeSeal] = [await speaker(), await sealHolder()];
    const greeting = await greet(known, person);
    await expect(greeted(greeting.hello, stranger, strangeSeal)).rejects.toThrow(ChannelBroken);
    await expect(greeted(greeting.hello, stranger, seal)).rejects.toThrow(ChannelBroken);
    const trusting = await greet({ publicKey: device.publicKey, sealKey: strangeSeal.publicKey }, person);
    await expect(
      greeted(trusting.hello, { ...stranger, publicKey: device.publicKey }, strangeSeal)
        .then((heard) => heard.welcome())
        .then(({ welcome }) => trusting.welcomed(welcome)),
    ).rejects.toThrow(ChannelBroken);
  });

  test('garbage of any kind is refused in one way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        await expect(greeted(text, device, seal)).rejects.toThrow(ChannelBroken);
      }),
      { numRuns: 200 },
    );
  });
});
