import type { Clock } from './clock.ts';
import { VedetteError } from './errors.ts';
import type { Logger } from './log.ts';
import { Camera } from './media/camera.ts';
import { Feed } from './media/feed.ts';
import { PreRoll } from './media/pre-roll.ts';
import { Microphone } from './media/sound/microphone.ts';
import { OpusStream } from './media/sound/opus.ts';
import { Speaker } from './media/sound/speaker.ts';
import type { MeasuredStream } from './metrics.ts';
import type { FeedProfile, MicrophoneProfile, Profile, SpeakerProfile } from './profile/profile.ts';
import type { ClipFeed } from './records/records.ts';
import type { SessionFeed } from './session/feed.ts';

interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
}

/** One feed, put together. */
export interface ComposedFeed {
  readonly feed: Feed;
  readonly microphone?: Microphone;
  readonly speaker?: Speaker;
  /** As it is recorded. */
  readonly clip: ClipFeed;
}

/** All feeds of a device: as sessions see them, and as everybody else needs their parts. */
export interface Feeds {
  readonly session: readonly SessionFeed[];
  /** What was encoded so far, feed by feed. A microphone that feeds share counts for each of them. */
  readonly streams: readonly MeasuredStream[];
  /** Undefined where there is no feed of this name. */
  find(name: string): ComposedFeed | undefined;
  /** @throws VedetteError `feed/unknown`, `camera/no-frame`, `camera/private` */
  snapshot(name: string): Promise<Uint8Array>;
  /** Closes every camera and microphone, whoever uses them, or lets them be opened again; resolves when it is so. */
  setPrivate(on: boolean): Promise<void>;
  /** Begins what runs without viewers: the seconds before an event that clips begin with. */
  start(): void;
  /** Ends every camera, encoder, microphone and speaker. */
  stop(): Promise<void>;
}

/** Puts cameras, microphones and speakers together to feeds; nothing is opened before somebody needs it. */
export function composeFeeds(profile: Profile, parts: Parts): Feeds {
  const microphones = oncePerObject((microphone: MicrophoneProfile) => makeMicrophone(microphone, parts));
  const speakers = oncePerObject((speaker: SpeakerProfile) => makeSpeaker(speaker, parts));
  const composed = profile.feeds.map((of) => {
    const sound = of.microphone && microphones.of(of.microphone);
    const speaker = of.speaker && speakers.of(of.speaker);
    // A doorbell has no echo canceller of its own: its microphone goes down while somebody talks through it.
    if (sound && speaker) speaker.onStatus(({ state }) => sound.microphone.duck(state === 'talking'));
    const feed = makeFeed(of, sound?.audio, parts);
    return {
      feed,
      audio: sound?.audio,
      ...(sound ? { microphone: sound.microphone } : {}),
      ...(speaker ? { speaker } : {}),
      clip: clipFeed(feed, of.preRollMs),
      session: sessionFeed(feed, speaker),
    };
  });
  const find = (name: string) => composed.find(({ feed }) => feed.name === name);
  return {
    session: composed.map(({ session }) => session),
    get streams() {
      return composed.flatMap(({ feed, audio }) =>
        [feed.video('H264'), feed.video('VP8'), ...(audio ? [audio] : [])].map(({ codec, counts }) => ({
          feed: feed.name,
          codec,
          counts,
        })),
      );
    },
    find,
    snapshot(name) {
      const found = find(name);
      if (found) return found.feed.snapshot();
      const known = composed.map(({ feed }) => feed.name).join(', ');
      throw new VedetteError('feed/unknown', { feed: name, known });
    },
    async setPrivate(on) {
      await Promise.all([
        ...composed.map(({ feed }) => feed.camera.setPrivate(on)),
        ...microphones.made().map(({ microphone }) => microphone.setPrivate(on)),
      ]);
    },
    start() {
      for (const { clip } of composed) clip.preRoll?.start();
    },
    async stop() {
      for (const { clip } of composed) clip.preRoll?.stop();
      for (const { audio } of microphones.made()) audio.stop();
      await Promise.all([
        ...composed.map(({ feed }) => feed.stop()),
        ...microphones.made().map(({ microphone }) => microphone.stop()),
        ...speakers.made().map((speaker) => speaker.stop()),
      ]);
    },
  };
}

/** H.264: most viewers take it, so that one encoder serves them and the clips. */
function clipFeed(feed: Feed, preRollMs: number): ClipFeed {
  const streams = { video: feed.video('H264'), ...(feed.audio ? { audio: feed.audio } : {}) };
  const named = { name: feed.name, ...streams };
  if (preRollMs === 0) return named;
  const preRoll = new PreRoll({ ...streams, ms: preRollMs });
  feed.onStatus(({ state }) => {
    if (state !== 'private') return;
    // What was seen before privacy mode began is in no clip of what comes after.
    preRoll.stop();
    preRoll.start();
  });
  return { ...named, preRoll };
}

function makeMicrophone({ name, open, gain }: MicrophoneProfile, { clock, log }: Parts) {
  const microphone = new Microphone({ name, open, gainDb: gain, clock, log });
  return { microphone, audio: new OpusStream({ microphone, log }) };
}

function makeSpeaker({ name, open }: SpeakerProfile, { clock, log }: Parts): Speaker {
  return new Speaker({ name, open, clock, log });
}

function makeFeed(
  { name, title, camera }: FeedProfile,
  audio: OpusStream | undefined,
  { clock, log }: Parts,
): Feed {
  const opened = new Camera({ name, open: () => camera.open(), clock, log });
  return new Feed({ name, title, camera: opened, clock, log, ...(audio ? { audio } : {}) });
}

function sessionFeed(feed: Feed, speaker: Speaker | undefined): SessionFeed {
  const { name, title, audio } = feed;
  return {
    name,
    title,
    video: (codec) => feed.video(codec),
    ...(audio ? { audio } : {}),
    ...(speaker ? { speaker } : {}),
    get camera() {
      return feed.status;
    },
    get talk() {
      return speaker?.status ?? { state: 'idle' };
    },
    onStatus(listener) {
      const releases = [feed.onStatus(listener), speaker?.onStatus(listener)];
      return () => {
        for (const release of releases) release?.();
      };
    },
  };
}

/** Feeds that share a microphone or speaker share its profile's very object, and so the one device. */
function oncePerObject<Given extends object, Made>(make: (given: Given) => Made) {
  const all = new Map<Given, Made>();
  return {
    of(given: Given): Made {
      const known = all.get(given);
      if (known !== undefined) return known;
      const made = make(given);
      all.set(given, made);
      return made;
    },
    made: () => [...all.values()],
  };
}
