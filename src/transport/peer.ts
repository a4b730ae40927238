import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { IceCandidateInit } from '../protocol/session.ts';
import { type IncomingRtp, readRtp } from '../rtp/incoming.ts';
import type { PacketSink } from '../rtp/outgoing.ts';
import { type IncomingRtcp, readRtcp } from '../rtp/rtcp/read.ts';
import type { DataChannel } from './channel.ts';
import {
  type RemoteTransport,
  readRemoteData,
  type SectionDirection,
  type SectionSsrcs,
  writeAnswer,
} from './description.ts';
import type { DtlsCertificate } from './dtls/certificate.ts';
import { type NamedIceCandidate, readCandidate, withAddress } from './ice/candidate.ts';
import { LocalCandidates } from './local-candidates.ts';
import { Sctp } from './sctp.ts';
import { SecureTransport, type TransportState } from './secure-transport.ts';
import { resolveLocalName } from './wire/local-name.ts';
import type { Wire } from './wire/wire.ts';

export type { TransportState } from './secure-transport.ts';

/** What a peer tells; every function is called synchronously and must not throw. */
export interface PeerEvents {
  state(state: TransportState): void;
  candidate(candidate: IceCandidateInit): void;
  rtp(packet: IncomingRtp): void;
  rtcp(packet: IncomingRtcp): void;
  /** A channel of the viewer's is open. */
  channel(channel: DataChannel): void;
  message(channel: DataChannel, text: string): void;
}

export interface AnswerRequest {
  /** The offer, reduced to what we accept. */
  readonly sdp: string;
  /** What it says of its sender's transport. */
  readonly transport: RemoteTransport;
  readonly sections: readonly SectionDirection[];
}

export interface Answer {
  readonly sdp: string;
  readonly sections: readonly SectionSsrcs[];
}

/** What all peers of a device share. */
export interface PeerParts {
  readonly wire: Wire;
  /** Loaded by the time that somebody offers. */
  certificate(): DtlsCertificate;
  readonly clock: Clock;
}

/** Sections of a session's whole life: what one has sent must not be forgotten, or its SRTP indexes would come twice. */
const maxSections = 256;
/** Names resolved at once; a browser hides behind one for each of its networks. */
const maxNames = 8;
const cnameBytes = 12;
/** Of o=: RFC 8829, 5.2.1 asks for 63 bits or fewer that are unlikely to come twice. */
const sessionIdBelow = 2 ** 48 - 1;

const nowhere: PacketSink = { packet: () => true, congested: false };

/**
 * The seam between a session and what carries it: answers offers, carries packets, tells what arrives. A session knows
 * nothing of ICE, DTLS, SRTP and SCTP.
 */
export class Peer {
  /** RTCP's canonical name of all our streams (RFC 7022, 4.2). */
  readonly cname = randomBytes(cnameBytes).toString('base64url');
  readonly #parts: PeerParts;
  readonly #events: PeerEvents;
  readonly #sessionId = String(randomInt(1, sessionIdBelow));
  readonly #ssrcs = new Map<string, SectionSsrcs>();
  readonly #ending = new AbortController();
  #transport: SecureTransport | undefined;
  #candidates: LocalCandidates | undefined;
  #sctp: Sctp | undefined;
  #told: TransportState = 'new';
  #version = 0;
  #names = 0;

