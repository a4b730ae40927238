import type { News } from '../attention.ts';
import type { Down } from '../connection.ts';
import type { Admission, Redemption } from '../device.ts';
import type { Picture } from '../liveness.ts';
import { clockTime, strings } from '../strings.ts';

interface Words {
  readonly line: string;
  readonly more?: string;
}

/** What the picture says over itself while it is not live: a line, and a second one where there is more to know. */
export function pictureWords(picture: Picture): Words {
  switch (picture.state) {
    case 'live':
      return { line: strings.live };
    case 'connecting':
    case 'reconnecting':
      return downWords(picture.state, clockTime(picture.since), picture.down);
    case 'unauthorized':
      return { line: strings.unauthorizedTitle };
    case 'ended':
      return { line: strings.ended };
    case 'starting':
      return { line: strings.cameraStarting };
    case 'away':
      return { line: strings.cameraAway(clockTime(picture.since)), more: strings.cameraAwayCure };
    case 'keyframe':
      return { line: strings.waitingForKeyframe };
    case 'stalled':
      return { line: strings.noPicture(clockTime(picture.since)) };
    case 'standby':
      return { line: strings.standbyState, more: strings.standbyWords };
    case 'private':
      return { line: strings.privacyOn, more: strings.privacySince(clockTime(picture.since)) };
  }
}

function downWords(state: 'connecting' | 'reconnecting', since: string, down: Down | undefined): Words {
  const lost = state === 'reconnecting' ? strings.reconnecting(since) : undefined;
  switch (down?.reason) {
    case undefined:
    case 'failed':
      return { line: lost ?? strings.connecting };
    case 'goodbye':
      return { line: strings.goodbye(since), more: strings.reconnectingShort };
    case 'unreachable':
      return lost === undefined ? { line: strings.unreachable } : { line: lost, more: strings.unreachable };
    case 'refused': {
      const line = down.code === 'session/limit' ? strings.full : strings.refused(down.code);
      return lost === undefined ? { line } : { line, more: strings.noPicture(since) };
    }
  }
}

/** How whoever is not let in comes in. */
export function unauthorizedWords(
  { because }: Extract<Admission, { type: 'unauthorized' }>,
  redemption: Redemption,
): string {
  if (redemption === 'wait') return strings.tooManyTries;
  if (redemption === 'wrong') return strings.wrongSecret;
  if (because === 'unknown') return strings.unauthorizedEnded;
  if (because === 'other-device') return strings.unauthorizedOther;
  return because === 'unpaired' ? strings.unauthorized : strings.unauthorizedStranger;
}

/** The state in a word or two, for the line at the top of the page. */
export function statusWords(picture: Picture): string {
  switch (picture.state) {
    case 'live':
      return strings.live;
    case 'connecting':
      return strings.connecting;
    case 'reconnecting':
      return strings.reconnectingShort;
    case 'starting':
      return strings.starting;
    case 'away':
      return strings.away;
    case 'standby':
      return strings.standbyState;
    case 'private':
      return strings.privacy;
    case 'unauthorized':
    case 'ended':
    case 'keyframe':
    case 'stalled':
      return strings.notLive;
  }
}

/** What others did, in a line. */
export function newsWords({ what, title, by = strings.someone }: News): string {
  switch (what) {
    case 'answered':
      return `${title}: ${strings.answeredBy(by)}`;
    case 'declined':
      return `${title}: ${strings.declinedBy(by)}`;
    case 'missed':
      return `${title}: ${strings.ringMissed}`;
    case 'message':
      return `${title}: ${strings.ringMessage}`;
    case 'info':
    case 'warning':
    case 'critical':
      return `${strings[what]}: ${title}`;
    case 'got-it':
      return `${title}: ${strings.gotItBy(by)}`;
  }
}
