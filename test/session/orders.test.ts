/**
 * The policy of what may leave, and what may be played, held against random orders of everything that can happen to a
 * device's sessions. `VEDETTE_ORDERS` says how many; `npm run trust -- states` tries 100,000.
 */

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { VedetteError } from '../../src/errors.ts';
import type { Release } from '../../src/media/stream.ts';
import { ownerScopes, type Scope } from '../../src/protocol/scope.ts';
import type { SessionHandle } from '../../src/protocol/session.ts';
import type { SituationHost, SituationRequest } from '../../src/protocol/situation.ts';
import { Ringing } from '../../src/ringing/ringing.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { quiet } from '../media/ready.ts';
import { clock, Door } from './house.ts';
import { ScriptedPeer } from './scripted-peer.ts';

const orders = Number(process.env.VEDETTE_ORDERS ?? 300);
const limits = { viewers: 2, standby: 2 };
const feeds = ['door', 'yard'] as const;
type FeedName = (typeof feeds)[number];

const section = (kind: string, mid: string, direction: string, lines: readonly string[]) => [
  `m=${kind} 9 UDP/TLS/RTP/SAVPF ${kind === 'video' ? '102 103' : '111'}`,
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuv',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=setup:actpass',
  `a=mid:${mid}`,
  `a=${direction}`,
  'a=rtcp-mux',
  ...lines,
];
const video = [
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 packetization-mode=1;profile-level-id=42e01f',
  'a=rtcp-fb:102 nack',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
];
const audio = ['a=rtpmap:111 opus/48000/2'];
function offerOf(mids: readonly string[]): string {
  const sections = mids.map((mid) =>
    mid.startsWith('v')
      ? section('video', mid, 'recvonly', video)
      : section('audio', mid, mid === 'a-door' ? 'sendrecv' : 'recvonly', audio),
  );
  const head = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mids.join(' ')}`];
  return `${[...head, ...sections.flat()].join('\r\n')}\r\n`;
}
const offers = [
  ['v-door', 'a-door', 'v-yard', 'a-yard'],
  ['v-door', 'a-door'],
  ['v-yard'],
  ['a-door', 'a-yard'],
];

interface Shown {
  readonly feed: string;
  readonly sound: boolean;
}

/** What is known of a viewer without asking the device. */
interface Watcher {
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly handle: SessionHandle;
  peer: ScriptedPeer;
  accepted: boolean;
  connected: boolean;
  over: boolean;
  /** Its rhythm may be known, so it may be missed and have lost its place. */
  reported: boolean;
  readonly dismissed: Set<Shown>;
  readonly got: Set<string>;
}

/** A device, what may be true of it, and where the two were apart. */
class Device {
  readonly wrong: string[] = [];
  readonly watchers: Watcher[] = [];
  readonly doors = [new Door('door', true), new Door('yard', false)] as const;
  readonly #shown = new Set<Shown>();
  readonly #releases: Release[] = [];
  #private = false;
  #count = 0;
  #listeners = 0;
  #sessions: Sessions = this.#begin();
  #ringing: Ringing = this.#bell();

  async open(standby: boolean, scopes: readonly Scope[]): Promise<Watcher | undefined> {
    const id = `s${this.#count++}`;
    let peer: ScriptedPeer | undefined;
    this.#made = (made) => {
      peer = made;
    };
    try {
      const handle = this.#sessions.open(
        { id, scopes, standby },
        { candidate: () => {}, ended: () => this.#ended(id) },
      );
      const watcher: Watcher = {
        id,
        scopes,
        handle,
        peer: peer as unknown as ScriptedPeer,
        accepted: !standby,
        connected: false,
        over: false,
        reported: false,
        dismissed: new Set(),
        got: new Set(),
      };
      this.watchers.push(watcher);
      return watcher;
    } catch {
      return undefined; // as many as fit
    }
  }

  offer(watcher: Watcher, mids: readonly string[]): void {
    const media = mids.map((mid) => ({ mid, feed: mid.slice(2) }));
    watcher.handle.answer(offerOf(mids), media).catch(() => undefined);
  }

  connect(watcher: Watcher): void {
    if (watcher.peer.mids.length === 0) return;
    watcher.connected = true;
    watcher.peer.events.state('connected');
    watcher.peer.openChannel();
  }

  lose(watcher: Watcher): void {
    watcher.over = true;
    watcher.peer.events.state('failed');
  }

  close(watcher: Watcher): void {
    watcher.over = true;
    void watcher.handle.close('enough');
  }

  acceptBySignaling(watcher: Watcher): void {
    this.#accepting(watcher, () => {
      try {
        watcher.handle.accept();
        return true;
      } catch {
        return false; // no place
      }
    });
  }

  say(watcher: Watcher, message: { readonly type: string }): void {
    if (!watcher.connected || watcher.over) return;
    const say = () => watcher.peer.say(message).every(({ type }) => type !== 'refused');
    if (message.type === 'accept' || message.type === 'answer') {
      this.#accepting(watcher, say);
    } else if (message.type === 'standby') {
      watcher.accepted = false;
      for (const shown of this.#shown) watcher.dismissed.add(shown);
      say();
    } else {
      say();
    }
  }

  /** What is cached leaves while it is accepted; where it is refused, nothing. */
  #accepting(watcher: Watcher, accept: () => boolean): void {
    const before = { accepted: watcher.accepted, packets: watcher.peer.packets };
    watcher.accepted = true;
    if (accept()) return;
    watcher.accepted = before.accepted;
    if (watcher.peer.packets > before.packets)
      this.wrong.push(`${watcher.id} was refused, and got something`);
  }

  show(feed: string, sound: boolean): void {
    this.#releases.push(this.#show(feed, sound));
  }

  hide(at: number): void {
    this.#releases.splice(at % Math.max(1, this.#releases.length), 1)[0]?.();
  }

  ring(feed: string): void {
    if (this.#ringing.rings(feed)) return;
    this.#ringing.ring({
      ring: `r-${feed}`,
      feed,
      title: 'Bell',
      since: clock.wall(),
      answerMs: 30_000,
      messageMs: 10_000,
      replies: [{ reply: 'wait', title: 'Wait' }],
    });
  }

  setPrivate(on: boolean): void {
    this.#private = on;
    for (const door of this.doors) void door.setPrivate(on);
  }

  /** Every device gives something; who accepted gets it. */
  give(): void {
    for (const watcher of this.watchers) watcher.got.clear();
    for (const door of this.doors) {
      const looked = door.look();
      door.hear();
      if (looked) this.#everybodySees(door.name);
    }
    const served = this.watchers.filter(({ got }) => got.size > 0).length;
    if (served > limits.viewers) this.wrong.push(`${served} were served at once`);
  }

  rtcp(watcher: Watcher): void {
    watcher.reported = true;
    for (const [ssrc, lost] of watcher.peer.sent) watcher.peer.events.rtcp({ type: 'nack', ssrc, lost });
    watcher.peer.events.rtcp({ type: 'keyframe-request', ssrcs: [...watcher.peer.sent.keys()] });
  }

  speak(watcher: Watcher): void {
    const extensions = { profile: 0, block: new Uint8Array() };
    const packet = { payloadType: 111, sequenceNumber: 1, timestamp: 1, marker: false, extensions };
    watcher.peer.events.rtp({ ...packet, ssrc: 9, payload: new Uint8Array(3) });
  }

  /** The device starts anew. */
  async restart(): Promise<void> {
    await this.#end();
    this.#sessions = this.#begin();
    this.#ringing = this.#bell();
  }

  /** What must hold at any moment. */
  look(): void {
    for (const { name, talker } of this.doors) {
      const watcher = this.watchers.find(({ id }) => id === talker);
      if (talker !== undefined && !(watcher?.accepted && watcher.connected && !watcher.over))
        this.wrong.push(`${talker} is played at ${name}`);
      if (watcher && !watcher.scopes.includes('talk')) this.wrong.push(`${talker} may not talk`);
    }
    if (this.#private && this.doors.some(({ open }) => open))
      this.wrong.push('a device is open in privacy mode');
  }

  /** Ends everything; what is left then is wrong. */
  async stop(): Promise<void> {
    await this.#end();
    await Promise.all(this.doors.map((door) => door.stop()));
    for (const door of this.doors)
      if (door.held.some((count) => count !== 0)) this.wrong.push(`${door.name} holds ${door.held}`);
    if (this.watchers.some(({ peer }) => !peer.closed)) this.wrong.push('a transport is left');
    if (this.#listeners !== 0) this.wrong.push('somebody listens to the situation');
    if (vi.getTimerCount() !== 0) this.wrong.push(`${vi.getTimerCount()} timers are left`);
  }

  async #end(): Promise<void> {
    this.#ringing.stop();
    for (const watcher of this.watchers) watcher.over = true;
    await this.#sessions.close('the device stops');
    for (const release of this.#releases.splice(0)) release();
    this.#shown.clear();
  }

  #made: (peer: ScriptedPeer) => void = () => {};

  #begin(): Sessions {
    const situation: SituationHost = {
      situation: { sensors: [], alarms: [], rings: [], locks: [], privacy: { on: false }, confirmations: [] },
      telemetry: {},
      onChange: () => {
        this.#listeners += 1;
        return () => {
          this.#listeners -= 1;
        };
      },
      obey: (request, by) => this.#obey(request, by),
      left: (session) => this.#ringing.left(session),
    };
    const nothing = undefined as never;
    return new Sessions({
      wire: nothing,
      certificate: () => nothing,
      peer: (events) => {
        const id = `s${this.#count - 1}`;
        const peer = new ScriptedPeer(events, (mid) => this.#left(id, mid));
        this.#made(peer);
        return peer;
      },
      feeds: this.doors,
      limits,
      situation,
      clock,
      logger: quiet,
    });
  }

  #bell(): Ringing {
    return new Ringing({
      clock,
      log: quiet,
      present: () => this.#sessions.reachable,
      show: (feed) => this.#show(feed, false),
      play: () => Promise.resolve(),
      outcome: () => {},
      record: () => () => {},
    });
  }

  #obey(request: SituationRequest, by: { session: string }): VedetteError | undefined {
    switch (request.type) {
      case 'answer':
      case 'decline':
      case 'reply':
      case 'hang-up':
        return this.#ringing.obey(request, by);
      case 'privacy':
        this.setPrivate(request.on);
        return undefined;
      default:
        return new VedetteError('sensor/not-settable');
    }
  }

  #show(feed: string, sound: boolean): Release {
    const shown = { feed, sound };
    this.#shown.add(shown);
    const release = this.#sessions.show(feed, { sound });
    return () => {
      release();
      this.#shown.delete(shown);
    };
  }

  #ended(id: string): void {
    const watcher = this.watchers.find((it) => it.id === id);
    if (watcher) watcher.over = true;
  }

  /** A packet leaves for a viewer. */
  #left(id: string, mid: string): void {
    const watcher = this.watchers.find((it) => it.id === id);
    watcher?.got.add(mid);
    const sound = mid.startsWith('a');
    const feed = mid.slice(2);
    const called = [...this.#shown].some(
      (shown) => shown.feed === feed && (shown.sound || !sound) && !watcher?.dismissed.has(shown),
    );
    const may =
      watcher?.connected &&
      !watcher.over &&
      (watcher.accepted || called) &&
      watcher.scopes.includes(sound ? 'listen' : 'view') &&
      !this.#private;
    if (!may) this.wrong.push(`${mid} left for ${id}`);
  }

  #everybodySees(feed: string): void {
    for (const { id, accepted, connected, over, reported, peer, got } of this.watchers) {
      const sees = accepted && connected && !over && !reported && peer.mids.includes(`v-${feed}`);
      if (sees && !got.has(`v-${feed}`)) this.wrong.push(`${id} sees nothing of ${feed}`);
    }
  }
}

