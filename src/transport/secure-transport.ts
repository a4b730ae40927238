import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { maxQueuedPackets, type PacketSink } from '../rtp/outgoing.ts';
import type { RemoteTransport } from './description.ts';
import type { DtlsCertificate } from './dtls/certificate.ts';
import { DtlsConnection } from './dtls/connection.ts';
import type { Endpoint } from './endpoint.ts';
import { IceAgent, type IceState } from './ice/agent.ts';
import type { IceCandidate } from './ice/candidate.ts';
import { type IceCredentials, makeIceCredentials } from './ice/credentials.ts';
import { srtpProfiles } from './srtp/keys.ts';
import { SrtpOpener } from './srtp/opener.ts';
import { SrtpSealer } from './srtp/sealer.ts';
import type { StunMessage } from './stun/message.ts';
import { type Member, transactionPrefixBytes } from './wire/demultiplexer.ts';
import type { WirePath } from './wire/path.ts';
import { Route } from './wire/route.ts';
import type { Wire } from './wire/wire.ts';

/** How far it has come. `connected` means ICE and DTLS: the peer is proven, and SRTP keys exist. */
export type TransportState = 'new' | 'connecting' | 'connected' | 'failed' | 'closed';

export interface SecureTransportEvents {
  state(state: TransportState): void;
  /** An RTP packet, opened. */
  rtp(packet: Buffer): void;
  /** An RTCP compound, opened. */
  rtcp(compound: Buffer): void;
  /** One message of DTLS: an SCTP packet. */
  data(message: Uint8Array): void;
}

export interface SecureTransportOptions {
  readonly wire: Wire;
  readonly certificate: DtlsCertificate;
  readonly clock: Clock;
  readonly remote: RemoteTransport;
}

/** DTLS kept from an address until ICE has validated it: a browser's first flight, which may overtake its check. */
const maxHeldDatagrams = 8;
/** RFC 7714's, which browsers open fastest, then RFC 3711's for old peers. */
const profiles = [srtpProfiles.aeadAes128Gcm, srtpProfiles.aeadAes256Gcm, srtpProfiles.aes128CmSha1];
/** TCP connections of one peer: one for each of its networks. */
const maxConnections = 8;
/** A queue that has run this low takes packets again. */
const resumedQueue = maxQueuedPackets / 4;

/**
 * ICE, DTLS and SRTP of one peer, put together with the wire: what arrives is given to the cores, what they give is
 * sent, and one timer wakes whoever wants to be woken first.
 */
export class SecureTransport implements Member, PacketSink {
  readonly role: 'client' | 'server';
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #certificate: DtlsCertificate;
  readonly #events: SecureTransportEvents;
  readonly #prefix = randomBytes(transactionPrefixBytes);
  readonly #ice: IceAgent<WirePath>;
  readonly #route = new Route();
  #dtls: DtlsConnection;
  #remote: RemoteTransport;
  #local: IceCredentials;
  /** TCP connections that ICE has found to be this peer's. */
  readonly #connections = new Set<WirePath>();
  readonly #replacedUfrags = new Set<string>();
  #held: Buffer[] = [];
  #sealer: SrtpSealer | undefined;
  #opener: SrtpOpener | undefined;
  #congested = false;
  #timer: NodeJS.Timeout | undefined;
  #state: TransportState = 'new';

