/**
 * A device that is itself a browser page: canvases for cameras, an oscillator for a microphone, and an analyser for a
 * speaker. It answers what the fixture server passes on, so the page under test talks real WebRTC.
 */

import type { AlarmStatus, RingStatus } from '../../../src/protocol/alarm.ts';
import type { DeviceMessage, FeedStatus, ViewerMessage } from '../../../src/protocol/events.ts';
import type { LockStatus } from '../../../src/protocol/lock.ts';
import type { Receipt } from '../../../src/protocol/request.ts';
import type { FeedDescription, SignalingBody } from '../../../src/protocol/signaling.ts';

declare global {
  interface Window {
    /** Given by the fixture: sends a body to the viewer of a session. */
    toViewer(session: string, body: SignalingBody): Promise<void>;
    /** Given by the fixture: a request came in on a session's `control` channel. */
    takeRequest(session: string, text: string): Promise<void>;
    device: FakeDevice;
  }
}

const hues: Record<string, number> = {};

/** A picture that moves: a night street of rectangles with a clock. */
function paint(context: CanvasRenderingContext2D, feed: string, frame: number): void {
  const { width, height } = context.canvas;
  hues[feed] ??= 200 + Object.keys(hues).length * 70;
  const hue = hues[feed];
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue} 35% 62%)`);
  sky.addColorStop(0.6, `hsl(${hue} 30% 82%)`);
  sky.addColorStop(0.6, `hsl(${hue} 8% 48%)`);
  sky.addColorStop(1, `hsl(${hue} 8% 30%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  for (let house = 0; house < 5; house += 1) {
    context.fillStyle = `hsl(${hue + 150 + house * 12} 22% ${34 + house * 5}%)`;
    context.fillRect(
      house * width * 0.22 - 20,
      height * (0.2 + (house % 3) * 0.08),
      width * 0.19,
      height * 0.5,
    );
  }
  context.fillStyle = `hsl(${hue + 180} 45% 30%)`;
  context.fillRect(width * 0.42, height * 0.35, width * 0.16, height * 0.5);
  const x = (((frame * width) / 320) % (width * 1.1)) - width / 20;
  context.fillStyle = '#e8b04a';
  context.fillRect(x, height * 0.74, width / 11, height / 20);
  context.fillStyle = '#fff';
  context.font = `${height / 24}px monospace`;
  context.fillText(`${feed} ${frame}`, width / 64, height - width / 64);
}

class FakeCamera {
  readonly stream: MediaStream;
  readonly #context: CanvasRenderingContext2D;
  readonly #feed: string;
  #timer: ReturnType<typeof setInterval> | undefined;
  #frame = 0;

  constructor(feed: string, width: number) {
    this.#feed = feed;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = (width * 9) / 16;
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D;
    this.stream = canvas.captureStream(30);
    this.start();
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#frame += 1;
      paint(this.#context, this.#feed, this.#frame);
    }, 40);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

type StateMessage = Extract<DeviceMessage, { type: 'state' }>;

interface FakeSession {
  readonly connection: RTCPeerConnection;
  channel?: RTCDataChannel;
  telemetry?: RTCDataChannel;
  control?: RTCDataChannel;
  name?: string;
  standby: boolean;
  /** The senders of its pictures and sounds, by feed. */
  readonly senders: { readonly feed: string; readonly sender: RTCRtpSender }[];
}

class FakeDevice {
  readonly feeds: readonly FeedDescription[];
  readonly cameras = new Map<string, FakeCamera>();
  readonly sessions = new Map<string, FakeSession>();
  readonly statuses = new Map<string, FeedStatus>();
  /** What viewers said on their `events` channels. */
  readonly heard: ViewerMessage[] = [];
  /** What is the case beside the feeds. */
  readonly situation: Pick<
    StateMessage,
    'sensors' | 'alarms' | 'rings' | 'locks' | 'privacy' | 'confirmations'
  > = {
    sensors: [],
    alarms: [],
    rings: [],
    locks: [],
    privacy: { on: false },
    confirmations: [],
  };
  #seq = 0;
  /** Set to refuse calls, with this reason. */
  refuseTalk: { readonly code: string; readonly reason: string } | undefined;
  #tone: MediaStreamTrack | undefined;

  constructor(feeds: readonly FeedDescription[], width: number) {
    this.feeds = feeds;
    for (const { name } of feeds) {
      this.cameras.set(name, new FakeCamera(name, width));
      this.statuses.set(name, {
        feed: name,
        camera: { state: 'live', since: Date.now() },
        talk: { state: 'idle' },
        waitsForKeyframe: false,
        flow: 'watching',
      });
    }
  }

  #sound(): MediaStreamTrack {
    if (this.#tone) return this.#tone;
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { frequency: 660 });
    tone.connect(out);
    tone.start();
    this.#tone = out.stream.getAudioTracks()[0] as MediaStreamTrack;
    return this.#tone;
  }

