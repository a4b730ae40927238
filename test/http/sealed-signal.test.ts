import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sign } from '../../src/identity/keys.ts';
import type { SignalingBody } from '../../src/protocol/signaling.ts';
import type { RequestAsker } from '../../src/requests/asker.ts';
import type { SealedEnds } from '../../src/viewer/sealed-line.ts';
import { newPhone, type Phone } from '../access/house.ts';
import { flipped } from '../identity/parties.ts';
import { offer } from '../signaling/fake-sessions.ts';
import { bent, FarViewer, type Middle, socketTo } from '../signaling/far-viewer.ts';
import { fromElsewhere, welcome } from './browser.ts';
import { type Door, openDoor } from './door.ts';

let door: Door;
let phone: Phone;
let headers: Record<string, string>;
const askers: RequestAsker[] = [];
const viewers: FarViewer[] = [];

beforeEach(async () => {
  door = await openDoor(
    {
      requests: {
        take: (text, asker, tell) => {
          askers.push(asker);
          const { id } = JSON.parse(text) as { id: string };
          tell({ id, state: 'done' });
          return true;
        },
      },
    },
    { loopback: false },
  );
  const bob = await welcome(door, { name: 'Bob', scopes: ['view'] });
  phone = bob.phone;
  headers = { ...fromElsewhere, cookie: bob.cookie };
});
afterEach(async () => {
  askers.splice(0);
  for (const viewer of viewers.splice(0)) viewer.close();
  await door.stop();
});

const endsOf = ({ publicKey, pair }: Phone): SealedEnds => ({
  device: door.house.identity,
  own: { publicKey, sign: (statement) => sign(pair.privateKey, statement) },
});

function far(middle: Middle = {}, { by = phone, protocol }: { by?: Phone; protocol?: string } = {}) {
  const { publicKey, sealKey } = door.house.identity;
  const ends = { ...endsOf(by), device: { publicKey, sealKey } };
  const viewer = new FarViewer(ends, bent(socketTo(door.url, headers, protocol), middle));
  viewers.push(viewer);
  return viewer;
}

const offered: SignalingBody = {
  ...{ type: 'offer', sdp: offer, media: [{ mid: '0', feed: 'garden' }], standby: false },
};

/** Says hello and offers; what the viewer believed to be the answer. */
async function meet(viewer: FarViewer) {
  if ((await viewer.first('hello')) === undefined) return undefined;
  viewer.say(offered);
  return viewer.first('answer');
}

describe('/signal, sealed', () => {
  test('carries an offer, its answer and requests of whoever has the key', async () => {
    const viewer = far();
    expect((await meet(viewer))?.sdp).toContain('a=ice-lite');
    expect(door.sessions.opened[0]?.request.who).toMatchObject({ name: 'Bob', key: phone.id });
    const request = { id: randomUUID(), type: 'challenge' };
    expect(await viewer.ask(request)).toEqual({ id: request.id, state: 'done' });
    expect(askers[0]?.peer).toMatchObject({ kind: 'person', key: phone.id });
    expect(askers[0]?.session).toBe(viewer.id);
  });

  test('nobody in the middle reads who it is, or a description', async () => {
    const seen: string[] = [];
    const see = (envelope: string) => {
      seen.push(envelope);
      return [envelope];
    };
    expect(await meet(far({ toDevice: see, toViewer: see }))).toBeDefined();
    expect(seen.length).toBeGreaterThan(4);
    for (const secret of [phone.publicKey, 'ice-ufrag', 'garden', 'Bob'])
      expect(seen.join('\n')).not.toContain(secret);
  });

  test.each([
    ['hello', 0],
    ['offer', 1],
  ] as const)(
    'an altered %s opens no session, and ends the conversation on both sides',
    async (_name, at) => {
      const flip = (envelope: string, n: number) => [n === at ? flipped(envelope, 120, 2) : envelope];
      const viewer = far({ toDevice: flip });
      expect(await meet(viewer)).toBeUndefined();
      await viewer.lost;
      expect(door.sessions.opened).toEqual([]);
    },
  );

  test.each([
    ['welcome', 0],
    ['greeting', 1],
    ['answer', 2],
  ] as const)('an altered %s is not believed, and ends the conversation', async (_name, at) => {
    const flip = (envelope: string, n: number) => [n === at ? flipped(envelope, 120, 2) : envelope];
    const viewer = far({ toViewer: flip });
    expect(await meet(viewer)).toBeUndefined();
    await viewer.lost;
  });

  test('what is said out of its turn ends the conversation before anything of it is read', async () => {
    const held: string[] = [];
    const viewer = far({
      toDevice(envelope, at) {
        if (at !== 1) return [envelope, ...held.splice(0)];
        held.push(envelope);
        return [];
      },
    });
    await viewer.first('hello');
    viewer.say(offered);
    viewer.say({ type: 'candidate', candidate: '', sdpMid: null, sdpMLineIndex: null });
    await viewer.lost;
    expect(door.sessions.opened).toEqual([]);
  });

  test('an offer of another conversation, and a whole one said again, open nothing', async () => {
    const first: string[] = [];
    const viewer = far({
      toDevice(envelope) {
        first.push(envelope);
        return [envelope];
      },
    });
    await meet(viewer);
    expect(door.sessions.opened).toHaveLength(1);
    // Whoever heard it says it again, from the beginning, and in the place of another's words.
    const again = far({ toDevice: (envelope, at) => [first[at] ?? envelope] });
    expect(await meet(again)).toBeUndefined();
    const mixed = far({ toDevice: (envelope, at) => [at === 1 ? (first[1] ?? '') : envelope] });
    expect(await meet(mixed)).toBeUndefined();
    expect(door.sessions.opened).toHaveLength(1);
  });

  test('whoever takes the sealing away is left with nothing: the page says no plain word', async () => {
    const said: string[] = [];
    const toDevice = (envelope: string) => {
      said.push(envelope);
      return [envelope];
    };
    const viewer = far({ toDevice }, { protocol: '' });
    expect(await meet(viewer)).toBeUndefined();
    expect(said.map((envelope) => (JSON.parse(envelope) as { type: string }).type)).toEqual(['hello']);
    expect(door.sessions.opened).toEqual([]);
  });

  test("a cookie of somebody's is of no use to another key", async () => {
    const viewer = far({}, { by: await newPhone() });
    await viewer.ready;
    viewer.say(offered);
    await viewer.lost;
    expect(viewer.heard).toEqual([]);
    expect(door.sessions.opened).toEqual([]);
  });

  test('a key that is taken back in mid-conversation opens nothing more', async () => {
    const viewer = far();
    await viewer.first('hello');
    await door.house.access.revoke({ kind: 'local' }, 'key', phone.id);
    viewer.say(offered);
    expect(await viewer.first('error')).toMatchObject({ code: 'access/denied' });
    expect(door.sessions.opened).toEqual([]);
  });
});
