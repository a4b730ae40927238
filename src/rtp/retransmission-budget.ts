/**
 * How far back it is known what a stream weighs, which is what the budget may hold. A keyframe is in it by itself; a
 * receiver that asks later than this for what it missed shows it too late.
 */
const memoryMs = 1_000;

/**
 * What one viewer may be sent again: a bucket that every packet it was sent fills by its own size and every
 * retransmission empties by the same. NACKs and the round trip they are merged by are the viewer's word; without this
 * each packet of the history could be had 200 times a second. Of a stream half of which is lost, as much is sent again
 * as was sent, so an honest viewer is served up to there.
 *
 * In any time, the bytes of retransmissions are at most those of first sendings and {@link capBytes}.
 */
export class RetransmissionBudget {
  #bytes = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;
  /** Sent since `#sinceMs`, and in the stretch before. */
  #newerBytes = 0;
  #olderBytes = 0;

  /** The most that can be saved: a second of the stream as it was lately. */
  get capBytes(): number {
    return Math.max(this.#newerBytes, this.#olderBytes);
  }

  /** So much was sent for the first time, at `sentMs` of the clock that frames are stamped by. */
  earn(bytes: number, sentMs: number): void {
    // Also where time goes back: a catch-up ends at the newest frame, so it may begin before the last one sent.
    if (Math.abs(sentMs - this.#sinceMs) >= memoryMs) {
      this.#sinceMs = sentMs;
      this.#olderBytes = this.#newerBytes;
      this.#newerBytes = 0;
    }
    this.#newerBytes += bytes;
    this.#bytes = Math.min(this.#bytes + bytes, this.capBytes);
  }

  /** Takes what one retransmission weighs. @returns false where so much is not there: then nothing was taken. */
  spend(bytes: number): boolean {
    if (bytes > this.#bytes) return false;
    this.#bytes -= bytes;
    return true;
  }
}
