import { alerts, readAlert, writeAlert } from '../../../src/transport/dtls/alert.ts';
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
import {
  handshakeTypes,
  readFragments,
  writeFragment,
  writeMessage,
} from '../../../src/transport/dtls/handshake-message.ts';
import {
  readClientHello,
  readHelloVerifyRequest,
  readServerHello,
  writeClientHello,
  writeServerHello,
} from '../../../src/transport/dtls/hello.ts';
import { readClientKeyExchange, readServerKeyExchange } from '../../../src/transport/dtls/key-exchange.ts';
import { Reassembly } from '../../../src/transport/dtls/reassembly.ts';
import { contentTypes, readRecords, versions, writeRecord } from '../../../src/transport/dtls/record.ts';
import { hex } from '../hex.ts';
import { type FuzzTarget, promise } from '../target.ts';

const extensions = new Map([
  [14, hex('0004 0007 0001 00')],
  [10, hex('0004 001d 0017')],
  [11, hex('0100')],
  [13, hex('0004 0403 0401')],
  [23, hex('')],
  [43, hex('02 fefd')],
]);
const random = Buffer.alloc(32, 1);
const bodies: readonly (readonly [type: number, body: Uint8Array])[] = [
  [
    handshakeTypes.clientHello,
    writeClientHello({
      version: versions.dtls12,
      random,
      cookie: Buffer.alloc(8, 2),
      suites: [0xc02b, 0xc02f],
      extensions,
    }),
  ],
  [
    handshakeTypes.serverHello,
    writeServerHello({ version: versions.dtls12, random, suite: 0xc02b, extensions }),
  ],
  [handshakeTypes.helloVerifyRequest, hex('feff 08 0102030405060708')],
  [handshakeTypes.certificate, writeCertificate(Buffer.alloc(200, 3), Buffer.alloc(100, 4))],
  [handshakeTypes.certificateRequest, writeCertificateRequest([0x0403, 0x0401])],
  [
    handshakeTypes.serverKeyExchange,
    Buffer.concat([
      hex('03001d20'),
      Buffer.alloc(32, 5),
      writeSigned({ scheme: 0x0403, signature: Buffer.alloc(70, 6) }),
    ]),
  ],
  [handshakeTypes.clientKeyExchange, Buffer.concat([hex('20'), Buffer.alloc(32, 5)])],
  [handshakeTypes.certificateVerify, writeSigned({ scheme: 0x0403, signature: Buffer.alloc(70, 6) })],
  [handshakeTypes.finished, Buffer.alloc(12, 7)],
];
const messages = bodies.map(([type, body], sequence) => writeMessage({ type, sequence, body }));
const record = (
  fragment: Uint8Array,
  type: (typeof contentTypes)[keyof typeof contentTypes] = contentTypes.handshake,
) => writeRecord({ type, version: versions.dtls12, epoch: 0, sequence: 1, fragment });
const cut = (message: Uint8Array, sequence: number, pieces: number) =>
  Array.from({ length: pieces }, (_, piece) => {
    const body = message.subarray(12);
    const from = Math.floor((body.length * piece) / pieces);
    const to = Math.floor((body.length * (piece + 1)) / pieces);
    return writeFragment({
      type: message[0] as number,
      sequence,
      length: body.length,
      offset: from,
      bytes: body.subarray(from, to),
    });
  });

/** As the reassembly promises. */
const maxKeptBytes = 16_384;

export const target: FuzzTarget = {
  about: 'a datagram of DTLS: records, fragments, and the body of every handshake message',
  seeds: [
    ...messages.map((message) => record(message)),
    Buffer.concat(messages.slice(0, 3).map((message) => record(message))),
    record(Buffer.concat(messages)),
    Buffer.concat(
      cut(messages[0] as Uint8Array, 0, 3)
        .toReversed()
        .map((piece) => record(piece)),
    ),
    record(writeAlert(alerts.closeNotify), contentTypes.alert),
    record(Buffer.of(1), contentTypes.changeCipherSpec),
  ],
  words: ['16fefd', '15fefd0000', 'feff', '000000', 'ffffff', '004000', '000e', '002b', '00000000ffff'].map(
    hex,
  ),
  take(input) {
    const reassembly = new Reassembly();
    for (const { type, fragment } of readRecords(input)) {
      if (type === contentTypes.alert) readAlert(fragment);
      if (type !== contentTypes.handshake) continue;
      for (const piece of readFragments(fragment) ?? []) {
        reassembly.add(piece);
        promise(reassembly.keptBytes <= maxKeptBytes, 'what waits is bounded');
      }
      for (let message = reassembly.take(); message; message = reassembly.take()) readBody(message.body);
    }
  },
  steps: { fixed: 500, perByte: 60 },
  // Each message that begins may claim 16 KiB, and one of 12 bytes can begin one.
  bytes: { fixed: 1_000, perByte: 20 },
};

/** Whatever its type says: a body is read as everything it could be. */
function readBody(body: Uint8Array): void {
  const hello = readClientHello(body) ?? readServerHello(body);
  readHelloVerifyRequest(body);
  readCertificate(body);
  readCertificateRequest(body);
  readServerKeyExchange(body);
  readClientKeyExchange(body);
  readSigned(body);
  readExtensions(new ByteReader(body));
  for (const data of hello?.extensions.values() ?? [body]) {
    readSrtpProfiles(data);
    readNumbers(data);
    readVersions(data);
  }
}
