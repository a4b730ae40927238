import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { sha256 } from './keys.ts';

// What an owner writes down for the day their phone is gone: 128 random bits in Crockford's base32
// (https://www.crockford.com/base32.html), whose letters are hard to take for one another, then two characters that make the
// whole a multiple of a prime. 1021 finds every wrong character and every two that changed places.

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const secretBytes = 16;
/** 26 of the secret, 2 of the check. */
const length = 28;
const groupLength = 4;
const checkRange = 1024n;
const prime = 1021n;

/** `4F7K-…`, of a secret of 16 bytes in base64url. */
export function writeRecoveryCode(secret: string): string {
  const bytes = decodeBase64url(secret);
  if (bytes?.length !== secretBytes) throw new TypeError('no secret of 16 bytes');
  const shifted = numberOf(bytes) * checkRange;
  let rest = shifted + ((prime - (shifted % prime)) % prime);
  let code = '';
  for (let n = 0; n < length; n++) {
    if (n > 0 && n % groupLength === 0) code = `-${code}`;
    code = `${alphabet[Number(rest % 32n)]}${code}`;
    rest /= 32n;
  }
  return code;
}

/**
 * The secret of a code as people type it: in any case, with spaces or dashes or none, O for 0, I or L for 1.
 * @returns undefined where a character is wrong, missing or too many: no device has such a code
 */
export function readRecoveryCode(typed: string): string | undefined {
  const plain = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (plain.length !== length) return undefined;
  let number = 0n;
  for (const character of plain) {
    const value = alphabet.indexOf(character);
    if (value === -1) return undefined;
    number = number * 32n + BigInt(value);
  }
  if (number % prime !== 0n || number % checkRange >= prime) return undefined;
  const bytes = bytesOf(number / checkRange);
  return bytes && encodeBase64url(bytes);
}

/** The id of the invitation that a code opens: whoever types the code need not be told it. */
export async function recoveryInvitation(secret: string): Promise<string> {
  const hash = decodeBase64url(await sha256(JSON.stringify(['vedette recovery 1', secret])));
  return encodeBase64url((hash ?? new Uint8Array()).slice(0, secretBytes));
}

const numberOf = (bytes: Uint8Array): bigint =>
  bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);

/** Undefined where it is more than a secret holds. */
function bytesOf(number: bigint): Uint8Array | undefined {
  const bytes = new Uint8Array(secretBytes);
  let rest = number;
  for (let n = secretBytes - 1; n >= 0; n--) {
    bytes[n] = Number(rest % 256n);
    rest /= 256n;
  }
  return rest === 0n ? bytes : undefined;
}
