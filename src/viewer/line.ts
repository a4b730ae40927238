/** What carries signaling texts of one session to the device and back. */
export interface Line {
  /** What is said now gets on its way. */
  readonly open: boolean;
  send(text: string): void;
  /** Idempotent; {@link LineEvents.lost} is not called for it. */
  close(): void;
}

export interface LineEvents {
  message(text: unknown): void;
  /** It is over; said once. */
  lost(): void;
}

/** Opens a line to the device. */
export type OpenLine = (events: LineEvents) => Line;

/** Of the page's origin. */
export function signalUrl(): URL {
  const url = new URL('/signal', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** The device's own `/signal`, protected by TLS alone: for who has no key. */
export const openSocketLine: OpenLine = (events) => {
  const socket = new WebSocket(signalUrl());
  socket.onmessage = ({ data }) => events.message(data);
  socket.onclose = () => events.lost();
  return {
    get open() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (text) => socket.send(text),
    close() {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
};
