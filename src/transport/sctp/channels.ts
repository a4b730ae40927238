import { maxMessageBytes } from '../description.ts';
import type { Association } from './bounds.ts';

/** Channels of one viewer; our own page has one. */
export const maxChannels = 16;
/** Messages and pieces of ours without an acknowledgement, with which no channel is opened: each would be one more. */
const maxUnacknowledged = 256;
/** Payload protocol identifier of DCEP (RFC 8832, 8.1). */
const dcep = 50;
/** DATA_CHANNEL_OPEN (RFC 8832, 5.1). */
const open = 0x03;

/** What of werift's data channels is bounded here. */
export interface Channels {
  readonly dataChannels: Readonly<Record<string, unknown>>;
  readonly dataChannelQueue: readonly unknown[];
  readonly sctp: Pick<Association, 'outboundQueue' | 'sentQueue'>;
  datachannelReceive: (streamId: number, protocol: number, data: Buffer) => Promise<void>;
}

/**
 * Holds a viewer to the messages and channels that it may have. To be called before the transport of werift's has an
 * association, which takes the receiving function for its own.
 */
export function boundChannels(channels: Channels): void {
  const { datachannelReceive } = channels;
  const mayOpen = (streamId: number): boolean => {
    const { outboundQueue, sentQueue } = channels.sctp;
    const unacknowledged = channels.dataChannelQueue.length + outboundQueue.length + sentQueue.length;
    // One that is open already is only acknowledged once more.
    const known = streamId in channels.dataChannels;
    return (
      unacknowledged < maxUnacknowledged && (known || Object.keys(channels.dataChannels).length < maxChannels)
    );
  };
  channels.datachannelReceive = async (streamId, protocol, data) => {
    if (data.length > maxMessageBytes) return;
    if (protocol === dcep && data[0] === open && !mayOpen(streamId)) return;
    // An acknowledgement of a channel that is not there, or an unknown protocol, would end the process.
    await datachannelReceive(streamId, protocol, data).catch(() => undefined);
  };
}
