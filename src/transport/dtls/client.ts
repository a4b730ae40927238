import type { SrtpProfile } from '../srtp/keys.ts';
import { join, sameBytes } from './bytes.ts';
import {
  type CertificateRequest,
  readCertificateRequest,
  writeCertificate,
  writeSigned,
} from './certificate-messages.ts';
import {
  type Extensions,
  extensionTypes,
  noRenegotiation,
  readSrtpProfiles,
  uncompressedPoints,
  writeNumbers,
  writeSrtpProfiles,
} from './extensions.ts';
import { type Handshake, type HandshakeOptions, onward, refuse, type Step } from './handshake.ts';
import { type HandshakeMessage, handshakeTypes } from './handshake-message.ts';
import {
  cipherSuites,
  randomBytesOfHello,
  readHelloVerifyRequest,
  readServerHello,
  writeClientHello,
} from './hello.ts';
import {
  acceptedGroups,
  makeKeyShare,
  readServerKeyExchange,
  writeClientKeyExchange,
} from './key-exchange.ts';
import {
  extendedMasterSecret,
  finishedData,
  masterSecret,
  type Randoms,
  recordKeys,
  srtpKeys,
} from './key-schedule.ts';
import { type PeerKey, readPeerKey } from './peer-certificate.ts';
import { versions } from './record.ts';
import { acceptedSchemes, ownScheme, signOwn, verifySignature } from './signatures.ts';
import { Transcript } from './transcript.ts';

/** What the server has to say next. */
type State = 'hello' | 'certificate' | 'keyExchange' | 'request' | 'done' | 'finished' | 'established';

/** Anything else is refused: what is missing here cannot be left out by the server. */
const expected: Readonly<Record<State, readonly number[]>> = {
  hello: [handshakeTypes.helloVerifyRequest, handshakeTypes.serverHello],
  certificate: [handshakeTypes.certificate],
  keyExchange: [handshakeTypes.serverKeyExchange],
  // Whether it wants to know who we are is the server's matter.
  request: [handshakeTypes.certificateRequest, handshakeTypes.serverHelloDone],
  done: [handshakeTypes.serverHelloDone],
  finished: [handshakeTypes.finished],
  established: [],
};

/** What a full exchange needs of the server's messages, once they came. */
interface Agreed {
  readonly suite: number;
  readonly randoms: Randoms;
  readonly extended: boolean;
  readonly profile: SrtpProfile | undefined;
}

