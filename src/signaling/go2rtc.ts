import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { SessionHandle, SessionHost } from '../protocol/session.ts';
import { type LinkAdmission, messageBudget } from './link-server.ts';
import { assignAll } from './sdp-fragment.ts';

const sdp = z.string().max(64 * 1024);

/** What players written for go2rtc say over `/api/ws?src=<feed>`; other types are refused by name. */
const PlayerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('webrtc/offer'), value: sdp }),
  z.object({ type: z.literal('webrtc'), value: z.object({ type: z.literal('offer'), sdp }) }),
  z.object({ type: z.literal('webrtc/candidate'), value: z.string().max(1024) }),
]);

/** What `/api/ws` connections share. */
export interface Go2rtcOptions {
  readonly sessions: SessionHost;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Serves a player that speaks go2rtc's WebSocket messages: one offer, its answer, candidates both ways. The player
 * has no word for its end: when the connection goes, so does the session, as its players expect.
 */
export function serveGo2rtc(
  socket: WebSocket,
  feed: string,
  admission: LinkAdmission,
  options: Go2rtcOptions,
): void {
  const { sessions, clock, log } = options;
  const budget = messageBudget(clock.now());
  let handle: SessionHandle | undefined;

  const send = (type: string, value: unknown): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type, value }));
  };
  const refuse = (about: string, error: unknown): void => {
    if (!(error instanceof VedetteError)) log.error({ err: error }, 'a session failed');
    const shown = error instanceof VedetteError ? error : new VedetteError('http/internal');
    send('error', `${about}: ${shown.message}; ${shown.cure}`);
  };

  const offered = async (offer: string, reply: (answer: string) => void): Promise<void> => {
    handle ??= sessions.open(
      { ...admission, id: randomUUID(), scopes: admission.review(), standby: false },
      {
        candidate: ({ candidate }) => {
          if (candidate !== '') send('webrtc/candidate', candidate);
        },
        ended: () => {
          if (handle !== undefined) socket.close();
        },
      },
    );
    try {
      reply(await handle.answer(offer, assignAll(offer, feed)));
    } catch (error) {
      const refused = handle;
      handle = undefined;
      await refused.close('the offer was refused');
      throw error;
    }
  };

  const take = async (text: string): Promise<void> => {
    const message = read(text);
    if (message instanceof VedetteError) return refuse('message', message);
    try {
      switch (message.type) {
        case 'webrtc/offer':
          return await offered(message.value, (answer) => send('webrtc/answer', answer));
        case 'webrtc':
          return await offered(message.value.sdp, (answer) =>
            send('webrtc', { type: 'answer', sdp: answer }),
          );
        case 'webrtc/candidate':
          // Everything is bundled: a candidate without its section is the first section's.
          return await handle?.addIceCandidate({ candidate: message.value, sdpMid: null, sdpMLineIndex: 0 });
      }
    } catch (error) {
      refuse(message.type, error);
    }
  };

  socket.on('message', (data: Buffer) => {
    if (budget.take(clock.now())) void take(data.toString('utf8'));
    else socket.close(1008, 'too many messages');
  });
  socket.on('close', () => {
    handle?.close('the viewer left').catch((error: unknown) => {
      log.error({ err: error }, 'a session did not close');
    });
  });
}

function read(text: string): z.infer<typeof PlayerMessage> | VedetteError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new VedetteError('signaling/not-json');
  }
  const parsed = PlayerMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return new VedetteError('signaling/invalid', {
    detail: issue === undefined ? 'unknown' : `${issue.path.join('.') || 'message'}: ${issue.message}`,
  });
}
