import { isIP } from 'node:net';
import { z } from 'zod';

/** The key `push` of a profile: how browsers are told. */
export const PushSettings = z.strictObject({
  contact: z
    .string()
    .regex(/^mailto:[^@\s]+@[^@\s]+$/, 'mailto:somebody@somewhere')
    .optional()
    .describe('Whom a push service may write to (RFC 8292, 2.1); the address of the page by default'),
  services: z
    .array(z.string().regex(/^[a-z0-9.-]+$/, 'a host name'))
    .default([])
    .describe('Push services beside those of the browsers; nothing is sent to any other host'),
});
export type PushSettings = z.output<typeof PushSettings>;

/** Where Chromium, Firefox, Edge and Safari take pushes; a leading dot stands for every host below. */
const browserServices = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '.notify.windows.com',
  '.push.apple.com',
];

/** Whether this is the address of a push service: a browser names it, and it must not name any other host. */
export function isPushService(endpoint: string, { services }: Pick<PushSettings, 'services'>): boolean {
  const url = URL.parse(endpoint);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  return [...browserServices, ...services].some((host) =>
    host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host,
  );
}

/** Whether this service takes pushes only from somebody it could write to: Apple's, for iPhones and Safari. */
export function needsContact(endpoint: string): boolean {
  return URL.parse(endpoint)?.hostname.endsWith('.push.apple.com') ?? false;
}

/**
 * Whether a push service could reach somebody there: an e-mail address, or a page that the world can find. With a
 * `.local` name or a bare address, Apple answers 403, BadJwtToken.
 */
export function isContactable(contact: string): boolean {
  if (contact.startsWith('mailto:')) return !/@([^@]*\.)?(localhost|local)$/i.test(contact);
  const url = URL.parse(contact);
  if (url?.protocol !== 'https:') return false;
  const { hostname } = url;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return false;
  return hostname.includes('.') && !/\.(local|localhost|internal|lan|home\.arpa)$/.test(hostname);
}