/** The client's side of a full handshake (RFC 5246, 7.3). */
export class ClientHandshake implements Handshake {
  readonly #options: HandshakeOptions;
  readonly #transcript = new Transcript();
  readonly #random: Uint8Array;
  #state: State = 'hello';
  #cookie: Uint8Array = new Uint8Array(0);
  #agreed: Agreed | undefined;
  #peer: PeerKey | undefined;
  #share: { readonly group: number; readonly publicKey: Uint8Array } | undefined;
  #request: CertificateRequest | undefined;
  #master: Uint8Array | undefined;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#random = options.random(randomBytesOfHello);
  }

  start(): Step {
    return { kind: 'progress', flight: [this.#hello()] };
  }

  receive(message: HandshakeMessage): Step {
    if (!expected[this.#state].includes(message.type)) return refuse('unexpected message');
    switch (message.type) {
      case handshakeTypes.helloVerifyRequest:
        return this.#helloVerifyRequest(message);
      case handshakeTypes.serverHello:
        return this.#serverHello(message);
      case handshakeTypes.certificate:
        return this.#certificate(message);
      case handshakeTypes.serverKeyExchange:
        return this.#serverKeyExchange(message);
      case handshakeTypes.certificateRequest:
        return this.#certificateRequest(message);
      case handshakeTypes.serverHelloDone:
        return this.#serverHelloDone(message);
      default:
        return this.#finished(message);
    }
  }

  #hello(): HandshakeMessage {
    const extensions = new Map<number, Uint8Array>([
      [extensionTypes.renegotiationInfo, noRenegotiation],
      [extensionTypes.extendedMasterSecret, new Uint8Array(0)],
      [extensionTypes.supportedGroups, writeNumbers(acceptedGroups)],
      [extensionTypes.ecPointFormats, uncompressedPoints],
      [extensionTypes.signatureAlgorithms, writeNumbers(acceptedSchemes)],
    ]);
    const profiles = this.#options.srtpProfiles;
    if (profiles.length > 0) extensions.set(extensionTypes.useSrtp, writeSrtpProfiles(profiles));
    const body = writeClientHello({
      version: versions.dtls12,
      random: this.#random,
      cookie: this.#cookie,
      suites: Object.values(cipherSuites),
      extensions,
    });
    return this.#transcript.write(handshakeTypes.clientHello, body);
  }

  /** The same hello again, with the cookie (RFC 6347, 4.2.1). Once: a second one is a loop. */
  #helloVerifyRequest({ body }: HandshakeMessage): Step {
    if (this.#cookie.length > 0) return refuse('unexpected message');
    const cookie = readHelloVerifyRequest(body);
    if (cookie === undefined || cookie.length === 0) return refuse('malformed message');
    this.#cookie = cookie;
    this.#transcript.forget();
    return { kind: 'progress', flight: [this.#hello()] };
  }

  #serverHello(message: HandshakeMessage): Step {
    const hello = readServerHello(message.body);
    if (hello === undefined) return refuse('malformed message');
    if (hello.version !== versions.dtls12) return refuse('other version');
    const suites: readonly number[] = Object.values(cipherSuites);
    if (!suites.includes(hello.suite)) return refuse('nothing in common');
    // An answer to what was not asked (RFC 5246, 7.4.1.4).
    const offered: readonly number[] = [
      extensionTypes.renegotiationInfo,
      extensionTypes.extendedMasterSecret,
      extensionTypes.ecPointFormats,
      extensionTypes.supportedGroups, // some servers say theirs, which clients read over (RFC 8422, 5.2)
      ...(this.#options.srtpProfiles.length > 0 ? [extensionTypes.useSrtp] : []),
    ];
    const { extensions } = hello;
    if ([...extensions.keys()].some((type) => !offered.includes(type))) return refuse('unexpected extension');
    const renegotiation = extensions.get(extensionTypes.renegotiationInfo);
    // A first handshake has nothing to continue (RFC 5746, 3.4).
    if (renegotiation !== undefined && !sameBytes(renegotiation, noRenegotiation))
      return refuse('renegotiation');
    const extended = extensions.get(extensionTypes.extendedMasterSecret);
    if (extended !== undefined && extended.length > 0) return refuse('malformed message');
    const profile = this.#profile(extensions);
    if (profile === 'wrong') return refuse('nothing in common');
    this.#agreed = {
      suite: hello.suite,
      randoms: { client: this.#random, server: new Uint8Array(hello.random) },
      extended: extended !== undefined,
      profile,
    };
    return this.#advance(message, 'certificate');
  }

  /** The one profile the server chose of ours (RFC 5764, 4.1.1). */
  #profile(extensions: Extensions): SrtpProfile | undefined | 'wrong' {
    const data = extensions.get(extensionTypes.useSrtp);
    if (data === undefined) return undefined;
    const chosen = readSrtpProfiles(data);
    if (chosen?.length !== 1) return 'wrong';
    return this.#options.srtpProfiles.find((profile) => profile === chosen[0]) ?? 'wrong';
  }

  #certificate(message: HandshakeMessage): Step {
    const peer = readPeerKey(message.body, this.#options.fingerprints);
    if (peer.kind === 'refusal') return peer;
    const type = this.#agreed?.suite === cipherSuites.ecdheRsaAes128Gcm ? 'rsa' : 'ec';
    if (peer.type !== type) return refuse('unusable certificate');
    this.#peer = peer;
    return this.#advance(message, 'keyExchange');
  }

  /** Here the server proves its key: its signature is over both nonces (RFC 8422, 5.4). */
  #serverKeyExchange(message: HandshakeMessage): Step {
    const exchange = readServerKeyExchange(message.body);
    if (exchange === undefined) return refuse('malformed message');
    if (this.#agreed === undefined || this.#peer === undefined) return refuse('unexpected message');
    const { client, server } = this.#agreed.randoms;
    const signed = join(client, server, exchange.parameters);
    if (!verifySignature(this.#peer.key, exchange.scheme, signed, exchange.signature)) {
      return refuse('wrong signature');
    }
    this.#share = { group: exchange.group, publicKey: new Uint8Array(exchange.publicKey) };
    return this.#advance(message, 'request');
  }

  #certificateRequest(message: HandshakeMessage): Step {
    this.#request = readCertificateRequest(message.body);
    if (this.#request === undefined) return refuse('malformed message');
    if (!this.#request.schemes.includes(ownScheme)) return refuse('nothing in common');
    return this.#advance(message, 'done');
  }

  #serverHelloDone(message: HandshakeMessage): Step {
    const [agreed, share] = [this.#agreed, this.#share];
    if (message.body.length > 0) return refuse('malformed message');
    if (agreed === undefined || share === undefined) return refuse('unexpected message');
    const group = acceptedGroups.find((accepted) => accepted === share.group);
    if (group === undefined) return refuse('nothing in common');
    const own = makeKeyShare(group);
    const premaster = own.agree(share.publicKey);
    if (premaster === undefined) return refuse('wrong key share');
    this.#advance(message, 'finished');

    const { certificate } = this.#options;
    const transcript = this.#transcript;
    const flight: HandshakeMessage[] = [];
    if (this.#request) {
      flight.push(transcript.write(handshakeTypes.certificate, writeCertificate(certificate.der)));
    }
    flight.push(transcript.write(handshakeTypes.clientKeyExchange, writeClientKeyExchange(own.publicKey)));
    // Bound to all up to here (RFC 7627, 3).
    this.#master = agreed.extended
      ? extendedMasterSecret(premaster, transcript.hash())
      : masterSecret(premaster, agreed.randoms);
    if (this.#request) {
      const signature = signOwn(certificate.key, transcript.bytes());
      const body = writeSigned({ scheme: ownScheme, signature });
      flight.push(transcript.write(handshakeTypes.certificateVerify, body));
    }
    const proof = finishedData(this.#master, 'client', transcript.hash());
    return {
      kind: 'progress',
      keys: recordKeys(this.#master, agreed.randoms, 'client'),
      flight: [...flight, 'changeCipherSpec', transcript.write(handshakeTypes.finished, proof)],
    };
  }

  #finished({ body }: HandshakeMessage): Step {
    if (this.#agreed === undefined || this.#master === undefined) return refuse('unexpected message');
    const proof = finishedData(this.#master, 'server', this.#transcript.hash());
    if (!sameBytes(body, proof)) return refuse('wrong finished');
    this.#state = 'established';
    const { profile, randoms } = this.#agreed;
    const srtp = profile === undefined ? undefined : srtpKeys(this.#master, randoms, profile, 'client');
    return { kind: 'progress', established: { srtp } };
  }

  #advance(message: HandshakeMessage, state: State): Step {
    this.#transcript.add(message);
    this.#state = state;
    return onward;
  }
}
