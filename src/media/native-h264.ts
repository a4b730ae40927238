import { hasBSlice, nalType, nalTypes, nalUnits } from './annex-b.ts';
import type { NativeFrame } from './frame.ts';

/** Without a keyframe for this long a viewer who lost one would look at grey: 2 s, and slack for a late frame. */
const maxGopMs = 2_200;
/** What is kept of the first group of pictures, should it have to be transcoded after all. */
const maxKeptBytes = 4 * 1024 * 1024;
/** `profile_idc` of baseline and main (ITU-T H.264, A.2), which every browser that has H.264 decodes. */
const acceptedProfiles: ReadonlyMap<number, string> = new Map([
  [66, 'baseline'],
  [77, 'main'],
]);

/** Whether a camera's own H.264 may go to viewers as it is. */
export type NativeVerdict =
  /** No keyframe has come yet. */
  | { readonly use: 'nothing' }
  | { readonly use: 'native' }
  /** Why not; `replay` are the frames since the last keyframe, where they were kept. */
  | { readonly use: 'transcode'; readonly reason: string; readonly replay: readonly NativeFrame[] };

/**
 * Watches a camera's own H.264: B-frames, more than 2 s between keyframes or an unusual profile mean that it has to
 * be transcoded. It goes out natively from its first keyframe on, and judging goes on while it does. Pure.
 */
export class NativeH264Judge {
  #profileSeen = false;
  #lastKeyframeMs: number | undefined;
  #keyframes = 0;
  #kept: NativeFrame[] = [];
  #keptBytes = 0;
  #verdict: NativeVerdict = { use: 'nothing' };

  /** Takes the next frame and says what is to be done with it; `transcode` is final. */
  judge(frame: NativeFrame): NativeVerdict {
    if (this.#verdict.use === 'transcode') return this.#verdict;
    this.#keep(frame);
    const reason = this.#reasonAgainst(frame);
    if (frame.keyframe) {
      this.#keyframes += 1;
      this.#lastKeyframeMs = frame.captureMs;
    }
    if (reason !== undefined) this.#verdict = { use: 'transcode', reason, replay: this.#kept };
    else if (this.#keyframes > 0) this.#verdict = { use: 'native' };
    return this.#verdict;
  }

  /** Only until the second keyframe: then its distance is known, and memory is given back. */
  #keep(frame: NativeFrame): void {
    if (frame.keyframe) {
      this.#kept = [];
      this.#keptBytes = 0;
    } else if (this.#kept.length === 0) return;
    if (this.#keyframes > 1 || this.#keptBytes + frame.data.length > maxKeptBytes) {
      this.#kept = [];
      return;
    }
    this.#kept.push(frame);
    this.#keptBytes += frame.data.length;
  }

  #reasonAgainst(frame: NativeFrame): string | undefined {
    if (!this.#profileSeen && frame.keyframe) {
      const sps = nalUnits(frame.data).find((unit) => nalType(unit) === nalTypes.sps);
      if (!sps) return 'its keyframes carry no parameter sets';
      this.#profileSeen = true;
      const profile = sps[1] ?? 0;
      if (!acceptedProfiles.has(profile)) return `its profile is ${profile}, not baseline or main`;
    }
    if (hasBSlice(frame.data)) return 'it has B-frames';
    if (frame.captureMs - (this.#lastKeyframeMs ?? frame.captureMs) > maxGopMs) {
      return 'its keyframes are more than 2 s apart';
    }
    return undefined;
  }
}
