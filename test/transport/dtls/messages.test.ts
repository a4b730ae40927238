import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAlert } from '../../../src/transport/dtls/alert.ts';
import { ByteReader } from '../../../src/transport/dtls/byte-reader.ts';
import {
  readCertificate,
  readCertificateRequest,
  readSigned,
  writeCertificate,
  writeCertificateRequest,
  writeSigned,
} from '../../../src/transport/dtls/certificate-messages.ts';
import {
  readExtensions,
  readNumbers,
  readSrtpProfiles,
  readVersions,
} from '../../../src/transport/dtls/extensions.ts';
import { readFragments, writeFragment } from '../../../src/transport/dtls/handshake-message.ts';
import {
  readClientHello,
  readHelloVerifyRequest,
  readServerHello,
  writeClientHello,
  writeServerHello,
} from '../../../src/transport/dtls/hello.ts';
import {
  acceptedGroups,
  makeKeyShare,
  readClientKeyExchange,
  readServerKeyExchange,
  writeClientKeyExchange,
  writeParameters,
  writeServerKeyExchange,
} from '../../../src/transport/dtls/key-exchange.ts';
import { contentTypes, readRecords, writeRecord } from '../../../src/transport/dtls/record.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const number16 = fc.nat(0xffff);
const extensions = fc
  .array(fc.tuple(number16, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 })
  .map((entries) => new Map(entries));

/** Every reader, as one that takes anything. */
const readers: Readonly<Record<string, (body: Uint8Array) => unknown>> = {
  readAlert,
  readCertificate,
  readCertificateRequest,
  readClientHello,
  readClientKeyExchange,
  readExtensions: (body) => readExtensions(new ByteReader(body)),
  readFragments,
  readHelloVerifyRequest,
  readNumbers,
  readRecords,
  readServerHello,
  readServerKeyExchange,
  readSigned,
  readSrtpProfiles,
  readVersions,
};

test.each(Object.keys(readers))('%s takes any bytes without throwing', (name) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (body) => void readers[name]!(body)));
});

/** Each structure that was written, with what reads it. */
const written = {
  'a client hello': fc
    .record({
      version: number16,
      random: bytes(32),
      cookie: fc.uint8Array({ maxLength: 255 }),
      suites: fc.array(number16),
      extensions,
    })
    .map((hello) => ({ value: hello as unknown, body: writeClientHello(hello), read: readClientHello })),
  'a server hello': fc
    .record({ version: number16, random: bytes(32), suite: number16, extensions })
    .map((hello) => ({ value: hello as unknown, body: writeServerHello(hello), read: readServerHello })),
  'a certificate chain': fc
    .array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 })
    .map((chain) => ({ value: chain as unknown, body: writeCertificate(...chain), read: readCertificate })),
  'a certificate request': fc.array(number16).map((schemes) => ({
    value: { types: Uint8Array.of(64, 1), schemes } as unknown,
    body: writeCertificateRequest(schemes),
    read: readCertificateRequest,
  })),
  'a signature': fc
    .record({ scheme: number16, signature: fc.uint8Array({ maxLength: 300 }) })
    .map((signed) => ({ value: signed as unknown, body: writeSigned(signed), read: readSigned })),
  'a client key exchange': fc.uint8Array({ maxLength: 255 }).map((key) => ({
    value: key as unknown,
    body: writeClientKeyExchange(key),
    read: readClientKeyExchange,
  })),
  'a server key exchange': fc
    .record({
      group: fc.constantFrom(...acceptedGroups),
      publicKey: fc.uint8Array({ maxLength: 255 }),
      scheme: number16,
      signature: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ group, publicKey, ...signed }) => {
      const parameters = writeParameters({ group, publicKey, agree: () => undefined });
      return {
        value: { group, publicKey, parameters, ...signed } as unknown,
        body: writeServerKeyExchange(parameters, signed),
        read: readServerKeyExchange,
      };
    }),
};

