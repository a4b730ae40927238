import { z } from 'zod';
import { FeedDescription } from '../protocol/signaling.ts';

/** What `GET /api/device` says to whoever is let in. */
export const DeviceDescription = z.object({
  device: z.string(),
  title: z.string(),
  feeds: z.array(FeedDescription),
  /** The device itself is asked over a secure origin. */
  secure: z.boolean(),
  /** Where the same page is secure. */
  httpsUrl: z.string().optional(),
  scopes: z.array(z.string()),
  /** Where the device lives, an IANA time zone. */
  zone: z.string().optional(),
});
export type DeviceDescription = z.infer<typeof DeviceDescription>;

export type Admission =
  | { readonly type: 'admitted'; readonly device: DeviceDescription }
  | { readonly type: 'unauthorized' }
  /** No answer, or none of ours. */
  | { readonly type: 'unreachable' };

/** What became of the secret in the address. `wait`: too many wrong ones were tried (429). */
export type Redemption = 'none' | 'redeemed' | 'wrong' | 'wait';

/**
 * Takes the secret out of the address at once, so that it is in no history, bookmark or screenshot, and trades it for
 * a cookie that scripts cannot read.
 * Never throws.
 */
export async function redeemSecret(): Promise<Redemption> {
  const secret = location.hash.slice(1);
  if (secret === '') return 'none';
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    const response = await fetch('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });
    if (response.ok) return 'redeemed';
    return response.status === 429 ? 'wait' : 'wrong';
  } catch {
    return 'none'; // the device is out of reach, which asking for it will say
  }
}

/** Who is at the far end, and whether we are let in. Never throws. */
export async function askDevice(): Promise<Admission> {
  try {
    const response = await fetch('/api/device', { headers: { accept: 'application/json' } });
    if (response.status === 401 || response.status === 403) return { type: 'unauthorized' };
    const parsed = response.ok ? DeviceDescription.safeParse(await response.json()) : undefined;
    return parsed?.success ? { type: 'admitted', device: parsed.data } : { type: 'unreachable' };
  } catch {
    return { type: 'unreachable' };
  }
}
