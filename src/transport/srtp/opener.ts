import { rtpHeaderBytes } from '../../rtp/incoming.ts';
import { ReplayWindow } from '../replay-window.ts';
import { rtcpClearBytes, rtcpEncrypted, type SrtpCipher } from './cipher.ts';
import type { SrtpMasterKeys } from './keys.ts';
import { srtpCipher } from './profiles.ts';
import { firstPacketIndexes, packetIndexNear } from './rollover.ts';

/**
 * Streams of one peer whose packets are remembered. A browser sends a handful; who sends more is not heard beyond
 * them. None is ever forgotten, for then its old packets could be played again.
 */
const maxStreams = 64;
/** RTP packets remembered a stream: what a late one may be behind, as much as a large keyframe. */
const rtpWindow = 1_024;
/** The same for RTCP, which is far rarer. */
const rtcpWindow = 128;

/** Why packets were not opened, and how many were; `crowded` are of one stream too many. */
export interface SrtpCounts {
  opened: number;
  malformed: number;
  replayed: number;
  tooOld: number;
  forged: number;
  crowded: number;
}

/**
 * Opens what a peer sends, under its direction's master keys. Total, for any bytes; each packet is opened at most
 * once; nothing is remembered, of a stream or of a packet, before its tag was found right.
 */
export class SrtpOpener {
  readonly counts: SrtpCounts = { opened: 0, malformed: 0, replayed: 0, tooOld: 0, forged: 0, crowded: 0 };
  readonly #cipher: SrtpCipher;
  readonly #rtp = new Map<number, ReplayWindow>();
  readonly #rtcp = new Map<number, ReplayWindow>();

  constructor(keys: SrtpMasterKeys) {
    this.#cipher = srtpCipher(keys);
  }

  /** The RTP packet in the clear, header and all, or undefined. */
  rtp(datagram: Uint8Array): Buffer | undefined {
    const headerBytes = rtpHeaderBytes(datagram);
    if (headerBytes === undefined || datagram.length < headerBytes + this.#cipher.rtpTagBytes)
      return this.#refuse('malformed');
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    const sequenceNumber = view.getUint16(2);
    const ssrc = view.getUint32(8);
    const window = this.#rtp.get(ssrc);
    if (!window && this.#rtp.size >= maxStreams) return this.#refuse('crowded');
    const indexes = window
      ? [packetIndexNear(sequenceNumber, window.newest)]
      : firstPacketIndexes(sequenceNumber);
    for (const index of indexes) {
      const freshness = window?.check(index) ?? 'new';
      if (freshness !== 'new') return this.#refuse(freshness);
      const packet = this.#cipher.openRtp(datagram, headerBytes, ssrc, index);
      if (packet) return this.#accept(packet, this.#rtp, ssrc, index, rtpWindow);
    }
    return this.#refuse('forged');
  }

  /** The RTCP compound in the clear, or undefined. */
  rtcp(datagram: Uint8Array): Buffer | undefined {
    if (datagram.length < rtcpClearBytes + this.#cipher.rtcpTrailerBytes) return this.#refuse('malformed');
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    const word = view.getUint32(datagram.length - this.#cipher.rtcpIndexFromEnd);
    // No profile of ours leaves RTCP in the clear (RFC 5764, 4.1.2), so without E it is not our peer's.
    if (view.getUint8(0) >> 6 !== 2 || word < rtcpEncrypted) return this.#refuse('malformed');
    const index = word - rtcpEncrypted;
    const ssrc = view.getUint32(4);
    const window = this.#rtcp.get(ssrc);
    if (!window && this.#rtcp.size >= maxStreams) return this.#refuse('crowded');
    const freshness = window?.check(index) ?? 'new';
    if (freshness !== 'new') return this.#refuse(freshness);
    const compound = this.#cipher.openRtcp(datagram, ssrc, index);
    return compound ? this.#accept(compound, this.#rtcp, ssrc, index, rtcpWindow) : this.#refuse('forged');
  }

  #accept(
    opened: Buffer,
    windows: Map<number, ReplayWindow>,
    ssrc: number,
    index: number,
    windowSize: number,
  ): Buffer {
    const window = windows.get(ssrc) ?? new ReplayWindow(windowSize);
    windows.set(ssrc, window);
    window.mark(index);
    this.counts.opened += 1;
    return opened;
  }

  #refuse(reason: Exclude<keyof SrtpCounts, 'opened'>): undefined {
    this.counts[reason] += 1;
    return undefined;
  }
}