/** Compared by what they hold, Buffer or not. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return [...value].map(([key, data]) => [key, plain(data)]);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

describe.each(Object.keys(written) as (keyof typeof written)[])('%s', (name) => {
  const structures = written[name] as fc.Arbitrary<{
    value: unknown;
    body: Uint8Array;
    read: (body: Uint8Array) => unknown;
  }>;

  test('is read as it was written', () => {
    fc.assert(
      fc.property(structures, ({ value, body, read }) => {
        expect(plain(read(body))).toEqual(plain(value));
      }),
    );
  });

  test('is nothing where it is cut anywhere, or goes on', () => {
    fc.assert(
      fc.property(structures, fc.nat(), ({ value, body, read }, where) => {
        const cut = where % body.length;
        // A hello may end before its extensions (RFC 5246, 7.4.1.2).
        const length = (value as { extensions?: unknown }).extensions ? beforeExtensions(body, value) : -1;
        if (cut !== length) expect(read(body.subarray(0, cut))).toBeUndefined();
        expect(read(Buffer.concat([body, Buffer.alloc(1)]))).toBeUndefined();
      }),
    );
  });
});

function beforeExtensions(body: Uint8Array, value: unknown): number {
  const { extensions: map } = value as { extensions: Map<number, Uint8Array> };
  return body.length - 2 - [...map.values()].reduce((sum, data) => sum + 4 + data.length, 0);
}

test('records are read as they were written, and the reading ends at the first bad one', () => {
  const record = fc.record({
    type: fc.constantFrom(...Object.values(contentTypes)),
    version: fc.constantFrom(0xfeff, 0xfefd),
    epoch: number16,
    sequence: fc.nat(2 ** 48 - 1),
    fragment: fc.uint8Array({ maxLength: 100 }),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), fc.uint8Array({ maxLength: 12 }), (records, rest) => {
      const datagram = Buffer.concat([...records.map(writeRecord), rest]);
      expect(plain(readRecords(datagram))).toEqual(plain(records));
    }),
  );
});

test('fragments are read as they were written, and only whole and within their message', () => {
  const fragment = fc
    .record({
      type: fc.nat(255),
      sequence: number16,
      offset: fc.nat(100),
      bytes: fc.uint8Array({ maxLength: 100 }),
      more: fc.nat(100),
    })
    .map(({ more, ...rest }) => ({ ...rest, length: rest.offset + rest.bytes.length + more }));
  fc.assert(
    fc.property(fc.array(fragment, { minLength: 1, maxLength: 4 }), fc.nat(), (fragments, where) => {
      const record = Buffer.concat(fragments.map(writeFragment));
      expect(plain(readFragments(record))).toEqual(plain(fragments));
      const ends = fragments.map(
        (_, index) => Buffer.concat(fragments.slice(0, index).map(writeFragment)).length,
      );
      const cut = where % record.length;
      if (!ends.includes(cut)) expect(readFragments(record.subarray(0, cut))).toBeUndefined();
    }),
  );
  expect(
    readFragments(writeFragment({ type: 1, sequence: 0, length: 3, offset: 2, bytes: new Uint8Array(2) })),
  ).toBeUndefined();
});

test('an extension that stands twice is refused', () => {
  const twice = Buffer.from('00080017000000170000', 'hex');
  expect(readExtensions(new ByteReader(twice))).toBeUndefined();
  expect(readExtensions(new ByteReader(twice.subarray(0, 0)))).toEqual(new Map());
});

test.each(acceptedGroups)('two shares of group %i agree, and on nothing with what is no share', (group) => {
  const [one, other] = [makeKeyShare(group), makeKeyShare(group)];
  const secret = one.agree(other.publicKey);
  expect(secret).toEqual(other.agree(one.publicKey));
  expect(secret!.length).toBeGreaterThanOrEqual(32);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (rubbish) => {
      if (group !== 29 || rubbish.length !== 32) expect(one.agree(rubbish)).toBeUndefined();
    }),
  );
  expect(one.agree(new Uint8Array(one.publicKey.length))).toBeUndefined();
  expect(one.agree(other.publicKey.with(0, 2))?.length).toBe(group === 29 ? 32 : undefined);
});
