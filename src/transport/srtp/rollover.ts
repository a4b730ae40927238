const sequenceNumbers = 0x1_0000;
const half = 0x8000;
/** SRTP's packet index has 48 bits: 32 of rollovers, 16 of sequence number (RFC 3711, 3.3.1). */
const indexes = 2 ** 48;

/**
 * The packet index that a sequence number stands for: of all with these low 16 bits, the one nearest to the highest
 * index received so far (RFC 3711, 3.3.1 and appendix A). `newest` may lie on either side of any number of wraps.
 */
export function packetIndexNear(sequenceNumber: number, newest: number): number {
  const last = newest % sequenceNumbers;
  const start = newest - last;
  if (last < half) {
    // Before the first wrap there is nothing to go back to: the stream has jumped.
    const before = sequenceNumber - last > half && start > 0;
    return before ? start - sequenceNumbers + sequenceNumber : start + sequenceNumber;
  }
  const after = last - half > sequenceNumber && start + sequenceNumbers < indexes;
  return after ? start + sequenceNumbers + sequenceNumber : start + sequenceNumber;
}

/**
 * Indexes that a stream's first packet may have: counting begins at 0, and a stream that began just below the first
 * wrap may have lost all packets before it.
 */
export function firstPacketIndexes(sequenceNumber: number): readonly number[] {
  return sequenceNumber < half ? [sequenceNumber, sequenceNumber + sequenceNumbers] : [sequenceNumber];
}
