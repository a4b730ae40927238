import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../src/identity/base64url.ts';
import { generateKey, keyIdOf, publicKeyOf, sha256, sign, verify } from '../../src/identity/keys.ts';
import { joinStatement, loginStatement } from '../../src/identity/statements.ts';

describe('base64url', () => {
  it('gives back what it was given, in the alphabet of RFC 4648, 5', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(decodeBase64url(text)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it('takes one spelling of a value, and nothing else', () => {
    expect(decodeBase64url('AQ')).toEqual(new Uint8Array([1]));
    for (const text of ['AR', 'A', 'AQ==', 'A+/', ' AQ', 'ä']) expect(decodeBase64url(text)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = decodeBase64url(text);
        expect(bytes === undefined || encodeBase64url(bytes) === text).toBe(true);
      }),
    );
  });
});

describe('keys', () => {
  it('verifies what RFC 8032 signs (7.1, TEST 2)', async () => {
    const bytes = (hex: string) => encodeBase64url(Uint8Array.from(Buffer.from(hex, 'hex')));
    const publicKey = bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    const signature = bytes(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(await verify(publicKey, 'r', signature)).toBe(true);
    expect(await verify(publicKey, 's', signature)).toBe(false);
  });

  it('keeps a private key in its browser where it was made so', async () => {
    const { privateKey, publicKey } = await generateKey(false);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow();
    expect(await publicKeyOf({ publicKey })).toMatch(/^[\w-]{43}$/);
  });

  it('refuses a signature with any one bit turned, and one by another key', async () => {
    const pair = await generateKey(false);
    const publicKey = await publicKeyOf(pair);
    const signature = await sign(pair.privateKey, 'open');
    expect(await verify(publicKey, 'open', signature)).toBe(true);
    expect(await verify(await publicKeyOf(await generateKey(false)), 'open', signature)).toBe(false);
    const raw = decodeBase64url(signature) ?? new Uint8Array();
    for (let bit = 0; bit < raw.length * 8; bit += 1) {
      const bent = raw.slice();
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await verify(publicKey, 'open', encodeBase64url(bent))).toBe(false);
    }
  });

  it('says no to garbage, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (key, statement, signature) => {
        expect(await verify(key, statement, signature)).toBe(false);
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        async (key, signature) => {
          expect(await verify(encodeBase64url(key), 'x', encodeBase64url(signature))).toBe(false);
        },
      ),
    );
  });

  it('names a key by its hash', async () => {
    const publicKey = encodeBase64url(new Uint8Array(32));
    expect(await keyIdOf(publicKey)).toBe('Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU');
    await expect(keyIdOf('short')).rejects.toThrow(TypeError);
    expect(await sha256('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  });
});

describe('statements', () => {
  it('are unlike each other, whatever their parts', () => {
    const device = 'device';
    const key = 'key';
    const origin = 'https://porch.local';
    const login = loginStatement({ device, key, challenge: 'a', origin });
    expect(login).toBe('["vedette login 1","device","key","a","https://porch.local"]');
    expect(joinStatement({ device, key, invitation: 'a', secretHash: 'b', origin })).not.toBe(login);
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string()), fc.tuple(fc.string(), fc.string()), (one, other) => {
        const text = ([challenge, from]: [string, string]) =>
          loginStatement({ device, key, challenge, origin: from });
        expect(text(one) === text(other)).toBe(one[0] === other[0] && one[1] === other[1]);
      }),
    );
  });
});
