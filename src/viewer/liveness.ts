/**
 * Whether a picture is live, and if not, what is the case and since when. Pure: the connection, the device's word and
 * the time of the last frame in, one state out.
 */

import type { FeedStatus } from '../protocol/events.ts';
import type { Connection, Down } from './connection.ts';

/** *Live* has one meaning: a frame younger than this is on the screen. */
export const liveWithinMs = 2_000;

export type Picture =
  | { readonly state: 'live' }
  | { readonly state: 'connecting' | 'reconnecting'; readonly since: number; readonly down: Down | undefined }
  | { readonly state: 'unauthorized' }
  | { readonly state: 'ended' }
  | { readonly state: 'starting'; readonly since: number }
  | { readonly state: 'away'; readonly since: number; readonly reason: string }
  | { readonly state: 'keyframe'; readonly since: number }
  /** Connected, and off until it is called. */
  | { readonly state: 'standby' }
  /** The device closed its camera to everybody. */
  | { readonly state: 'private'; readonly since: number }
  /** Connected, the camera is said to run, and yet nothing comes. */
  | { readonly state: 'stalled'; readonly since: number };

export interface PictureInput {
  readonly connection: Connection;
  /** The device's last word on the feed in this session. */
  readonly status: FeedStatus | undefined;
  /** When the last frame came on the screen, in any session. */
  readonly lastFrameAt: number | undefined;
  readonly now: number;
}

export function pictureOf({ connection, status, lastFrameAt, now }: PictureInput): Picture {
  // At once, however young the last frame is: who closed the camera must see it closed.
  if (connection.phase === 'connected' && status?.camera.state === 'private')
    return { state: 'private', since: status.camera.since };
  if (connection.phase === 'connected' && status?.flow === 'standby') return { state: 'standby' };
  if (lastFrameAt !== undefined && now - lastFrameAt < liveWithinMs) return { state: 'live' };
  switch (connection.phase) {
    case 'idle':
      return { state: 'connecting', since: now, down: undefined };
    case 'stopped':
      return { state: connection.reason === 'unauthorized' ? 'unauthorized' : 'ended' };
    case 'connecting':
    case 'disturbed':
    case 'restarting':
    case 'waiting':
      return {
        state: connection.again ? 'reconnecting' : 'connecting',
        since: connection.since,
        down: connection.down,
      };
    case 'connected':
      return connectedPicture(status, Math.max(lastFrameAt ?? 0, connection.since));
  }
}

function connectedPicture(status: FeedStatus | undefined, since: number): Picture {
  switch (status?.camera.state) {
    case 'away':
      return { state: 'away', since: status.camera.since, reason: status.camera.reason };
    case 'starting':
      return { state: 'starting', since: status.camera.since };
    case 'off':
    case 'private': // said before
      return { state: 'starting', since };
    case 'live':
    case undefined:
      return { state: status?.waitsForKeyframe ? 'keyframe' : 'stalled', since };
  }
}

/** Whether two states say the same; `since` counts, as it is said too. */
export function samePicture(a: Picture, b: Picture): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
