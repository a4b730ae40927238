import type { KeyObject } from 'node:crypto';
import type { DtlsCertificate } from '../../../src/transport/dtls/certificate.ts';
import {
  writeCertificate,
  writeCertificateRequest,
  writeSigned,
} from '../../../src/transport/dtls/certificate-messages.ts';
import {
  extensionTypes,
  noRenegotiation,
  uncompressedPoints,
  writeNumbers,
  writeSrtpProfiles,
} from '../../../src/transport/dtls/extensions.ts';
import { packFlight } from '../../../src/transport/dtls/flight.ts';
import type { FlightPart } from '../../../src/transport/dtls/handshake.ts';
import {
  type HandshakeMessage,
  type HandshakeType,
  handshakeTypes,
  readFragments,
} from '../../../src/transport/dtls/handshake-message.ts';
import {
  readClientHello,
  readServerHello,
  writeClientHello,
  writeServerHello,
} from '../../../src/transport/dtls/hello.ts';
import {
  groups,
  makeKeyShare,
  readClientKeyExchange,
  readServerKeyExchange,
  writeClientKeyExchange,
  writeParameters,
  writeServerKeyExchange,
} from '../../../src/transport/dtls/key-exchange.ts';
import { extendedMasterSecret, finishedData, recordKeys } from '../../../src/transport/dtls/key-schedule.ts';
import { Reassembly } from '../../../src/transport/dtls/reassembly.ts';
import { contentTypes, readRecords } from '../../../src/transport/dtls/record.ts';
import { RecordLayer } from '../../../src/transport/dtls/record-layer.ts';
import { acceptedSchemes, ownScheme, signOwn } from '../../../src/transport/dtls/signatures.ts';
import { Transcript } from '../../../src/transport/dtls/transcript.ts';
import { srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { type End, ms } from './pair.ts';

/** What a scripted peer leaves out or falsifies; all its other messages agree with what it did send. */
export interface Script {
  readonly certificate: DtlsCertificate;
  /** Signs with this key in place of the certificate's. */
  readonly signWith?: KeyObject;
  readonly omit?: readonly (HandshakeType | 'changeCipherSpec')[];
  readonly scheme?: number;
  readonly signature?: (right: Uint8Array) => Uint8Array;
  readonly signed?: (right: Uint8Array) => Uint8Array;
  readonly finished?: (right: Uint8Array) => Uint8Array;
  readonly finishedInClear?: boolean;
  readonly certificates?: readonly Uint8Array[];
  readonly publicKey?: (right: Uint8Array) => Uint8Array;
  readonly hello?: Partial<{
    version: number;
    suite: number;
    extensions: (right: Map<number, Uint8Array>) => void;
  }>;
  /** The last word on what is sent, and in which order: of the server's first flight, and of both last ones. */
  readonly firstFlight?: (right: FlightPart[]) => FlightPart[];
  readonly lastFlight?: (right: FlightPart[]) => FlightPart[];
}

const zeros = new Uint8Array(32);
/** Header and one byte. */
const changeCipherSpecBytes = 14;

/** A peer that plays a handshake by hand, without loss, against an end of ours. */
class Scripted {
  protected readonly script: Script;
  protected readonly transcript = new Transcript();
  readonly records = new RecordLayer();
  readonly #reassembly = new Reassembly();
  readonly #end: End;
  #read = 0;

  constructor(end: End, script: Script) {
    this.#end = end;
    this.script = script;
    end.connection.start(ms(0));
  }

  /** Messages in the clear that our end sent since. */
  protected heard(): HandshakeMessage[] {
    const messages: HandshakeMessage[] = [];
    for (const datagram of this.#end.sent.slice(this.#read)) {
      for (const { epoch, type, fragment } of readRecords(datagram)) {
        if (epoch !== 0 || type !== contentTypes.handshake) continue;
        for (const piece of readFragments(fragment) ?? []) this.#reassembly.add(piece);
      }
    }
    this.#read = this.#end.sent.length;
    for (let message = this.#reassembly.take(); message; message = this.#reassembly.take())
      messages.push(message);
    return messages;
  }

  protected says(parts: readonly FlightPart[]): void {
    for (const datagram of packFlight(parts, this.records, 1_200))
      this.#end.connection.receive(datagram, ms(1));
  }

  /** Data in epoch 1, as if it were connected. */
  sendData(text: string): void {
    const record = this.records.write(contentTypes.applicationData, 1, Buffer.from(text));
    if (record) this.#end.connection.receive(record, ms(2));
  }

  /** A message in epoch 1. */
  sendProtected(part: HandshakeMessage): void {
    const datagrams = packFlight(['changeCipherSpec', part], this.records, 1_200);
    for (const datagram of datagrams) this.#end.connection.receive(datagram, ms(3));
  }

  protected keeps(type: HandshakeType | 'changeCipherSpec'): boolean {
    return !this.script.omit?.includes(type);
  }

  /** Numbers and hashes a message only when it is sent. */
  protected push(flight: FlightPart[], type: HandshakeType, body: () => Uint8Array): void {
    if (this.keeps(type)) flight.push(this.transcript.write(type, body()));
  }

  protected sign(bytes: Uint8Array) {
    const { signWith, certificate, scheme = ownScheme, signature = same, signed = same } = this.script;
    return { scheme, signature: signature(signOwn(signWith ?? certificate.key, signed(bytes))) };
  }

  protected finish(flight: FlightPart[], master: Uint8Array, sender: 'client' | 'server'): void {
    const proof = (this.script.finished ?? same)(finishedData(master, sender, this.transcript.hash()));
    if (this.keeps('changeCipherSpec')) flight.push('changeCipherSpec');
    this.push(flight, handshakeTypes.finished, () => proof);
    const sent = this.script.lastFlight?.(flight) ?? flight;
    const last = sent.at(-1)!;
    if (this.script.finishedInClear) {
      this.says(sent.slice(0, -1));
      this.says([last]);
    } else if (this.keeps('changeCipherSpec')) {
      this.says(sent);
    } else {
      // Protected without having said so.
      this.says(sent.slice(0, -1));
      const [datagram] = packFlight(['changeCipherSpec', last], this.records, 1_200);
      this.#end.connection.receive(datagram!.subarray(changeCipherSpecBytes), ms(1));
    }
  }
}

const same = (bytes: Uint8Array) => bytes;

/** Plays the client against our server. */
export class ScriptedClient extends Scripted {
  play(): this {
    const { script, transcript } = this;
    const extensions = new Map<number, Uint8Array>([
      [extensionTypes.renegotiationInfo, noRenegotiation],
      [extensionTypes.extendedMasterSecret, new Uint8Array(0)],
      [extensionTypes.supportedGroups, writeNumbers([groups.secp256r1])],
      [extensionTypes.ecPointFormats, uncompressedPoints],
      [extensionTypes.signatureAlgorithms, writeNumbers(acceptedSchemes)],
      [extensionTypes.useSrtp, writeSrtpProfiles([srtpProfiles.aeadAes128Gcm])],
    ]);
    script.hello?.extensions?.(extensions);
    const hello = transcript.write(
      handshakeTypes.clientHello,
      writeClientHello({
        version: script.hello?.version ?? 0xfefd,
        random: zeros,
        cookie: new Uint8Array(0),
        suites: [script.hello?.suite ?? 0xc02b],
        extensions,
      }),
    );
    this.says([hello]);
    const heard = this.heard();
    for (const message of heard) transcript.add(message);
    const find = (type: number) => heard.find((message) => message.type === type)?.body;
    const [helloBody, exchangeBody] = [
      find(handshakeTypes.serverHello),
      find(handshakeTypes.serverKeyExchange),
    ];
    if (!helloBody || !exchangeBody) return this;
    const randoms = { client: zeros, server: readServerHello(helloBody)!.random };
    const exchange = readServerKeyExchange(exchangeBody)!;
    const share = makeKeyShare(groups.secp256r1);
    const flight: FlightPart[] = [];
    this.push(flight, handshakeTypes.certificate, () =>
      writeCertificate(...(script.certificates ?? [script.certificate.der])),
    );
    this.push(flight, handshakeTypes.clientKeyExchange, () =>
      writeClientKeyExchange((script.publicKey ?? same)(share.publicKey)),
    );
    const master = extendedMasterSecret(share.agree(exchange.publicKey)!, transcript.hash());
    this.records.protect(recordKeys(master, randoms, 'client'));
    this.push(flight, handshakeTypes.certificateVerify, () => writeSigned(this.sign(transcript.bytes())));
    this.finish(flight, master, 'client');
    return this;
  }
}

/** Plays the server against our client. */
export class ScriptedServer extends Scripted {
  play(): this {
    const { script, transcript } = this;
    const [hello] = this.heard();
    transcript.add(hello!);
    const { random } = readClientHello(hello!.body)!;
    const randoms = { client: random, server: zeros };
    const share = makeKeyShare(groups.secp256r1);
    const extensions = new Map<number, Uint8Array>([
      [extensionTypes.renegotiationInfo, noRenegotiation],
      [extensionTypes.extendedMasterSecret, new Uint8Array(0)],
      [extensionTypes.useSrtp, writeSrtpProfiles([srtpProfiles.aeadAes128Gcm])],
    ]);
    script.hello?.extensions?.(extensions);
    const first: FlightPart[] = [];
    this.push(first, handshakeTypes.serverHello, () =>
      writeServerHello({
        version: script.hello?.version ?? 0xfefd,
        random: zeros,
        suite: script.hello?.suite ?? 0xc02b,
        extensions,
      }),
    );
    this.push(first, handshakeTypes.certificate, () =>
      writeCertificate(...(script.certificates ?? [script.certificate.der])),
    );
    this.push(first, handshakeTypes.serverKeyExchange, () => {
      const parameters = writeParameters({
        ...share,
        publicKey: (script.publicKey ?? same)(share.publicKey),
      });
      const signed = this.sign(Buffer.concat([random, zeros, parameters]));
      return writeServerKeyExchange(parameters, signed);
    });
    this.push(first, handshakeTypes.certificateRequest, () => writeCertificateRequest(acceptedSchemes));
    this.push(first, handshakeTypes.serverHelloDone, () => new Uint8Array(0));
    this.says(script.firstFlight?.(first) ?? first);
    const heard = this.heard();
    const exchange = heard.find(({ type }) => type === handshakeTypes.clientKeyExchange);
    if (!exchange) return this;
    const premaster = share.agree(readClientKeyExchange(exchange.body)!)!;
    let master: Uint8Array | undefined;
    for (const message of heard) {
      transcript.add(message);
      if (message === exchange) master = extendedMasterSecret(premaster, transcript.hash());
    }
    this.records.protect(recordKeys(master!, randoms, 'server'));
    // The client's Finished, which came protected and which anybody with the secret can write.
    const proof = finishedData(master!, 'client', transcript.hash());
    transcript.add({ type: handshakeTypes.finished, sequence: heard.at(-1)!.sequence + 1, body: proof });
    this.finish([], master!, 'server');
    return this;
  }
}
