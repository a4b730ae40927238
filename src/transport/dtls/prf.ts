import { createHmac } from 'node:crypto';

/** The pseudorandom function with P_SHA256, which every suite of ours uses (RFC 5246, 5). */
export function prf(secret: Uint8Array, label: string, seed: Uint8Array, bytes: number): Uint8Array {
  const labelled = Buffer.concat([Buffer.from(label, 'latin1'), seed]);
  const output: Uint8Array[] = [];
  let chained = hmac(secret, labelled);
  for (let made = 0; made < bytes; made += chained.length) {
    output.push(hmac(secret, chained, labelled));
    chained = hmac(secret, chained);
  }
  return Buffer.concat(output).subarray(0, bytes);
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