  constructor(parts: PeerParts, events: PeerEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  get state(): TransportState {
    return this.#ending.signal.aborted ? 'closed' : (this.#transport?.state ?? 'new');
  }

  /** Where our packets go; before the first answer, nowhere. */
  get media(): PacketSink {
    return this.#transport ?? nowhere;
  }

  /**
   * Answers an offer; a later one renegotiates, and restarts ICE where its credentials are new.
   * @throws Error where the peer was closed, or the offer is of another peer
   */
  answer({ sdp, transport: remote, sections }: AnswerRequest): Answer {
    if (this.#ending.signal.aborted) throw new Error('the peer was closed');
    const transport = this.#transport ?? this.#begin(remote);
    if (this.#version > 0) transport.renew(remote);
    this.#beginData(transport, remote, sdp);
    this.#version += 1;
    const ids = sections.map(({ mid }) => this.#ssrcsOf(mid));
    const candidates = this.#candidates?.describe() ?? { candidates: [], endOfCandidates: true };
    const answer = writeAnswer(sdp, {
      transport: {
        iceUfrag: transport.credentials.ufrag,
        icePwd: transport.credentials.pwd,
        fingerprint: this.#parts.certificate().fingerprint,
        setup: transport.role === 'client' ? 'active' : 'passive',
        ...candidates,
      },
      sections: sections.map((section, at) => ({ ...section, ...(ids[at] as SectionSsrcs) })),
      cname: this.cname,
      sessionId: this.#sessionId,
      version: this.#version,
    });
    for (const candidate of remote.candidates) this.addIceCandidate({ candidate });
    return { sdp: answer, sections: ids };
  }

  /** Takes a remote candidate; an empty one ends them. False where it is malformed, or none that we can try. */
  addIceCandidate({ candidate: line }: Pick<IceCandidateInit, 'candidate'>): boolean {
    const transport = this.#transport;
    if (!transport || line === '') return true;
    const candidate = readCandidate(line);
    if (typeof candidate === 'string') return false;
    if ('address' in candidate) {
      transport.addRemoteCandidate(candidate);
      return true;
    }
    if (this.#names >= maxNames) return false;
    void this.#addNamed(candidate, transport);
    return true;
  }

  async #addNamed(named: NamedIceCandidate, transport: SecureTransport): Promise<void> {
    this.#names += 1;
    // Without multicast there is nobody to ask, and this is one candidate less.
    const addresses = await resolveLocalName(named.name, this.#ending.signal).catch(() => []);
    this.#names -= 1;
    for (const address of addresses) {
      const found = withAddress(named, address);
      if (found) transport.addRemoteCandidate(found);
    }
  }

  /** Seals and sends one RTCP compound; dropped where the peer gives no consent to receive (RFC 7675). */
  sendRtcp(compound: Uint8Array): void {
    this.#transport?.sendRtcp(compound);
  }

  async close(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    await this.#sctp?.close();
    this.#transport?.close();
    this.#candidates?.close();
    this.#tell('closed');
  }

  #begin(remote: RemoteTransport): SecureTransport {
    const { wire, clock, certificate } = this.#parts;
    const transport = new SecureTransport(
      { wire, clock, certificate: certificate(), remote },
      {
        state: (state) => this.#transportState(state),
        rtp: (bytes) => {
          const packet = readRtp(bytes);
          if (packet) this.#events.rtp(packet);
        },
        rtcp: (compound) => {
          for (const packet of readRtcp(compound)) this.#events.rtcp(packet);
        },
        data: (message) => this.#sctp?.receive(message),
      },
    );
    this.#transport = transport;
    this.#candidates = new LocalCandidates(wire, transport, (candidate) => this.#events.candidate(candidate));
    transport.start();
    return transport;
  }

  /** Data channels may come with any offer (RFC 8829, 5.3.1), and then stay. */
  #beginData(transport: SecureTransport, remote: RemoteTransport, sdp: string): void {
    const data = readRemoteData(sdp);
    if (!data || this.#sctp) return;
    this.#sctp = new Sctp(
      { remoteMaxMessageBytes: data.maxMessageBytes, controlling: remote.iceLite },
      {
        send: (packet) => transport.sendData(packet),
        channel: (channel) => this.#events.channel(channel),
        message: (channel, text) => this.#events.message(channel, text),
      },
    );
    if (transport.state === 'connected') this.#startData();
  }

  #startData(): void {
    // Pictures and sound go on without; only an installation that is not whole has no library to load.
    this.#sctp?.start().catch(() => undefined);
  }

  #ssrcsOf(mid: string): SectionSsrcs {
    const known = this.#ssrcs.get(mid);
    if (known) return known;
    if (this.#ssrcs.size >= maxSections) throw new Error('too many sections have come and gone');
    const made = { mid, ssrc: randomInt(1, 2 ** 32 - 1), rtxSsrc: randomInt(1, 2 ** 32 - 1) };
    this.#ssrcs.set(mid, made);
    return made;
  }

  #transportState(state: TransportState): void {
    if (this.#ending.signal.aborted) return;
    if (state === 'connected') this.#startData();
    this.#tell(state);
  }

  #tell(state: TransportState): void {
    if (state === this.#told) return;
    this.#told = state;
    this.#events.state(state);
  }
}
