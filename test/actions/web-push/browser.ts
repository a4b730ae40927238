import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import type { PushRequest } from '../../../src/protocol/push.ts';

/** A browser that subscribed: it has the keys, so it can read what was pushed (RFC 8291, 3; RFC 8188, 2). */
export class Browser {
  readonly request: PushRequest;
  readonly #key = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  constructor(endpoint: string, about: Omit<PushRequest, 'subscription'> = { name: 'Ada' }) {
    const p256dh = this.#key.generateKeys('base64url');
    this.request = {
      subscription: { endpoint, keys: { p256dh, auth: this.#auth.toString('base64url') } },
      ...about,
    };
  }

  /** @throws Error where it is not for this browser */
  read(body: Uint8Array): unknown {
    const bytes = Buffer.from(body);
    const salt = bytes.subarray(0, 16);
    const keyLength = bytes.readUInt8(20);
    const sender = bytes.subarray(21, 21 + keyLength);
    const record = bytes.subarray(21 + keyLength);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#key.getPublicKey(), sender]);
    const secret = Buffer.from(hkdfSync('sha256', this.#key.computeSecret(sender), this.#auth, info, 32));
    const derive = (name: string, length: number) =>
      Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(record.subarray(-16));
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString());
  }
}

/** What a push service checks (RFC 8292, 2): the claims, where the signature is by the key beside it. */
export function readVapid(authorization: string | null) {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization ?? '') ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
    format: 'jwk',
  });
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  return { signed, key, aud, sub, leftS: exp - Date.now() / 1000 };
}
