import type { PreRoll } from '../media/pre-roll.ts';
import type { EncodedStream } from '../media/stream.ts';

/** What a clip is made of. `preRoll` is of the same streams. */
export interface ClipFeed {
  readonly name: string;
  readonly video: EncodedStream;
  readonly audio?: EncodedStream;
  readonly preRoll?: PreRoll;
}
