import { z } from 'zod';
import { base64url } from '../protocol/base64url.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';

/** Where a device is met that the page's own address does not lead to. */
export const Away = z.strictObject({
  /** What people read, before the device itself says it. */
  title: z.string().min(1).max(100),
  /** The device's Ed25519 key. */
  device: base64url(32),
  /** Its X25519 key. */
  seal: base64url(32),
  /** The broker's WebSocket address; no password in it. */
  broker: z
    .string()
    .max(300)
    .regex(/^wss?:\/\/[^\s/@]+(\/\S*)?$/),
  /** What its topics begin with. */
  topic: z
    .string()
    .max(100)
    .regex(/^[\w-]+(\/[\w-]+)*$/),
});
export type Away = z.infer<typeof Away>;

/** The value of `at=` in a link's fragment. */
export function writeAway(away: Away): string {
  return encodeBase64url(new TextEncoder().encode(JSON.stringify(away)));
}

/** What `at=` says, or undefined where it says nothing that can be used. Never throws. */
export function readAway(text: string): Away | undefined {
  const bytes = decodeBase64url(text);
  if (bytes === undefined) return undefined;
  try {
    return Away.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}
