import type { SrtpProfile } from '../srtp/keys.ts';
import { join, sameBytes } from './bytes.ts';
import { readSigned, writeCertificate, writeCertificateRequest } from './certificate-messages.ts';
import {
  extensionTypes,
  noRenegotiation,
  readNumbers,
  readSrtpProfiles,
  readVersions,
  uncompressedPoints,
  writeSrtpProfiles,
} from './extensions.ts';
import { type Handshake, type HandshakeOptions, onward, refuse, type Step } from './handshake.ts';
import { type HandshakeMessage, handshakeTypes } from './handshake-message.ts';
import {
  type ClientHello,
  cipherSuites,
  offersDtls12,
  randomBytesOfHello,
  readClientHello,
  renegotiationSignal,
  writeServerHello,
} from './hello.ts';
import {
  acceptedGroups,
  groups,
  type KeyShare,
  makeKeyShare,
  readClientKeyExchange,
  writeParameters,
  writeServerKeyExchange,
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

/** What the client has to say next. Each state takes one message: none can be left out. */
type State = 'hello' | 'certificate' | 'keyExchange' | 'verify' | 'finished' | 'established';

const expected: Readonly<Record<State, number | undefined>> = {
  hello: handshakeTypes.clientHello,
  certificate: handshakeTypes.certificate,
  keyExchange: handshakeTypes.clientKeyExchange,
  verify: handshakeTypes.certificateVerify,
  finished: handshakeTypes.finished,
  established: undefined,
};

interface Agreed {
  readonly randoms: Randoms;
  readonly extended: boolean;
  readonly profile: SrtpProfile | undefined;
  readonly share: KeyShare;
}

/**
 * The server's side of a full handshake (RFC 5246, 7.3), which always demands the client's certificate. It sends no
 * HelloVerifyRequest: ICE has shown that the client is where it says (RFC 8842, 5 leaves the exchange out for that).
 */
export class ServerHandshake implements Handshake {
  readonly #options: HandshakeOptions;
  readonly #transcript = new Transcript();
  #state: State = 'hello';
  #agreed: Agreed | undefined;
  #peer: PeerKey | undefined;
  #master: Uint8Array | undefined;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  start(): Step {
    return onward;
  }

  receive(message: HandshakeMessage): Step {
    if (message.type !== expected[this.#state]) return refuse('unexpected message');
    switch (message.type) {
      case handshakeTypes.clientHello:
        return this.#clientHello(message);
      case handshakeTypes.certificate:
        return this.#certificate(message);
      case handshakeTypes.clientKeyExchange:
        return this.#clientKeyExchange(message);
      case handshakeTypes.certificateVerify:
        return this.#certificateVerify(message);
      default:
        return this.#finished(message);
    }
  }

  #clientHello(message: HandshakeMessage): Step {
    const hello = readClientHello(message.body);
    if (hello === undefined) return refuse('malformed message');
    const { extensions } = hello;
    const wish = readWishes(hello);
    if (wish === undefined) return refuse('malformed message');
    if (!offersDtls12(hello, wish.versions)) return refuse('other version');
    const renegotiation = extensions.get(extensionTypes.renegotiationInfo);
    // A first handshake has nothing to continue (RFC 5746, 3.6).
    if (renegotiation !== undefined && !sameBytes(renegotiation, noRenegotiation))
      return refuse('renegotiation');
    const group = acceptedGroups.find((accepted) => wish.groups.includes(accepted));
    if (!hello.suites.includes(cipherSuites.ecdheEcdsaAes128Gcm) || !wish.schemes.includes(ownScheme)) {
      return refuse('nothing in common');
    }
    if (group === undefined) return refuse('nothing in common');
    this.#transcript.add(message);
    const agreed = {
      randoms: { client: new Uint8Array(hello.random), server: this.#options.random(randomBytesOfHello) },
      extended: extensions.has(extensionTypes.extendedMasterSecret),
      // By our preference, which the client's order does not change (RFC 5764, 4.1.1 leaves it to the server).
      profile: this.#options.srtpProfiles.find((profile) => wish.profiles.includes(profile)),
      share: makeKeyShare(group),
    };
    this.#agreed = agreed;
    this.#state = 'certificate';
    return { kind: 'progress', flight: this.#answer(hello, agreed) };
  }

  #answer(
    { suites, extensions }: ClientHello,
    { randoms, extended, profile, share }: Agreed,
  ): HandshakeMessage[] {
    const answered = new Map<number, Uint8Array>();
    if (extensions.has(extensionTypes.renegotiationInfo) || suites.includes(renegotiationSignal)) {
      answered.set(extensionTypes.renegotiationInfo, noRenegotiation);
    }
    if (extended) answered.set(extensionTypes.extendedMasterSecret, new Uint8Array(0));
    if (extensions.has(extensionTypes.ecPointFormats)) {
      answered.set(extensionTypes.ecPointFormats, uncompressedPoints);
    }
    if (profile !== undefined) answered.set(extensionTypes.useSrtp, writeSrtpProfiles([profile]));
    const { certificate } = this.#options;
    const parameters = writeParameters(share);
    const signature = signOwn(certificate.key, join(randoms.client, randoms.server, parameters));
    const hello = writeServerHello({
      version: versions.dtls12,
      random: randoms.server,
      suite: cipherSuites.ecdheEcdsaAes128Gcm,
      extensions: answered,
    });
    const exchange = writeServerKeyExchange(parameters, { scheme: ownScheme, signature });
    return [
      this.#transcript.write(handshakeTypes.serverHello, hello),
      this.#transcript.write(handshakeTypes.certificate, writeCertificate(certificate.der)),
      this.#transcript.write(handshakeTypes.serverKeyExchange, exchange),
      this.#transcript.write(handshakeTypes.certificateRequest, writeCertificateRequest(acceptedSchemes)),
      this.#transcript.write(handshakeTypes.serverHelloDone, new Uint8Array(0)),
    ];
  }

  #certificate(message: HandshakeMessage): Step {
    const peer = readPeerKey(message.body, this.#options.fingerprints);
    if (peer.kind === 'refusal') return peer;
    this.#peer = peer;
    return this.#advance(message, 'keyExchange');
  }

  #clientKeyExchange(message: HandshakeMessage): Step {
    const publicKey = readClientKeyExchange(message.body);
    if (publicKey === undefined) return refuse('malformed message');
    if (this.#agreed === undefined) return refuse('unexpected message');
    const { extended, randoms, share } = this.#agreed;
    const premaster = share.agree(publicKey);
    if (premaster === undefined) return refuse('wrong key share');
    this.#advance(message, 'verify');
    // Bound to all up to here (RFC 7627, 3).
    this.#master = extended
      ? extendedMasterSecret(premaster, this.#transcript.hash())
      : masterSecret(premaster, randoms);
    return { kind: 'progress', keys: recordKeys(this.#master, randoms, 'server') };
  }

  /** Here the client proves its key: its signature is over all messages so far (RFC 5246, 7.4.8). */
  #certificateVerify(message: HandshakeMessage): Step {
    const signed = readSigned(message.body);
    if (signed === undefined) return refuse('malformed message');
    if (this.#peer === undefined) return refuse('unexpected message');
    const right = verifySignature(this.#peer.key, signed.scheme, this.#transcript.bytes(), signed.signature);
    return right ? this.#advance(message, 'finished') : refuse('wrong signature');
  }

  #finished(message: HandshakeMessage): Step {
    if (this.#agreed === undefined || this.#master === undefined) return refuse('unexpected message');
    const proof = finishedData(this.#master, 'client', this.#transcript.hash());
    if (!sameBytes(message.body, proof)) return refuse('wrong finished');
    this.#advance(message, 'established');
    const own = finishedData(this.#master, 'server', this.#transcript.hash());
    const { profile, randoms } = this.#agreed;
    const srtp = profile === undefined ? undefined : srtpKeys(this.#master, randoms, profile, 'server');
    return {
      kind: 'progress',
      flight: ['changeCipherSpec', this.#transcript.write(handshakeTypes.finished, own)],
      established: { srtp },
    };
  }

  #advance(message: HandshakeMessage, state: State): Step {
    this.#transcript.add(message);
    this.#state = state;
    return onward;
  }
}

interface Wishes {
  readonly versions: readonly number[] | undefined;
  readonly groups: readonly number[];
  readonly schemes: readonly number[];
  readonly profiles: readonly number[];
}

/** What the client's extensions ask for; nothing where one is malformed. */
function readWishes({ extensions }: ClientHello): Wishes | undefined {
  const of = <Value>(type: number, read: (data: Uint8Array) => Value | undefined, absent: Value) => {
    const data = extensions.get(type);
    return data === undefined ? absent : (read(data) ?? 'malformed');
  };
  const supported = of<readonly number[] | undefined>(
    extensionTypes.supportedVersions,
    readVersions,
    undefined,
  );
  // A client that does not say takes any group (RFC 8422, 4): the one all have.
  const offered = of<readonly number[]>(extensionTypes.supportedGroups, readNumbers, [groups.secp256r1]);
  const schemes = of<readonly number[]>(extensionTypes.signatureAlgorithms, readNumbers, []);
  const profiles = of<readonly number[]>(extensionTypes.useSrtp, readSrtpProfiles, []);
  if (supported === 'malformed' || offered === 'malformed') return undefined;
  if (schemes === 'malformed' || profiles === 'malformed') return undefined;
  return { versions: supported, groups: offered, schemes, profiles };
}
