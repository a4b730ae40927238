/** Being told when the page is closed: the service worker, and the device's list of browsers. */

import { z } from 'zod';
import type { PushRequest } from '../protocol/push.ts';
import type { Settings } from './settings.ts';

/** Whether this browser is told, or why it cannot be. `off-here`: the device sends none. */
export type PushState = 'on' | 'off' | 'insecure' | 'unsupported' | 'denied' | 'off-here';

const PushKey = z.object({ publicKey: z.string() });

/** Never throws. */
export async function pushState(): Promise<PushState> {
  if (!globalThis.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis)) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  if ((await publicKey()) === undefined) return 'off-here';
  return (await subscription()) === undefined ? 'off' : 'on';
}

/**
 * Asks for permission where it must be asked for, and has the device tell this browser.
 * @throws where the browser's push service or the device will not
 */
export async function switchPushOn(settings: Settings): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = await publicKey();
  if (key === undefined) return 'off-here';
  await navigator.serviceWorker.register(workerUrl());
  const { pushManager } = await navigator.serviceWorker.ready;
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await tell(made, settings);
  return 'on';
}

/** @throws where the device does not hear it */
export async function switchPushOff(): Promise<PushState> {
  const made = await subscription();
  if (made === undefined) return 'off';
  await made.unsubscribe();
  await request('DELETE', { endpoint: made.endpoint });
  return 'off';
}

/** The device keeps quiet hours, snooze and name with the subscription. Never throws: it is told again next time. */
export async function updatePush(settings: Settings): Promise<void> {
  const made = await subscription();
  if (made !== undefined) await tell(made, settings).catch(() => undefined);
}

async function subscription(): Promise<PushSubscription | undefined> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    return (await registration?.pushManager.getSubscription()) ?? undefined;
  } catch {
    return undefined; // a browser that forbids it in private windows
  }
}

async function tell(made: PushSubscription, { name, quiet, snoozeUntil }: Settings): Promise<void> {
  const { endpoint, keys } = made.toJSON();
  const body: PushRequest = {
    subscription: {
      endpoint: endpoint ?? made.endpoint,
      keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' },
    },
    name: name === '' ? browserName() : name,
    ...(quiet === undefined ? {} : { quiet }),
    ...(snoozeUntil === undefined ? {} : { snoozeUntil }),
  };
  await request('PUT', body);
}

async function request(method: 'PUT' | 'DELETE', body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/api/push', { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}`);
}

async function publicKey(): Promise<string | undefined> {
  try {
    const response = await fetch('/api/push', { headers: { accept: 'application/json' } });
    const parsed = response.ok ? PushKey.safeParse(await response.json()) : undefined;
    return parsed?.success && parsed.data.publicKey !== '' ? parsed.data.publicKey : undefined;
  } catch {
    return undefined;
  }
}

/** A name for a browser whose person gave none: what it runs on. */
const browserName = (): string => /Android|iPhone|iPad/.exec(navigator.userAgent)?.[0] ?? 'Browser';

/** As much of W3C Trusted Types as we need; what it makes passes for a text where texts alone are refused. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** The page's policy allows worker scripts of just this address. */
function workerUrl(): string {
  const url = '/sw.js';
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy('vedette', { createScriptURL: () => url });
  return policy?.createScriptURL(url) ?? url;
}
