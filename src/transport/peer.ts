import {
  type RTCDataChannel,
  type RTCDtlsTransport,
  RTCPeerConnection,
  RTCRtpHeaderExtensionParameters,
  type RTCRtpTransceiver,
} from 'werift';
import type { IceCandidateInit } from '../protocol/session.ts';
import type { IceServer } from '../protocol/signaling.ts';
import { extensionUris } from '../rtp/header.ts';
import type { OutgoingPacket } from '../rtp/outgoing.ts';
import { type DataChannel, dataChannel, whenOpen } from './channel.ts';
import { audioCodecs, videoCodecs } from './codecs.ts';
import {
  askNoDefaultStunServer,
  becomeDtlsServer,
  closeLateSockets,
  continueRecordNumbers,
  guardReceiving,
  mediaPath,
  restartIce,
  sendSessionKeys,
} from './insides.ts';
import {
  type IncomingRtcp,
  readRtcp,
  type SenderReportFields,
  senderReport,
  sourceDescription,
} from './rtcp.ts';
import { type SrtpSeal, srtpSeal } from './srtp.ts';

/** How far a peer's transport has come. `connected` means ICE and DTLS: SRTP keys exist. */
export type TransportState = 'new' | 'connecting' | 'connected' | 'failed' | 'closed';

/** One RTP packet that arrived, opened and parsed. */
export interface IncomingRtp {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

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

/** What a section of the answer sends; `mid` as in the offer. */
export interface SectionDirection {
  readonly mid: string;
  readonly direction: 'sendonly' | 'sendrecv' | 'recvonly';
  /** Stream id of a=msid (RFC 8830): tracks of one feed share it, so that sound and picture play in step. */
  readonly stream: string;
}

/** SSRCs that the answer announces for a section. */
export interface SectionSsrcs {
  readonly mid: string;
  readonly ssrc: number;
  readonly rtxSsrc: number;
}

export interface AnswerRequest {
  /** The offer, reduced to what we accept. */
  readonly sdp: string;
  readonly sections: readonly SectionDirection[];
  /** The offerer can be the DTLS client. */
  readonly mayBeServer: boolean;
  /** The offer carries new ICE credentials. */
  readonly restartsIce: boolean;
}

export interface Answer {
  readonly sdp: string;
  readonly sections: readonly SectionSsrcs[];
}

export interface PeerOptions {
  readonly iceServers: readonly IceServer[];
}

/**
 * The seam between a session and the WebRTC stack under it: answers offers, carries packets, tells what arrives.
 * A session knows nothing of werift; what is behind this class can be replaced layer by layer.
 */
export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #events: PeerEvents;
  #dtls: RTCDtlsTransport | undefined;
  #seal: SrtpSeal | undefined;
  #state: TransportState = 'new';
  #closed = false;
  /** Rejects when the peer is closed, for who waits on an answer. */
  readonly #ended = Promise.withResolvers<never>();

