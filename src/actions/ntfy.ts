import type { Secret } from '../log.ts';
import type { DeviceEvent } from '../protocol/alarm.ts';
import type { Attempt } from './delivery.ts';
import type { Occasion } from './kind.ts';
import type { Notice } from './notice.ts';
import { attemptOf, sendOnce } from './send.ts';

/** One message to a topic of an ntfy server (docs.ntfy.sh/publish). */
export interface NtfyMessage extends Notice {
  readonly priority: number;
  readonly tags: readonly string[];
  /** What a touch opens. */
  readonly click: string;
  readonly picture?: Uint8Array;
}

/** `3` is ntfy's default; `5` rings through silence. */
export function priorityOf({ event, on }: Occasion): number {
  if (on === 'clear') return 3;
  if (event.type === 'ring') return 5;
  return { info: 3, warning: 4, critical: 5 }[event.severity];
}

/** ntfy shows tags that it knows as a picture before the title. */
export function tagsOf({ event, on }: Occasion): readonly string[] {
  if (on === 'clear') return ['white_check_mark'];
  return [tagOfType[event.type]];
}

const tagOfType: Readonly<Record<DeviceEvent['type'], string>> = {
  alarm: 'rotating_light',
  ring: 'bell',
  fault: 'warning',
  message: 'speech_balloon',
  device: 'gear',
};

/** Sends a message; where the server takes no attachments, the words without the picture. */
export async function sendNtfy(
  topic: Secret,
  message: NtfyMessage,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<Attempt> {
  const { title, body, priority, tags, click, picture } = message;
  const headers = {
    title: encodeHeader(title),
    priority: String(priority),
    tags: tags.join(','),
    click,
    ...(authorization === undefined ? {} : { authorization }),
  };
  if (picture) {
    const sent = await sendOnce(topic.reveal(), {
      method: 'PUT',
      headers: {
        ...headers,
        message: encodeHeader(body),
        filename: 'picture.jpg',
        'content-type': 'image/jpeg',
      },
      body: Uint8Array.from(picture),
      signal,
    });
    // 400: attachments are switched off there; 413: too large; 429 only for attachments looks like any other.
    if (!('status' in sent) || (sent.status !== 400 && sent.status !== 413)) return attemptOf(sent);
  }
  return attemptOf(
    await sendOnce(topic.reveal(), {
      headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
      body,
      signal,
    }),
  );
}

/** Header values are ASCII; ntfy reads all else by RFC 2047, 4.1. */
function encodeHeader(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  return `=?UTF-8?B?${Buffer.from(line).toString('base64')}?=`;
}
