import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64url } from '../../src/identity/base64url.ts';
import { readRecoveryCode, recoveryInvitation, writeRecoveryCode } from '../../src/identity/recovery-code.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(encodeBase64url);

describe('a recovery code', () => {
  it('is seven groups of four, and gives its secret back', () => {
    expect(writeRecoveryCode(encodeBase64url(new Uint8Array(16)))).toBe('0000-0000-0000-0000-0000-0000-0000');
    fc.assert(
      fc.property(secrets, (secret) => {
        const code = writeRecoveryCode(secret);
        expect(code).toMatch(new RegExp(`^([${alphabet}]{4}-){6}[${alphabet}]{4}$`));
        expect(readRecoveryCode(code)).toBe(secret);
      }),
    );
  });

  it('is read however people type it: case, spaces, dashes, O for 0, I and L for 1', () => {
    const separators = fc.constantFrom('', ' ', '-', ' – ', '\t', '\n');
    fc.assert(
      fc.property(
        secrets,
        fc.infiniteStream(fc.tuple(fc.boolean(), fc.nat(2), separators)),
        (secret, ways) => {
          let typed = '';
          for (const character of writeRecoveryCode(secret).replaceAll('-', '')) {
            const [lower, other, separator] = ways.next().value;
            const alike = { '0': '0Oo', '1': 'IL1' }[character]?.[other] ?? character;
            typed += `${lower ? alike.toLowerCase() : alike}${separator}`;
          }
          expect(readRecoveryCode(typed)).toBe(secret);
        },
      ),
    );
  });

  it('with any one character wrong is none', () => {
    fc.assert(
      fc.property(secrets, fc.nat(27), fc.nat(30), (secret, place, other) => {
        const plain = writeRecoveryCode(secret).replaceAll('-', '');
        const wrong = alphabet.replace(plain[place] as string, '')[other] as string;
        expect(readRecoveryCode(`${plain.slice(0, place)}${wrong}${plain.slice(place + 1)}`)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('with two neighbours exchanged is none', () => {
    fc.assert(
      fc.property(secrets, fc.nat(26), (secret, place) => {
        const plain = writeRecoveryCode(secret).replaceAll('-', '');
        const [one, other] = [plain[place], plain[place + 1]];
        fc.pre(one !== other);
        expect(
          readRecoveryCode(`${plain.slice(0, place)}${other}${one}${plain.slice(place + 2)}`),
        ).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one spelling of one secret, whatever else is typed', () => {
    expect(readRecoveryCode('')).toBeUndefined();
    expect(readRecoveryCode('8000-0000-0000-0000-0000-0000-0000')).toBeUndefined();
    // A multiple of the prime, by a check that is more than the prime.
    expect(readRecoveryCode('0000-0000-0000-0000-0000-0000-00ZX')).toBeUndefined();
    const typed = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 28, maxLength: 28 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), typed), (text) => {
        const secret = readRecoveryCode(text);
        if (secret !== undefined) expect(readRecoveryCode(writeRecoveryCode(secret))).toBe(secret);
      }),
    );
  });

  it('names its invitation, and is not to be had from it', async () => {
    const secret = encodeBase64url(new Uint8Array(16));
    const id = await recoveryInvitation(secret);
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(await recoveryInvitation(secret)).toBe(id);
    expect(id).not.toBe(secret);
  });
});
