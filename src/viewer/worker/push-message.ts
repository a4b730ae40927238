import type { PushMessage } from '../../protocol/push.ts';

/** What a notification is made of. */
export type PushWords = Pick<
  PushMessage,
  'title' | 'body' | 'tag' | 'path' | 'time' | 'severity' | 'on' | 'type'
> & {
  readonly image?: string;
};

/**
 * Reads what a push carried; undefined for what is not the device's. By hand, so that the worker stays small. A path
 * that leads elsewhere than to the device's own page is not followed.
 */
export function readPush(text: string): PushWords | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const message = value as Partial<Record<keyof PushMessage, unknown>>;
  const { title, body, tag, path, time, severity, on, type, image } = message;
  if (typeof title !== 'string' || typeof body !== 'string' || typeof tag !== 'string') return undefined;
  return {
    title,
    body,
    tag,
    path: isOwnPath(path) ? path : '/',
    time: typeof time === 'number' ? time : 0,
    severity: severity === 'critical' || severity === 'info' ? severity : 'warning',
    on: on === 'clear' || on === 'escalate' || on === 'fault' ? on : 'raise',
    type: type === 'ring' || type === 'fault' || type === 'message' || type === 'device' ? type : 'alarm',
    ...(isOwnPath(image) ? { image } : {}),
  };
}

const isOwnPath = (path: unknown): path is string => typeof path === 'string' && /^\/(?![/\\])/.test(path);
