/**
 * The service worker: shows what the device pushes while the page is closed, and opens the page. It keeps no files and
 * answers no requests, so that the page is always the device's newest.
 */

import { readPush } from './push-message.ts';

declare const self: ServiceWorkerGlobalScope;

/** What browsers know of notifications beyond the common part (Notifications API, 2). */
interface FullOptions extends NotificationOptions {
  readonly renotify: boolean;
  readonly timestamp: number;
  readonly vibrate: readonly number[];
  readonly image?: string;
  readonly actions: readonly { readonly action: string; readonly title: string }[];
}

const look = navigator.language.toLowerCase().startsWith('ru') ? 'Посмотреть' : 'Look';
const unreadable = { title: 'Vedette', body: '', tag: 'vedette', path: '/', time: 0, on: 'raise' } as const;

self.addEventListener('push', (event) => {
  // A push without a notification costs the page its permission, so that even an unreadable one is shown.
  const message = readPush(event.data?.text() ?? '') ?? { ...unreadable, type: 'device', severity: 'info' };
  const over = message.on === 'clear';
  const options: FullOptions = {
    body: message.body,
    tag: message.tag,
    renotify: !over,
    silent: over,
    requireInteraction: !over && (message.severity === 'critical' || message.type === 'ring'),
    timestamp: message.time,
    vibrate: over ? [] : [300, 200, 300],
    data: message.path,
    actions: over ? [] : [{ action: 'look', title: look }],
    ...('image' in message && message.image !== undefined ? { image: message.image } : {}),
  };
  event.waitUntil(self.registration.showNotification(message.title, options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data ?? '/')));
});

/** A page that is open comes to the front; it shows the alarm by itself. */
async function open(path: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages[0];
  if (page === undefined) await self.clients.openWindow(path);
  else await page.focus();
}
