import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Assertion, NewCredential } from '../../src/protocol/passkey.ts';

/** Bits of authenticator data (W3C WebAuthn, 6.1). */
const present = 0x01;
const verified = 0x04;
const attested = 0x40;

interface Ceremony {
  readonly challenge: string;
  readonly origin?: string;
  readonly rpId?: string;
  /** Whether its person was verified. */
  readonly uv?: boolean;
}

/** An authenticator in software, with one passkey (ES256), that does as it is told. */
export class SoftAuthenticator {
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #id = randomBytes(32);
  counter = 0;

  make({ challenge, ...said }: Ceremony): NewCredential {
    const length = Buffer.from([0, this.#id.length]);
    const data = Buffer.concat([
      ...[this.#head(said, attested), Buffer.alloc(16), length, this.#id, this.#publicKey()],
    ]);
    // CBOR (RFC 8949) of {fmt: "none", attStmt: {}, authData}.
    const attestation = Buffer.concat([
      Buffer.from([0xa3, 0x63]),
      Buffer.from('fmt'),
      Buffer.from([0x64]),
      Buffer.from('none'),
      Buffer.from([0x67]),
      Buffer.from('attStmt'),
      Buffer.from([0xa0, 0x68]),
      Buffer.from('authData'),
      Buffer.from([0x58, data.length]),
      data,
    ]);
    return {
      credential: this.#id.toString('base64url'),
      clientDataJSON: clientData('webauthn.create', challenge, said.origin).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
    };
  }

  use({ challenge, ...said }: Ceremony): Assertion {
    this.counter += 1;
    const data = this.#head(said, 0);
    const client = clientData('webauthn.get', challenge, said.origin);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    return {
      credential: this.#id.toString('base64url'),
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: createSign('SHA256').update(signed).sign(this.#pair.privateKey).toString('base64url'),
    };
  }

  #head({ rpId = 'porch.local', uv = true }: Omit<Ceremony, 'challenge'>, more: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const flags = Buffer.from([present | (uv ? verified : 0) | more]);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), flags, counter]);
  }

  /** COSE (RFC 9053, 7.1.1) of it. */
  #publicKey(): Buffer {
    const { x = '', y = '' } = this.#pair.publicKey.export({ format: 'jwk' });
    return Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
      Buffer.from(x, 'base64url'),
      Buffer.from([0x22, 0x58, 0x20]),
      Buffer.from(y, 'base64url'),
    ]);
  }
}

const clientData = (type: string, challenge: string, origin = 'https://porch.local:8480'): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
