/**
 * The far end of a test: a real peer connection of another implementation in this process, as a viewer that offers.
 */
import {
  type RTCDataChannel,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  type RTCRtpTransceiver,
  type RtpPacket,
} from 'werift';
import type { IceCandidateInit } from '../../src/protocol/session.ts';
import { extensionUris } from '../../src/rtp/header.ts';

const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }];
const video = (mimeType: string, payloadType: number, parameters?: string) =>
  new RTCRtpCodecParameters({
    mimeType,
    clockRate: 90_000,
    payloadType,
    ...(mimeType === 'video/rtx' ? {} : { rtcpFeedback: feedback }),
    ...(parameters === undefined ? {} : { parameters }),
  });

/** Payload types a far end offers. */
export const far = { h264: 102, h264Rtx: 103, vp8: 96, vp8Rtx: 97, opus: 111 } as const;

export interface FarEndOptions {
  readonly codecs?: readonly ('H264' | 'VP8')[];
  readonly audio?: 'recvonly' | 'sendrecv';
  /** Makes the `events` channel. */
  readonly channel?: boolean;
  /** Makes the `telemetry` channel. */
  readonly telemetry?: boolean;
  /** Called when the transports exist, before they start. */
  readonly beforeStart?: (far: FarEnd) => void;
  /** No UDP comes through: it connects by ICE over TCP. */
  readonly tcpOnly?: boolean;
  /** Changes the offer on its way. */
  readonly mungeOffer?: (sdp: string) => string;
}

export class FarEnd {
  readonly connection: RTCPeerConnection;
  readonly video: RTCRtpTransceiver;
  readonly audio: RTCRtpTransceiver | undefined;
  readonly channel: RTCDataChannel | undefined;
  /** All RTP that came in, decrypted, in order. */
  readonly rtp: RtpPacket[] = [];
  readonly messages: unknown[] = [];
  /** What came on the `telemetry` channel. */
  readonly telemetry: unknown[] = [];
  readonly #options: FarEndOptions;
  readonly #checks = new Set<() => void>();
  #tapped = false;

  constructor(options: FarEndOptions = {}) {
    const { codecs = ['H264', 'VP8'], audio, channel = true } = options;
    this.#options = options;
    this.connection = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      iceUseIpv6: false,
      ...(options.tcpOnly ? { iceUseTcp: true } : {}),
      codecs: {
        video: codecs.flatMap((codec) =>
          codec === 'VP8'
            ? [video('video/VP8', far.vp8), video('video/rtx', far.vp8Rtx, `apt=${far.vp8}`)]
            : [
                video(
                  'video/H264',
                  far.h264,
                  'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
                ),
                video('video/rtx', far.h264Rtx, `apt=${far.h264}`),
              ],
        ),
        audio: [
          new RTCRtpCodecParameters({
            mimeType: 'audio/opus',
            clockRate: 48_000,
            channels: 2,
            payloadType: far.opus,
          }),
        ],
      },
      headerExtensions: {
        video: [new RTCRtpHeaderExtensionParameters({ uri: extensionUris.mid })],
        audio: [new RTCRtpHeaderExtensionParameters({ uri: extensionUris.mid })],
      },
    });
    this.video = this.connection.addTransceiver('video', { direction: 'recvonly' });
    this.audio = audio && this.connection.addTransceiver('audio', { direction: audio });
    this.channel = channel ? this.connection.createDataChannel('events') : undefined;
    this.channel?.onMessage.subscribe((data) => {
      this.messages.push(JSON.parse(String(data)));
      this.#changed();
    });
    const telemetry = options.telemetry
      ? this.connection.createDataChannel('telemetry', { ordered: false, maxRetransmits: 0 })
      : undefined;
    telemetry?.onMessage.subscribe((data) => {
      this.telemetry.push(JSON.parse(String(data)));
      this.#changed();
    });
    this.channel?.stateChanged.subscribe(() => this.#changed());
  }

  get dtls() {
    return this.connection.dtlsTransports[0]!;
  }

  /** Offers; its candidates are told one by one. No server is asked for an address. */
  async offer(onCandidate: (candidate: IceCandidateInit) => void, options: { iceRestart?: boolean } = {}) {
    this.connection.onIceCandidate.subscribe((candidate) => {
      if (this.#options.tcpOnly && / udp /i.test(candidate?.candidate ?? '')) return;
      onCandidate({
        candidate: candidate?.candidate ?? '',
        sdpMid: candidate?.sdpMid ?? null,
        sdpMLineIndex: candidate?.sdpMLineIndex ?? null,
      });
    });
    const offer = await this.connection.createOffer(options);
    for (const { connection } of this.connection.iceTransports)
      delete (connection as { stunServer?: unknown }).stunServer;
    if (!this.#tapped) this.#options.beforeStart?.(this);
    await this.connection.setLocalDescription(offer);
    const { sdp } = this.connection.localDescription!;
    const reachable = this.#options.tcpOnly ? sdp.replaceAll(/a=candidate:\S+ 1 udp .*\r\n/gi, '') : sdp;
    return this.#options.mungeOffer?.(reachable) ?? reachable;
  }

  async accept(answer: string) {
    const sdp = this.#options.tcpOnly ? answer.replaceAll(/a=candidate:\S+ 1 udp .*\r\n/g, '') : answer;
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
    if (this.#tapped) {
      // This stack does not begin its checks again after a restart.
      for (const transport of this.connection.iceTransports) transport.start().catch(() => undefined);
      return;
    }
    this.#tapped = true;
    this.dtls.onRtp.subscribe((packet) => {
      this.rtp.push(packet);
      this.#changed();
    });
    this.dtls.onStateChange.subscribe(() => this.#changed());
  }

  addCandidate({ candidate, sdpMid, sdpMLineIndex }: IceCandidateInit): void {
    this.connection
      .addIceCandidate({
        candidate,
        ...(sdpMid === null ? {} : { sdpMid }),
        ...(sdpMLineIndex === null ? {} : { sdpMLineIndex }),
      })
      .catch(() => undefined); // closed meanwhile
  }

  /** Resolves once `condition` holds; looked at whenever something arrived, and now and then. */
  async until(what: string, condition: () => boolean, deadlineMs = 10_000): Promise<void> {
    if (condition()) return;
    let check = () => {};
    let deadline: NodeJS.Timeout | undefined;
    const sometimes = setInterval(() => check(), 10);
    try {
      await new Promise<void>((resolve, reject) => {
        check = () => condition() && resolve();
        this.#checks.add(check);
        deadline = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), deadlineMs);
      });
    } finally {
      clearTimeout(deadline);
      clearInterval(sometimes);
      this.#checks.delete(check);
    }
  }

  /** Looks at the conditions that are waited for again. */
  #changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** For conditions on the near end. */
  readonly changed = (): void => this.#changed();

  /** Ends as browsers do: with a close_notify alert (RFC 5246, 7.2.1), so that the other side hears of it. */
  async hangUp(): Promise<void> {
    const { dtls } = this.dtls;
    if (dtls) {
      const cipher = dtls.cipher as unknown as Record<'encryptPacket', (record: Plaintext) => unknown>;
      const encrypt = cipher.encryptPacket.bind(cipher);
      cipher.encryptPacket = (record) => {
        record.recordLayerHeader.contentType = alertContentType;
        return encrypt(record);
      };
      await dtls.send(Buffer.from([1, 0]));
    }
    await this.connection.close();
  }
}

const alertContentType = 21;
interface Plaintext {
  readonly recordLayerHeader: { contentType: number };
}
