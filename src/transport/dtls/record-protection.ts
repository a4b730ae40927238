import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { type DtlsRecord, versions } from './record.ts';

const explicitNonceBytes = 8;
const tagBytes = 16;
/** How much longer a sealed record is than its plaintext. */
export const sealExpansionBytes = explicitNonceBytes + tagBytes;

/** Write key and implicit part of the nonce of one direction (RFC 5288, 3). */
export interface TrafficKey {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/**
 * AES-128-GCM over the records of one direction (RFC 5288, 3; RFC 6347, 4.1.2.1). The explicit nonce is epoch and
 * sequence number, so whoever calls must never give a number twice.
 *
 * ```
 * | explicit nonce, 8 bytes | ciphertext | tag, 16 bytes |
 * ```
 */
export class RecordProtection {
  readonly #key: KeyObject;
  readonly #salt: Uint8Array;

  constructor({ key, salt }: TrafficKey) {
    this.#key = createSecretKey(key); // imported once: that is most of a cipher's cost
    this.#salt = salt;
  }

  seal(record: DtlsRecord): DtlsRecord {
    const sealed = Buffer.allocUnsafe(record.fragment.length + sealExpansionBytes);
    sealed.writeUInt16BE(record.epoch, 0);
    sealed.writeUIntBE(record.sequence, 2, 6);
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#nonce(sealed));
    cipher.setAAD(associatedData(record, record.fragment.length));
    sealed.set(cipher.update(record.fragment), explicitNonceBytes);
    cipher.final();
    sealed.set(cipher.getAuthTag(), sealed.length - tagBytes);
    return { ...record, fragment: sealed };
  }

  /** The plaintext, or nothing where the record is not the peer's. */
  open(record: DtlsRecord): Uint8Array | undefined {
    const { fragment } = record;
    const length = fragment.length - sealExpansionBytes;
    if (length < 0 || record.version !== versions.dtls12) return undefined;
    const decipher = createDecipheriv('aes-128-gcm', this.#key, this.#nonce(fragment), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(associatedData(record, length));
    decipher.setAuthTag(fragment.subarray(explicitNonceBytes + length));
    const plaintext = decipher.update(fragment.subarray(explicitNonceBytes, explicitNonceBytes + length));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  }

  #nonce(explicit: Uint8Array): Uint8Array {
    const nonce = Buffer.allocUnsafe(4 + explicitNonceBytes);
    nonce.set(this.#salt, 0);
    nonce.set(explicit.subarray(0, explicitNonceBytes), 4);
    return nonce;
  }
}

/** epoch | sequence number | type | version | length of the plaintext (RFC 5246, 6.2.3.3). */
function associatedData({ epoch, sequence, type, version }: DtlsRecord, length: number): Uint8Array {
  const data = Buffer.allocUnsafe(13);
  data.writeUInt16BE(epoch, 0);
  data.writeUIntBE(sequence, 2, 6);
  data.writeUInt8(type, 8);
  data.writeUInt16BE(version, 9);
  data.writeUInt16BE(length, 11);
  return data;
}
