import type { RTCDataChannel } from 'werift';

/** Waiting to be sent on one channel, at the most: of a viewer that acknowledges nothing. */
const maxBufferedBytes = 256 * 1_024;

/** One data channel, whoever made it. Text only; binary messages are dropped. */
export interface DataChannel {
  readonly label: string;
  /** Whether everything sent so far has left, and more can. */
  readonly drained: boolean;
  /** Sends if the channel is open and what was sent before has left, or nearly; says whether it did. */
  send(text: string): boolean;
  /** Resolves when everything sent has left, or after `deadlineMs`. */
  flushed(deadlineMs: number): Promise<void>;
}

/** werift's channel as {@link DataChannel}. */
export function dataChannel(channel: RTCDataChannel): DataChannel {
  return {
    label: channel.label,
    get drained() {
      return channel.readyState === 'open' && channel.bufferedAmount === 0;
    },
    send: (text) => {
      if (channel.readyState !== 'open' || channel.bufferedAmount > maxBufferedBytes) return false;
      try {
        channel.send(text);
        return true;
      } catch {
        return false; // longer than the viewer's own a=max-message-size
      }
    },
    flushed: async (deadlineMs) => {
      if (channel.bufferedAmount === 0) return;
      channel.bufferedAmountLowThreshold = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      const deadline = setTimeout(resolve, deadlineMs);
      channel.bufferedAmountLow.once(() => {
        clearTimeout(deadline);
        resolve();
      });
      await promise;
    },
  };
}

/** Calls `then` once the channel is open: werift tells of a channel before it can be sent on. */
export function whenOpen(channel: RTCDataChannel, then: () => void): void {
  if (channel.readyState === 'open') {
    then();
    return;
  }
  const opening = channel.stateChanged.subscribe((state) => {
    if (state !== 'open') return;
    opening.unSubscribe();
    then();
  });
}
