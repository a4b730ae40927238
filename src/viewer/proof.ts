import { encodeBase64url } from '../identity/base64url.ts';
import type { AuditEntry } from '../protocol/access.ts';
import { snapshotUrl } from './history.ts';

/** What became of a picture that the trail names. */
export type Proof =
  /** It is the one that was taken: its hash is the trail's. */
  | { readonly state: 'true'; readonly picture: Blob }
  /** Another lies in its place. */
  | { readonly state: 'altered' }
  /** It is kept no longer. */
  | { readonly state: 'gone' }
  /** The device did not give it. */
  | { readonly state: 'failed' };

/** Whether an entry's picture may be there to be asked for. */
export const mayHavePicture = ({ picture, detail }: AuditEntry): boolean =>
  picture !== undefined && typeof detail?.event === 'string';

/**
 * Asks for an entry's picture and holds it to the hash in the trail. Never rejects.
 * @param ask `fetch`, unless a test has its own
 */
export async function prove(entry: AuditEntry, ask: typeof fetch = fetch): Promise<Proof> {
  try {
    // As the device has it now, not as this browser saw it once.
    const answer = await ask(snapshotUrl({ id: String(entry.detail?.event) }), { cache: 'no-store' });
    if (answer.status === 404) return { state: 'gone' };
    if (!answer.ok) return { state: 'failed' };
    const bytes = await answer.arrayBuffer();
    const hash = encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
    if (hash !== entry.picture) return { state: 'altered' };
    return { state: 'true', picture: new Blob([bytes], { type: 'image/jpeg' }) };
  } catch {
    return { state: 'failed' };
  }
}
