import type { MonotonicMs, WallMs } from './clock.ts';
import type { CameraStatus } from './protocol/events.ts';

/** What can be seen of a running device from within. Times are ms. */
export interface Vitals {
  /** How late the event loop came to a timer, at worst since the look before. */
  readonly loopLateMs: number;
  readonly cameras: readonly CameraVitals[];
  /** How long the store has owed an answer; 0 where it owes none. */
  readonly storeSilentMs: number;
}

export interface CameraVitals {
  readonly feed: string;
  /** The camera gives pictures, as far as it is known. One that is away is tried again by itself: no ailment. */
  readonly live: boolean;
  /** How long those who watch have had no frame; undefined where nobody watches. */
  readonly frameAgeMs: number | undefined;
}

/** Beyond these a device does not come right by itself, however slow its machine. */
export const healthLimits = {
  /** Sound breaks up at 0.1 s; at this, connections time out. */
  loopLateMs: 5_000,
  /** A hung camera is started anew after 5 s and a dead encoder at once: neither has helped. */
  frameAgeMs: 30_000,
  /** An SD card that is cleaning up may take seconds for a commit. A full disk answers, and is no ailment. */
  storeSilentMs: 30_000,
} as const;

/** What is wrong with a device, as sentences; none where it is well. A restart is what is left to help these. */
export function ailments({ loopLateMs, cameras, storeSilentMs }: Vitals): readonly string[] {
  return [
    ...(loopLateMs > healthLimits.loopLateMs ? [`the event loop was ${seconds(loopLateMs)} late`] : []),
    ...cameras.flatMap(({ feed, live, frameAgeMs }) =>
      live && frameAgeMs !== undefined && frameAgeMs > healthLimits.frameAgeMs
        ? [`${feed} has given no picture for ${seconds(frameAgeMs)}, though its camera is live`]
        : [],
    ),
    ...(storeSilentMs > healthLimits.storeSilentMs
      ? [`the records have not answered for ${seconds(storeSilentMs)}`]
      : []),
  ];
}

/** What the feeds of a device say of their cameras. */
export function cameraVitals(
  feeds: readonly { readonly name: string; readonly camera: CameraStatus }[],
  streams: readonly {
    readonly feed: string;
    readonly counts: { readonly waitingSinceMs: MonotonicMs | undefined };
  }[],
  time: { readonly now: MonotonicMs; readonly wall: WallMs },
): readonly CameraVitals[] {
  return feeds.map(({ name, camera }) => {
    const waits = streams
      .filter(({ feed }) => feed === name)
      .flatMap(({ counts }) => counts.waitingSinceMs ?? [])
      .map((sinceMs) => time.now - sinceMs);
    const live = camera.state === 'live';
    // Who watched before the camera came back has waited for the camera, not for a frame of it.
    const liveMs = live ? time.wall - camera.since : 0;
    return {
      feed: name,
      live,
      frameAgeMs: waits.length === 0 ? undefined : Math.min(Math.max(...waits), liveMs),
    };
  });
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
