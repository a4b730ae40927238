import { sealedProtocol } from '../protocol/sealed.ts';
import { signalUrl } from './line.ts';
import type { OpenCarrier } from './sealed-line.ts';

/** The device's own `/signal` as a carrier that is trusted with nothing: a proxy, or whoever ended TLS, may be in between. */
export const openSocketCarrier: OpenCarrier = (_session, events) => {
  const socket = new WebSocket(signalUrl(), sealedProtocol);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.onopen = () => resolve();
  socket.onmessage = ({ data }) => events.message(String(data));
  socket.onclose = () => {
    reject(new Error('the device is not reached'));
    events.lost();
  };
  return promise.then(() => ({
    send(envelope) {
      if (socket.readyState === WebSocket.OPEN) socket.send(envelope);
    },
    close() {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  }));
};
