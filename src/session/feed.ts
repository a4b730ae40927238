import type { VideoCodec } from '../media/frame.ts';
import type { OpusSource } from '../media/sound/source.ts';
import type { EncodedStream, Release } from '../media/stream.ts';
import type { CameraStatus, TalkStatus } from '../protocol/events.ts';

/** A feed as sessions see it; the agent puts it together from a camera, a microphone and a speaker. */
export interface SessionFeed {
  readonly name: string;
  readonly title: string;
  video(codec: VideoCodec): EncodedStream;
  readonly audio?: EncodedStream;
  readonly speaker?: {
    /** Plays a visitor; undefined while somebody else talks. */
    talk(session: string, source: OpusSource): Release | undefined;
  };
  readonly camera: CameraStatus;
  readonly talk: TalkStatus;
  /** Calls `listener` whenever `camera` or `talk` changed. */
  onStatus(listener: () => void): Release;
}
