import { maxMessageBytes } from '../description.ts';

/** The receive window, bytes: the longest message that we take, and one behind it. */
export const receiveWindowBytes = 2 * maxMessageBytes;
/** Streams we take (RFC 9260, 3.3.3): as many as browsers number their channels with. */
export const maxStreams = 1_024;
/** How far beyond a gap chunks are taken: four windows of an Ethernet frame each. */
export const maxAhead = 512;
/** Chunks kept until their message is complete: those beyond a gap, and the longest message in short pieces. */
export const maxHeldChunks = 1_024;
/** TSNs that came twice, told in one SACK; they are statistics to who reads it. */
const maxDuplicates = 32;
/** TSNs are compared by the half of them that lies ahead (RFC 9260, 1.6). */
const halfOfTsns = 2 ** 31;

/** A DATA chunk as werift reads it (RFC 9260, 3.3.1). */
export interface DataChunk {
  readonly tsn: number;
  readonly streamId: number;
  userData: Buffer;
  body: Buffer;
}

/** What of werift's association is bounded here. */
export interface Association {
  advertisedRwnd: number;
  _inboundStreamsMax: number;
  lastReceivedTsn: number | undefined;
  sackNeeded: boolean;
  sackImmediate: boolean;
  sackDuplicates: number[];
  readonly sackMisOrdered: Set<number>;
  readonly inboundStreams: Readonly<Record<string, { readonly reassembly: readonly DataChunk[] }>>;
  readonly outboundQueue: readonly unknown[];
  readonly sentQueue: readonly unknown[];
  markReceived(tsn: number): boolean;
  receiveDataChunk(chunk: DataChunk): void;
  receiveForwardTsnChunk(chunk: ForwardTsn): void;
  receiveSackChunk(chunk: Sack): Promise<void>;
}

/** A FORWARD TSN chunk (RFC 3758, 3.2): streams and the sequence numbers they are to go on from. */
interface ForwardTsn {
  streams: [streamId: number, sequence: number][];
}

/** A SACK chunk (RFC 9260, 3.3.4): what came beyond the gap, from and to, counted from the TSN before it. */
interface Sack {
  gaps: [from: number, to: number][];
}

/**
 * Holds an association of werift's to the window that it advertises, and to work in proportion to what comes. It keeps
 * whatever is sent, walks all of that for each chunk, and sorts and counts by numbers of the peer's choice.
 *
 * A chunk without room is dropped before it is acknowledged (RFC 9260, 6.2), so a peer that keeps to the window loses
 * nothing; one that does not has an association that stands still, and no more than the window of our memory.
 */
export function boundAssociation(association: Association): void {
  association.advertisedRwnd = receiveWindowBytes;
  association._inboundStreamsMax = maxStreams;
  association.markReceived = (tsn) => markReceived(association, tsn);
  boundData(association);
  boundForwardTsn(association);
  boundSack(association);
}

function boundData(association: Association): void {
  const receive = association.receiveDataChunk.bind(association);
  /** Never fewer than are kept: what is delivered meanwhile is found by counting anew. */
  let held = 0;
  const hasRoom = ({ userData }: DataChunk): boolean => {
    if (held < maxHeldChunks && userData.length <= association.advertisedRwnd) return true;
    const kept = Object.values(association.inboundStreams).flatMap(({ reassembly }) => reassembly);
    held = kept.length;
    // A stream that was reset took its chunks along, and werift does not give their room back.
    association.advertisedRwnd = kept.reduce(
      (room, chunk) => room - chunk.userData.length,
      receiveWindowBytes,
    );
    return held < maxHeldChunks && userData.length <= association.advertisedRwnd;
  };
  association.receiveDataChunk = (chunk) => {
    // Dropped or not, the peer hears how much room there is.
    association.sackNeeded = true;
    association.sackImmediate = true;
    const ahead = aheadOf(association, chunk.tsn);
    if (ahead === undefined) return;
    if (ahead > 0) {
      if (ahead > 1 && (ahead > maxAhead || association.sackMisOrdered.size >= maxAhead)) return;
      // A stream that we said we do not have (3.3.10.1), or no data at all (3.3.10.9): acknowledged, and no more.
      if (chunk.streamId >= maxStreams || chunk.userData.length === 0) {
        association.markReceived(chunk.tsn);
        return;
      }
      if (!hasRoom(chunk)) return;
      held += 1;
      release(chunk);
    }
    receive(chunk);
  };
}

/** A piece of one byte must not keep the packet that it came in. */
function release(chunk: DataChunk): void {
  const own = Buffer.allocUnsafeSlow(chunk.userData.length);
  own.set(chunk.userData);
  chunk.userData = own;
  chunk.body = own;
}

/** How many TSNs after the last without a gap; 0 where it came already, undefined before there is an association. */
function aheadOf({ lastReceivedTsn }: Association, tsn: number): number | undefined {
  if (lastReceivedTsn === undefined) return undefined;
  const ahead = (tsn - lastReceivedTsn) >>> 0;
  return ahead < halfOfTsns ? ahead : 0;
}

/** Notes a TSN, without sorting all that are beyond the gap; says whether it came before. */
function markReceived(association: Association, tsn: number): boolean {
  const { sackMisOrdered, sackDuplicates } = association;
  if (!aheadOf(association, tsn) || sackMisOrdered.has(tsn)) {
    if (sackDuplicates.length < maxDuplicates) sackDuplicates.push(tsn);
    return true;
  }
  sackMisOrdered.add(tsn);
  let next = ((association.lastReceivedTsn ?? 0) + 1) >>> 0;
  while (sackMisOrdered.delete(next)) {
    association.lastReceivedTsn = next;
    next = (next + 1) >>> 0;
  }
  return false;
}

/** Each stream that is named would be made, and looked through each time that it is named. */
function boundForwardTsn(association: Association): void {
  const receive = association.receiveForwardTsnChunk.bind(association);
  association.receiveForwardTsnChunk = (chunk) => {
    if (association.lastReceivedTsn === undefined) return;
    chunk.streams = [...new Map(chunk.streams)].filter(([streamId]) => streamId < maxStreams);
    receive(chunk);
  };
}

/** Every number of a block is counted, whether it was sent or not; disjoint blocks are no longer than what was sent. */
function boundSack(association: Association): void {
  const receive = association.receiveSackChunk.bind(association);
  association.receiveSackChunk = (chunk) => {
    const sent = association.sentQueue.length;
    let left = sent;
    chunk.gaps = chunk.gaps.flatMap(([from, to]): typeof chunk.gaps => {
      const end = Math.min(to, sent);
      const length = end - from + 1;
      if (from < 1 || length < 1 || length > left) return [];
      left -= length;
      return [[from, end]];
    });
    return receive(chunk);
  };
}