type Step =
  | {
      readonly do: 'arrive';
      readonly standby: boolean;
      readonly scopes: readonly Scope[];
      readonly mids: readonly string[];
    }
  | { readonly do: 'open'; readonly standby: boolean; readonly scopes: readonly Scope[] }
  | { readonly do: 'offer'; readonly who: number; readonly mids: readonly string[] }
  | { readonly do: 'connect' | 'lose' | 'close' | 'accept' | 'rtcp' | 'speak'; readonly who: number }
  | { readonly do: 'say'; readonly who: number; readonly message: { readonly type: string } }
  | { readonly do: 'show'; readonly feed: FeedName; readonly sound: boolean }
  | { readonly do: 'hide'; readonly who: number }
  | { readonly do: 'ring'; readonly feed: FeedName }
  | { readonly do: 'private'; readonly on: boolean }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'give' }
  | { readonly do: 'restart' };

const who = fc.constantFrom(0, 0, 0, 1, 1, 2);
const feed = fc.constantFrom(...feeds);
const on = fc.boolean();
const message = fc.oneof(
  fc.constantFrom({ type: 'accept' }, { type: 'standby' }, { type: 'standby' }),
  fc.record({ type: fc.constant('talk'), feed: fc.constant('door'), on: fc.constant(true) }),
  fc.record({ type: fc.constant('talk'), feed, on }),
  fc.record({ type: fc.constantFrom('answer', 'decline', 'hang-up'), ring: feed.map((name) => `r-${name}`) }),
  fc.record({
    type: fc.constant('reply'),
    ring: feed.map((name) => `r-${name}`),
    reply: fc.constant('wait'),
  }),
  fc.record({ type: fc.constant('privacy'), on }),
);
const scopes = fc.constantFrom<readonly Scope[]>(
  ownerScopes,
  ownerScopes,
  ['view'],
  ['view', 'listen', 'control'],
);
const weighed = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const mids = fc.constantFrom(...offers);
const step: fc.Arbitrary<Step> = fc.oneof(
  // Most viewers come as viewers do; some, in any order that there is.
  weighed(12, fc.record({ do: fc.constant('arrive'), standby: on, scopes, mids })),
  weighed(4, fc.record({ do: fc.constant('open'), standby: on, scopes })),
  weighed(4, fc.record({ do: fc.constant('offer'), who, mids })),
  weighed(4, fc.record({ do: fc.constant('connect'), who })),
  weighed(8, fc.record({ do: fc.constantFrom('lose', 'close', 'accept', 'rtcp', 'rtcp', 'speak'), who })),
  weighed(28, fc.record({ do: fc.constant('say'), who, message })),
  weighed(12, fc.record({ do: fc.constant('show'), feed, sound: on })),
  weighed(8, fc.record({ do: fc.constant('hide'), who })),
  weighed(4, fc.record({ do: fc.constant('ring'), feed })),
  weighed(6, fc.record({ do: fc.constant('private'), on })),
  weighed(4, fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(20, 1_000, 31_000) })),
  weighed(30, fc.constant({ do: 'give' })),
  weighed(1, fc.constant({ do: 'restart' })),
);