  constructor({ iceServers }: PeerOptions, events: PeerEvents) {
    this.#events = events;
    this.#ended.promise.catch(() => undefined); // mostly nobody waits
    this.#connection = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      iceServers: iceServers.map(({ urls, username, credential }) => ({
        urls,
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      })),
      codecs: { video: videoCodecs(), audio: audioCodecs() },
      headerExtensions: {
        video: Object.values(extensionUris).map((uri) => new RTCRtpHeaderExtensionParameters({ uri })),
        audio: [extensionUris.mid, extensionUris.transportWideCc].map(
          (uri) => new RTCRtpHeaderExtensionParameters({ uri }),
        ),
      },
    });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed') this.#become('failed');
      if (state === 'closed') this.#become('closed');
    });
    this.#connection.onIceCandidate.subscribe((candidate) => {
      events.candidate({
        candidate: candidate?.candidate ?? '',
        sdpMid: candidate?.sdpMid ?? null,
        sdpMLineIndex: candidate?.sdpMLineIndex ?? null,
      });
    });
    this.#connection.onDataChannel.subscribe((channel) => this.#adopt(channel));
  }

  get state(): TransportState {
    return this.#state;
  }

  /** Answers an offer; a later one restarts ICE where its credentials are new. Rejects where the stack refuses it. */
  answer(request: AnswerRequest): Promise<Answer> {
    const answering = this.#answer(request).finally(() =>
      this.#closed ? closeLateSockets(this.#connection) : undefined,
    );
    // werift never finishes what it was doing when it was closed.
    return Promise.race([answering, this.#ended.promise]);
  }

  /** Takes a remote candidate; an empty one ends them. Rejects where it is malformed. */
  async addIceCandidate({ candidate, sdpMid, sdpMLineIndex }: IceCandidateInit): Promise<void> {
    await this.#connection.addIceCandidate({
      candidate,
      ...(sdpMid === null ? {} : { sdpMid }),
      ...(sdpMLineIndex === null ? {} : { sdpMLineIndex }),
    });
  }

  /** Seals and sends packets, in order; drops them where the peer gives no consent to receive (RFC 7675). */
  send(packets: readonly OutgoingPacket[]): void {
    const seal = this.#seal;
    const path = this.#dtls && mediaPath(this.#dtls);
    if (!seal || !path) return;
    for (const packet of packets) path(seal(packet));
  }

  /** Sends one compound packet of sender reports and their CNAME (RFC 3550, 6.1). */
  sendReports(reports: readonly SenderReportFields[]): void {
    if (this.#state !== 'connected' || reports.length === 0) return;
    const named = sourceDescription(
      reports.map(({ ssrc }) => ssrc),
      this.#connection.cname,
    );
    void this.#dtls?.sendRtcp([...reports.map(senderReport), named]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#seal = undefined;
    this.#ended.reject(new Error('the peer was closed'));
    await this.#connection.close();
    this.#become('closed');
  }

  async #answer({ sdp, sections, mayBeServer, restartsIce }: AnswerRequest): Promise<Answer> {
    const connection = this.#connection;
    await connection.setRemoteDescription({ type: 'offer', sdp });
    if (connection.iceTransports.length === 0) throw new Error('no section was accepted');
    for (const transport of connection.iceTransports)
      askNoDefaultStunServer(transport, connection.getConfiguration().iceServers);
    const dtls = connection.dtlsTransports[0];
    if (dtls && dtls !== this.#dtls) this.#watch(dtls);
    if (dtls && mayBeServer) becomeDtlsServer(dtls);
    for (const section of sections) {
      const transceiver = this.#transceiver(section.mid);
      if (!transceiver) continue;
      transceiver.setDirection(section.direction);
      transceiver.sender.streamIds = [section.stream];
    }
    await connection.setLocalDescription(await connection.createAnswer());
    if (restartsIce) restartIce(connection);
    return {
      sdp: connection.localDescription?.sdp ?? '',
      sections: sections.flatMap(({ mid }) => {
        const sender = this.#transceiver(mid)?.sender;
        return sender ? [{ mid, ssrc: sender.ssrc, rtxSsrc: sender.rtxSsrc }] : [];
      }),
    };
  }

  #transceiver(mid: string): RTCRtpTransceiver | undefined {
    return this.#connection.getTransceivers().find((transceiver) => transceiver.mid === mid);
  }

  #watch(dtls: RTCDtlsTransport): void {
    this.#dtls = dtls;
    dtls.onStateChange.subscribe((state) => {
      if (this.#closed) return;
      switch (state) {
        case 'new':
          return;
        case 'connecting':
          return this.#become('connecting');
        case 'connected':
          continueRecordNumbers(dtls);
          this.#seal = srtpSeal(sendSessionKeys(dtls));
          guardReceiving(dtls, (compound) => {
            for (const packet of readRtcp(compound)) this.#events.rtcp(packet);
          });
          return this.#become('connected');
        case 'closed':
        case 'failed':
          return this.#become(state);
      }
    });
    dtls.onRtp.subscribe(({ header, payload }) =>
      this.#events.rtp({
        ssrc: header.ssrc,
        payloadType: header.payloadType,
        sequenceNumber: header.sequenceNumber,
        timestamp: header.timestamp,
        payload,
      }),
    );
  }

  #adopt(channel: RTCDataChannel): void {
    const adopted = dataChannel(channel);
    channel.onMessage.subscribe((data) => {
      if (typeof data === 'string') this.#events.message(adopted, data);
    });
    whenOpen(channel, () => this.#events.channel(adopted));
  }

  #become(state: TransportState): void {
    if (state === this.#state || this.#state === 'closed') return;
    this.#state = state;
    this.#events.state(state);
  }
}