  constructor({ wire, certificate, clock, remote }: SecureTransportOptions, events: SecureTransportEvents) {
    this.#wire = wire;
    this.#clock = clock;
    this.#certificate = certificate;
    this.#events = events;
    this.#remote = remote;
    this.#local = makeIceCredentials();
    // The server chooses the SRTP profile, so we are it where we may (RFC 5763, 5).
    this.role = remote.setup === 'passive' ? 'client' : 'server';
    this.#ice = new IceAgent<WirePath>({
      controlling: remote.iceLite,
      local: this.#local,
      transactionPrefix: this.#prefix,
      random: randomBytes,
      sink: {
        send: (path, to, message) => this.#sendCheck(path, to, message),
        authenticated: ({ id }, from) => wire.demultiplexer.addAddress(id, from, this, false),
        validated: ({ id }, from) => this.#validated(id, from),
        released: ({ id }, from) => wire.demultiplexer.removeAddress(id, from, this),
        selected: (path, to) => this.#select(path, to),
        state: (state) => this.#iceState(state),
      },
    });
    this.#dtls = this.#association();
    wire.demultiplexer.addPrefix(this.#prefix, this);
    wire.demultiplexer.addCredentials(this.#local.ufrag, this.#local.pwd, this);
    for (const path of wire.udp) this.addPath(path);
  }

  /** Our ICE credentials, for the answer. */
  get credentials(): IceCredentials {
    return this.#local;
  }

  get state(): TransportState {
    return this.#state;
  }

  /** Begins: what the peer sends is answered, and its candidates are checked. */
  start(): void {
    const now = this.#clock.now();
    this.#become('connecting');
    this.#ice.setRemote(remoteCredentials(this.#remote), now);
    if (this.role === 'server') this.#dtls.start(now);
    this.#rearm();
  }

  /**
   * Takes what a later offer says. New credentials restart ICE; the old path carries on until the new one stands.
   * @throws Error where the peer would be another one
   */
  renew(remote: RemoteTransport): void {
    const before = this.#remote;
    const sameCertificate = JSON.stringify(remote.fingerprints) === JSON.stringify(before.fingerprints);
    // RFC 8842, 5.1 would make a new association; who has another key is asked to open another session.
    if (!sameCertificate && this.#state === 'connected')
      throw new Error('the fingerprint is not that of the connected peer');
    this.#remote = remote;
    if (!sameCertificate) {
      this.#dtls = this.#association();
      if (this.role === 'server' || this.#route.stands) this.#dtls.start(this.#clock.now());
    }
    if (remote.iceUfrag !== before.iceUfrag || remote.icePwd !== before.icePwd) this.#restart();
    this.#rearm();
  }

  addRemoteCandidate(candidate: IceCandidate): void {
    this.#ice.addRemoteCandidate(candidate, this.#clock.now());
    this.#rearm();
  }

  /** Another way out of the device: an allocation of this session's. */
  addPath(path: WirePath): void {
    this.#ice.addPath(path, this.#clock.now());
    this.#rearm();
  }

  removePath(path: WirePath): void {
    this.#connections.delete(path);
    this.#ice.removePath(path, this.#clock.now());
    this.#rearm();
  }

  request(message: StunMessage, path: WirePath, from: Endpoint): void {
    if (path.transport === 'tcp') this.#adopt(path);
    this.response(message, path, from);
  }

  /** A connection that proved the password; more than a viewer needs are left to be hung up on. */
  #adopt(path: WirePath): void {
    if (this.#connections.size >= maxConnections && !this.#connections.has(path)) return;
    this.#connections.add(path);
    this.#wire.known(path);
    this.addPath(path);
  }

  response(message: StunMessage, path: WirePath, from: Endpoint): void {
    this.#ice.receive(message, path, from, this.#clock.now());
    this.#rearm();
  }

  dtls(datagram: Buffer, validated: boolean): void {
    if (!validated) {
      if (this.#held.length < maxHeldDatagrams) this.#held.push(datagram);
      return;
    }
    this.#dtls.receive(datagram, this.#clock.now());
    this.#rearm();
  }

  media(datagram: Buffer): boolean {
    const opener = this.#opener;
    if (!opener) return false;
    // RFC 5761, 4: 64 to 95 in the second byte without its marker bit is RTCP.
    const type = (datagram[1] ?? 0) & 0x7f;
    if (type >= 64 && type <= 95) {
      const compound = opener.rtcp(datagram);
      if (compound) this.#events.rtcp(compound);
    } else {
      const packet = opener.rtp(datagram);
      if (packet) this.#events.rtp(packet);
    }
    return true;
  }

  get congested(): boolean {
    if (this.#congested) this.#congested = this.#route.queued > resumedQueue;
    return this.#congested;
  }

  packet(
    header: Buffer,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): boolean {
    if (!this.#sealer || !this.#ice.maySend) return true;
    if (this.#route.queued >= maxQueuedPackets) {
      this.#congested = true;
      return false;
    }
    this.#route.send(this.#sealer.rtp(header, prefix, payload, ssrc, packetIndex));
    return true;
  }

  /** Seals and sends one RTCP compound (RFC 3550, 6.1). */
  sendRtcp(compound: Uint8Array): void {
    if (this.#sealer && this.#ice.maySend) this.#route.send(this.#sealer.rtcp(compound));
  }

  /** Sends one message over DTLS; says whether it could. */
  sendData(message: Uint8Array): boolean {
    return this.#dtls.send(message);
  }

  /** Says goodbye and gives everything back. Idempotent. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#end('closed');
  }

  #association(): DtlsConnection {
    const { fingerprints } = this.#remote;
    const association: DtlsConnection = new DtlsConnection({
      role: this.role,
      certificate: this.#certificate,
      fingerprints,
      srtpProfiles: profiles,
      sink: {
        send: (datagram) => this.#route.send(datagram),
        connected: (keys) => {
          if (keys) {
            this.#sealer = new SrtpSealer(keys.local);
            this.#opener = new SrtpOpener(keys.remote);
          }
          this.#become('connected');
        },
        data: (message) => this.#events.data(message),
        ended: ({ kind }) => {
          if (association === this.#dtls) this.#end(kind === 'closedByPeer' ? 'closed' : 'failed');
        },
      },
    });
    return association;
  }

  #validated(pathId: string, from: Endpoint): void {
    this.#wire.demultiplexer.addAddress(pathId, from, this, true);
    if (this.#route.stands) this.#takeHeld();
  }

  /** What came before there was a way to answer it. */
  #takeHeld(): void {
    const now = this.#clock.now();
    for (const datagram of this.#held.splice(0)) this.#dtls.receive(datagram, now);
  }

  #select(path: WirePath, to: Endpoint): void {
    this.#route.select(path, to);
    // The client speaks first, once there is somebody to speak to.
    if (this.#dtls.state === 'new') this.#dtls.start(this.#clock.now());
    this.#takeHeld();
  }

  #restart(): void {
    const now = this.#clock.now();
    this.#replacedUfrags.add(this.#local.ufrag);
    this.#local = makeIceCredentials();
    this.#wire.demultiplexer.addCredentials(this.#local.ufrag, this.#local.pwd, this);
    this.#ice.restart(this.#local, now);
    this.#ice.setRemote(remoteCredentials(this.#remote), now);
    this.#rearm();
  }

  /** What a restart replaced is answered for as long as the agent says. */
  #forgetReplaced(): void {
    for (const ufrag of this.#replacedUfrags) {
      if (this.#ice.ufrags.includes(ufrag)) continue;
      this.#wire.demultiplexer.removeCredentials(ufrag);
      this.#replacedUfrags.delete(ufrag);
    }
  }

  /** A check of the pair in use goes the way that media goes: consent is for that way (RFC 7675, 5.1). */
  #sendCheck(path: WirePath, to: Endpoint, message: Uint8Array): void {
    if (this.#route.leads(path, to)) this.#route.send(message);
    else path.send(to, message);
  }

  #iceState(state: IceState): void {
    switch (state) {
      case 'checking':
        break;
      case 'connected':
        this.#route.connect();
        break;
      case 'disconnected':
        // Perhaps the address that the connected socket has is gone; the shared one finds another.
        this.#route.disconnect();
        break;
      case 'failed':
        this.#end('failed');
        break;
    }
  }

  #isOpen(): boolean {
    return this.#state !== 'closed' && this.#state !== 'failed';
  }

  #end(state: 'closed' | 'failed'): void {
    if (!this.#isOpen()) return;
    this.#become(state);
    clearTimeout(this.#timer);
    // Without consent nothing more goes there, no goodbye either (RFC 7675, 5.1).
    if (state === 'failed') this.#route.close();
    this.#dtls.close();
    this.#ice.close();
    this.#wire.demultiplexer.remove(this);
    for (const path of this.#connections) this.#wire.unknown(path);
    this.#connections.clear();
    this.#route.close();
    this.#sealer = undefined;
    this.#opener = undefined;
    this.#held = [];
  }

  #become(state: TransportState): void {
    if (state === this.#state || !this.#isOpen()) return;
    this.#state = state;
    this.#events.state(state);
  }

  /** Sets the one timer for whoever wants to be woken first. */
  #rearm(): void {
    clearTimeout(this.#timer);
    if (!this.#isOpen()) return;
    this.#forgetReplaced();
    const deadlines = [this.#ice.deadline, this.#dtls.deadline].filter((deadline) => deadline !== undefined);
    if (deadlines.length === 0) return;
    const waitMs = Math.max(0, Math.ceil(Math.min(...deadlines) - this.#clock.now()));
    this.#timer = setTimeout(() => {
      const now = this.#clock.now();
      this.#ice.tick(now);
      this.#dtls.tick(now);
      this.#rearm();
    }, waitMs);
  }
}

function remoteCredentials({ iceUfrag, icePwd, iceLite }: RemoteTransport) {
  return { ufrag: iceUfrag, pwd: icePwd, lite: iceLite };
}
