import type { Picture } from '../liveness.ts';
import { clockTime, strings } from '../strings.ts';

/** What the picture says over itself while it is not live: a line, and a second one where there is more to know. */
export function pictureWords(picture: Picture): { readonly line: string; readonly more?: string } {
  switch (picture.state) {
    case 'live':
      return { line: strings.live };
    case 'connecting':
      return { line: picture.refusal === undefined ? strings.connecting : refusalWords(picture.refusal) };
    case 'reconnecting':
      return picture.refusal === undefined
        ? { line: strings.reconnecting(clockTime(picture.since)) }
        : { line: refusalWords(picture.refusal), more: strings.noPicture(clockTime(picture.since)) };
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
  }
}

const refusalWords = (code: string): string =>
  code === 'session/limit' ? strings.full : strings.refused(code);

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
    case 'unauthorized':
    case 'ended':
    case 'keyframe':
    case 'stalled':
      return strings.notLive;
  }
}