  async receive(session: string, body: SignalingBody): Promise<void> {
    if (body.type === 'offer') await this.#answer(session, body.sdp, body.media, body.standby);
    if (body.type === 'candidate') {
      await this.sessions.get(session)?.connection.addIceCandidate({
        candidate: body.candidate,
        sdpMid: body.sdpMid,
        sdpMLineIndex: body.sdpMLineIndex ?? 0,
      });
    }
    if (body.type === 'bye') this.end(session);
  }

  async #answer(
    session: string,
    sdp: string,
    media: readonly { mid: string; feed: string }[],
    standby: boolean,
  ): Promise<void> {
    const known = this.sessions.get(session);
    const connection = known?.connection ?? new RTCPeerConnection();
    if (!known) {
      const fresh: FakeSession = { connection, standby, senders: [] };
      this.sessions.set(session, fresh);
      connection.onicecandidate = ({ candidate }) =>
        void window.toViewer(session, {
          type: 'candidate',
          candidate: candidate?.candidate ?? '',
          sdpMid: candidate?.sdpMid ?? null,
          sdpMLineIndex: candidate?.sdpMLineIndex ?? null,
        });
      connection.ondatachannel = ({ channel }) => {
        if (channel.label === 'telemetry') {
          fresh.telemetry = channel;
          return;
        }
        if (channel.label === 'control') {
          fresh.control = channel;
          channel.onmessage = ({ data }) => void window.takeRequest(session, data);
          return;
        }
        fresh.channel = channel;
        channel.onmessage = ({ data }) => this.#asked(session, JSON.parse(data));
        const greet = () =>
          this.#tell(session, {
            type: 'state',
            session,
            feeds: [...this.statuses.values()].map((status) => this.#statusFor(fresh, status)),
            watching: this.sessions.size,
            watchers: [...this.sessions.keys()].map((id) => ({ session: id, name: 'Anna', feeds: [] })),
            ...this.situation,
          });
        if (channel.readyState === 'open') greet();
        else channel.onopen = greet;
      };
    }
    await connection.setRemoteDescription({ type: 'offer', sdp });
    if (!known) {
      for (const transceiver of connection.getTransceivers()) {
        const feed = media.find(({ mid }) => mid === transceiver.mid)?.feed ?? this.feeds[0]?.name ?? '';
        const description = this.feeds.find(({ name }) => name === feed);
        if (transceiver.receiver.track.kind === 'video') {
          transceiver.direction = 'sendonly';
          this.sessions.get(session)?.senders.push({ feed, sender: transceiver.sender });
          await transceiver.sender.replaceTrack(standby ? null : this.#track(feed));
        } else {
          transceiver.direction = description?.talk ? 'sendrecv' : 'sendonly';
          await transceiver.sender.replaceTrack(this.#sound());
        }
      }
    }
    await connection.setLocalDescription();
    await window.toViewer(session, { type: 'answer', sdp: connection.localDescription?.sdp ?? '' });
  }

  #track(feed: string): MediaStreamTrack | null {
    return this.cameras.get(feed)?.stream.getVideoTracks()[0] ?? null;
  }

  #statusFor(session: FakeSession | undefined, status: FeedStatus): FeedStatus {
    return session?.standby && status.flow === 'watching' ? { ...status, flow: 'standby' } : status;
  }

  /** Starts or ends the flow of a session's pictures, without renegotiation. */
  #flow(session: string, standby: boolean): void {
    const known = this.sessions.get(session);
    if (!known) return;
    known.standby = standby;
    for (const { feed, sender } of known.senders) {
      void sender.replaceTrack(standby ? null : this.#track(feed));
    }
    for (const status of this.statuses.values()) {
      this.#tell(session, { type: 'feed', status: this.#statusFor(known, status) });
    }
  }

  /** Shows a feed to those who stand by; with `on` false, not any more. */
  show(feed: string, on: boolean): void {
    for (const { standby, senders } of this.sessions.values()) {
      if (!standby) continue;
      for (const each of senders) {
        if (each.feed === feed) void each.sender.replaceTrack(on ? this.#track(feed) : null);
      }
    }
    this.setStatus(feed, { flow: on ? 'called' : 'watching' });
  }

  #change(message: DeviceMessage): void {
    const { situation } = this;
    if (message.type === 'alarm') {
      situation.alarms = situation.alarms.filter(({ rule }) => rule !== message.rule);
      if (message.status) situation.alarms.push(message.status);
    }
    if (message.type === 'ring') {
      situation.rings = situation.rings.filter(({ ring }) => ring !== message.status.ring);
      if (message.status.state !== 'over') situation.rings.push(message.status);
    }
    if (message.type === 'privacy') situation.privacy = message.privacy;
    if (message.type === 'lock') {
      situation.locks = situation.locks.filter(({ lock }) => lock !== message.status.lock);
      situation.locks.push(message.status);
    }
    this.tellAll(message);
  }

  alarm(status: AlarmStatus): void {
    this.#change({ type: 'alarm', rule: status.rule, status });
  }

  clear(rule: string): void {
    this.#change({ type: 'alarm', rule });
  }

  ring(status: RingStatus): void {
    this.#change({ type: 'ring', status });
  }

  /** A change of a lock that there is already. */
  lock(change: Partial<LockStatus> & { lock: string }): void {
    const status = this.situation.locks.find(({ lock }) => lock === change.lock);
    if (status) this.#change({ type: 'lock', status: { ...status, since: Date.now(), ...change } });
  }

  receipt(session: string, receipt: Receipt): void {
    const channel = this.sessions.get(session)?.control;
    if (channel?.readyState === 'open') channel.send(JSON.stringify(receipt));
  }

  telemetry(values: Record<string, number>): void {
    this.#seq += 1;
    const text = JSON.stringify({ seq: this.#seq, time: Date.now(), values });
    for (const { telemetry } of this.sessions.values()) {
      if (telemetry?.readyState === 'open') telemetry.send(text);
    }
  }

  /** As much of a device's obedience as pages can see. */
  #obey(session: string, message: ViewerMessage): void {
    const by = this.sessions.get(session)?.name ?? 'Someone';
    const alarm = 'rule' in message && this.situation.alarms.find(({ rule }) => rule === message.rule);
    const ring = 'ring' in message && this.situation.rings.find(({ ring }) => ring === message.ring);
    if (message.type === 'accept' || message.type === 'standby') {
      this.#flow(session, message.type === 'standby');
    }
    if (message.type === 'name') {
      const known = this.sessions.get(session);
      if (known) known.name = message.name;
    }
    if (message.type === 'simulate') this.telemetry({ [message.sensor]: message.value });
    if (message.type === 'privacy') {
      this.#change({
        type: 'privacy',
        privacy: message.on ? { on: true, since: Date.now() } : { on: false },
      });
      const camera = message.on
        ? ({ state: 'private', since: Date.now() } as const)
        : ({ state: 'live', since: Date.now() } as const);
      for (const feed of this.statuses.keys()) this.setStatus(feed, { camera });
    }
    if (alarm && message.type === 'acknowledge') this.alarm({ ...alarm, acknowledgedBy: by });
    if (alarm && message.type === 'silence') this.alarm({ ...alarm, silenced: true });
    if (alarm && message.type === 'shelve') {
      this.alarm({
        ...alarm,
        state: 'shelved',
        shelvedUntil: Date.now() + message.minutes * 60_000,
        shelvedBecause: message.reason,
      });
    }
    if (ring && message.type === 'answer') this.ring({ ...ring, state: 'answered', by, session });
    // Others are there: a ring that one declines goes on.
    if (ring && message.type === 'reply')
      this.ring({ ...ring, state: 'answered', by, session, replying: true });
    if (ring && message.type === 'hang-up') this.ring({ ...ring, state: 'over' });
  }

  #asked(session: string, message: ViewerMessage): void {
    this.heard.push(message);
    this.#obey(session, message);
    if (message.type !== 'talk') return;
    if (message.on && this.refuseTalk !== undefined) {
      this.#tell(session, { type: 'talk-refused', feed: message.feed, ...this.refuseTalk });
      return;
    }
    this.setTalk(message.feed, message.on ? { state: 'connecting', session } : { state: 'idle' });
  }

  /** `session` may be `mine` for the only session there is. */
  setTalk(feed: string, talk: FeedStatus['talk']): void {
    this.setStatus(feed, { talk });
  }

  setStatus(feed: string, change: Partial<FeedStatus>): void {
    const status = this.statuses.get(feed);
    if (!status) return;
    const next = { ...status, ...change };
    this.statuses.set(feed, next);
    for (const [session, known] of this.sessions) {
      this.#tell(session, { type: 'feed', status: this.#statusFor(known, next) });
    }
  }

  tellAll(message: DeviceMessage): void {
    for (const session of this.sessions.keys()) this.#tell(session, message);
  }

  #tell(session: string, message: DeviceMessage): void {
    const channel = this.sessions.get(session)?.channel;
    if (channel?.readyState === 'open') channel.send(JSON.stringify(message));
  }

  /** Bytes of sound that came in over all sessions. */
  async bytesHeard(): Promise<number> {
    let bytes = 0;
    for (const { connection } of this.sessions.values()) {
      for (const row of (await connection.getStats()).values()) {
        if (row.type === 'inbound-rtp' && row.kind === 'audio') bytes += row.bytesReceived;
      }
    }
    return bytes;
  }

  end(session: string): void {
    this.sessions.get(session)?.connection.close();
    this.sessions.delete(session);
  }
}

Object.assign(window, { FakeDevice });
