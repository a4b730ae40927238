import { z } from 'zod';
import { KeypadDescription } from '../protocol/keypad.ts';
import { mayVisit, type Scope } from '../protocol/scope.ts';
import { FeedDescription } from '../protocol/signaling.ts';
import { post, type SignIn, signIn } from './sign-in.ts';

/** What `GET /api/device` says to whoever is let in. */
export const DeviceDescription = z.object({
  device: z.string(),
  title: z.string(),
  feeds: z.array(FeedDescription),
  /** The device itself is asked over a secure origin. */
  secure: z.boolean(),
  /** It is met at a broker: this page is not its own. */
  away: z.boolean().optional(),
  /** Where the same page is secure. */
  httpsUrl: z.string().optional(),
  scopes: z.array(z.string()),
  /** What they may give to others, where this page shows less than they may. */
  gives: z.array(z.string()).optional(),
  /** Whom the device knows this browser as; null for who came by its printed link. */
  person: z.object({ id: z.string(), name: z.string() }).nullish(),
  /** What an invitation's id and secret are added to, for a page that does not need this address. */
  inviteLink: z.string().optional(),
  /** Where a code can be typed; absent where nowhere, or for whoever may give none. */
  keypads: z.array(KeypadDescription).optional(),
  /** Where the device lives, an IANA time zone. */
  zone: z.string().optional(),
});
export type DeviceDescription = z.infer<typeof DeviceDescription>;

export type Admission =
  | { readonly type: 'admitted'; readonly device: DeviceDescription }
  | { readonly type: 'unauthorized'; readonly because: SignIn }
  /** The device knows who asks, and does not let them look at this time; `name` where it says whom it knows. */
  | { readonly type: 'not-now'; readonly name: string | undefined }
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
    const response = await post('/api/session', { secret });
    if (response.ok) return 'redeemed';
    return response.status === 429 ? 'wait' : 'wrong';
  } catch {
    return 'none'; // the device is out of reach, which asking for it will say
  }
}

/** Who is at the far end, and whether we are let in: by the cookie, else once by this browser's key. Never throws. */
export async function askDevice(): Promise<Admission> {
  const answer = await ask();
  if (answer !== 'stranger') return answer;
  const because = await signIn();
  if (because === 'unreachable') return { type: 'unreachable' };
  const again = because === 'signed-in' ? await ask() : answer;
  return again === 'stranger' ? { type: 'unauthorized', because } : again;
}

async function ask(): Promise<Admission | 'stranger'> {
  try {
    const response = await fetch('/api/device', { headers: { accept: 'application/json' } });
    if (response.status === 401) return 'stranger';
    if (response.status === 403) return { type: 'not-now', name: undefined };
    const device = response.ok ? DeviceDescription.safeParse(await response.json()).data : undefined;
    if (device === undefined) return { type: 'unreachable' };
    // Whom the device knows is told who they are, also while they may do nothing.
    return mayVisit(device.scopes as Scope[])
      ? { type: 'admitted', device }
      : { type: 'not-now', name: device.person?.name };
  } catch {
    return { type: 'unreachable' };
  }
}
