/**
 * The texts that keys sign. Each is a JSON array of strings that begins with its purpose and version: no signature made
 * for one purpose is good for another, and no two lists of parts make the same text.
 */
const statement = (purpose: string, ...parts: readonly string[]): string =>
  JSON.stringify([purpose, ...parts]);

/** A person's key asks for a session of the page. */
export const loginStatement = (parts: {
  /** The device's id. */
  readonly device: string;
  /** The person's public key. */
  readonly key: string;
  /** What the device gave to be signed, once. */
  readonly challenge: string;
  /** The page's, as the browser says it: a page from elsewhere cannot use it here. */
  readonly origin: string;
}): string => statement('vedette login 1', parts.device, parts.key, parts.challenge, parts.origin);

/** A person's key takes up an invitation. */
export const joinStatement = (parts: {
  readonly device: string;
  readonly key: string;
  /** The invitation's id. */
  readonly invitation: string;
  /** SHA-256 of its secret: the signature itself gives nothing away. */
  readonly secretHash: string;
  readonly origin: string;
}): string =>
  statement('vedette join 1', parts.device, parts.key, parts.invitation, parts.secretHash, parts.origin);

/** A person's key asks to be let in by the device's button. */
export const presenceStatement = (parts: {
  readonly device: string;
  readonly key: string;
  /** What the device gave to be signed, once: an old wish is no wish. */
  readonly challenge: string;
  readonly origin: string;
}): string => statement('vedette presence 1', parts.device, parts.key, parts.challenge, parts.origin);

/** A person's passkey proves who asked to open a lock; its SHA-256 is the challenge of WebAuthn. */
export const passkeyStatement = (parts: {
  readonly device: string;
  /** The id of the request to open it. */
  readonly request: string;
  readonly lock: string;
  /** Of the device, which that request spent. */
  readonly challenge: string;
}): string => statement('vedette passkey 1', parts.device, parts.request, parts.lock, parts.challenge);

interface SealedEnds {
  readonly session: string;
  /** The device's public key. */
  readonly device: string;
  /** The person's public key. */
  readonly person: string;
}

/** A person's key begins a sealed conversation with a device. */
export const helloStatement = (
  parts: SealedEnds & { readonly sealKey: string; readonly eph: string; readonly nonce: string },
): string =>
  statement(
    'vedette hello 1',
    parts.session,
    parts.device,
    parts.person,
    parts.sealKey,
    parts.eph,
    parts.nonce,
  );

/** A device answers. */
export const welcomeStatement = (
  parts: SealedEnds & {
    readonly eph: string;
    readonly nonce: string;
    /** The viewer's nonce. */
    readonly answers: string;
  },
): string =>
  statement(
    'vedette welcome 1',
    parts.session,
    parts.device,
    parts.person,
    parts.eph,
    parts.nonce,
    parts.answers,
  );

/** Either side says something. */
export const recordStatement = (
  parts: SealedEnds & {
    readonly role: 'viewer' | 'device';
    /** The other side's nonce. */
    readonly nonce: string;
    readonly seq: number;
    readonly text: string;
  },
): string =>
  statement(
    'vedette record 1',
    ...[parts.session, parts.device, parts.person, parts.role, parts.nonce, String(parts.seq), parts.text],
  );

/** A device's key names the one that follows it; both sign. */
export const successionStatement = (parts: {
  readonly number: number;
  readonly from: string;
  readonly to: string;
  /** Wall time in ms. */
  readonly time: number;
  /** How many heads of the trail there are. */
  readonly heads: number;
}): string =>
  statement(
    'vedette succession 1',
    ...[parts.from, parts.to, String(parts.number), String(parts.time), String(parts.heads)],
  );

/** A device's key vouches for the one that is sealed to. */
export const sealKeyStatement = (parts: {
  /** The device's public key. */
  readonly device: string;
  /** X25519. */
  readonly sealKey: string;
}): string => statement('vedette seal key 1', parts.device, parts.sealKey);