async function take(device: Device, step: Step): Promise<void> {
  const watcher = 'who' in step ? device.watchers.at(-1 - step.who) : undefined;
  switch (step.do) {
    case 'open':
      await device.open(step.standby, step.scopes);
      return;
    case 'arrive': {
      const arrived = await device.open(step.standby, step.scopes);
      if (!arrived) return;
      device.offer(arrived, step.mids);
      await settle();
      return device.connect(arrived);
    }
    case 'show':
      return device.show(step.feed, step.sound);
    case 'hide':
      return device.hide(step.who);
    case 'ring':
      return device.ring(step.feed);
    case 'private':
      return device.setPrivate(step.on);
    case 'pass':
      vi.advanceTimersByTime(step.ms);
      return;
    case 'give':
      return device.give();
    case 'restart':
      return device.restart();
    case 'offer':
      return watcher && device.offer(watcher, step.mids);
    case 'connect':
      return watcher && device.connect(watcher);
    case 'lose':
      return watcher && device.lose(watcher);
    case 'close':
      return watcher && device.close(watcher);
    case 'accept':
      return watcher && device.acceptBySignaling(watcher);
    case 'rtcp':
      return watcher && device.rtcp(watcher);
    case 'speak':
      return watcher && device.speak(watcher);
    case 'say':
      return watcher && device.say(watcher, step.message);
  }
}

/** Lets what was begun come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterAll(() => void vi.useRealTimers());

test('in whatever order things happen: nothing leaves and nobody is played against the policy, and nothing is left', {
  timeout: 30 * 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
      const device = new Device();
      for (const next of steps) {
        await take(device, next);
        await settle();
        device.look();
      }
      await device.stop();
      expect(device.wrong).toEqual([]);
    }),
    { numRuns: orders },
  );
});
