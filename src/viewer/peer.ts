import { DeviceMessage, type ViewerMessage } from '../protocol/events.ts';
import { TelemetryMessage } from '../protocol/reading.ts';
import type { IceCandidateInit } from '../protocol/session.ts';
import type { FeedDescription, IceServer, MediaAssignment } from '../protocol/signaling.ts';
import { preferDeviceCodecs } from './codecs.ts';
import type { ConnectionInput } from './connection.ts';
import type { RequestClient } from './requests.ts';
import { readJson } from './signaling.ts';

/** A full state with some hundred sensors is shorter; a longer message is not one of the device's. */
const maxEventCharacters = 256 * 1024;

/** What a feed brings to the screen and takes from the microphone. */
export interface FeedMedia {
  readonly feed: string;
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | undefined;
  /** Where the microphone goes; only where the feed has a speaker. */
  readonly talk: RTCRtpSender | undefined;
}

export interface PeerEvents {
  /** The connection's own news. */
  report(input: ConnectionInput): void;
  /** A local candidate; an empty one ends them (RFC 8838, 8.2). */
  candidate(candidate: IceCandidateInit): void;
  message(message: DeviceMessage): void;
  /** Where requests go; left out, none can be made. */
  readonly control?: Pick<RequestClient, 'attach' | 'heard' | 'detach'>;
  /** Values that change fast; left out, none are asked for. */
  telemetry?(message: TelemetryMessage): void;
}

/** One peer connection that offers to receive feeds: its transceivers, its channels and its state. */
export class Peer {
  readonly connection: RTCPeerConnection;
  readonly media: readonly FeedMedia[];
  readonly #transceivers: { readonly feed: string; readonly transceiver: RTCRtpTransceiver }[] = [];
  readonly #events: RTCDataChannel;
  #telemetry: RTCDataChannel | undefined;
  #endRequests: (() => void) | undefined;

  constructor(feeds: readonly FeedDescription[], iceServers: readonly IceServer[], events: PeerEvents) {
    this.connection = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      iceServers: iceServers.map(({ urls, username, credential }) => ({
        urls,
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      })),
    });
    this.media = feeds.map((feed) => this.#receive(feed));
    this.#events = this.connection.createDataChannel('events', { ordered: true });
    this.#events.onmessage = ({ data }) => {
      const message = readJson(data, DeviceMessage, maxEventCharacters);
      if (message) events.message(message);
    };
    if (events.control) this.#carryRequests(events.control);
    if (events.telemetry) this.#receiveTelemetry(events.telemetry);
    this.connection.onicecandidate = ({ candidate }) =>
      events.candidate({
        candidate: candidate?.candidate ?? '',
        sdpMid: candidate?.sdpMid ?? null,
        sdpMLineIndex: candidate?.sdpMLineIndex ?? null,
      });
    this.connection.onconnectionstatechange = () => {
      const input = inputOf(this.connection.connectionState);
      if (input) events.report(input);
    };
  }

  #carryRequests(control: NonNullable<PeerEvents['control']>): void {
    const channel = this.connection.createDataChannel('control', { ordered: true });
    channel.onopen = () =>
      control.attach((text) => {
        if (channel.readyState === 'open') channel.send(text); // else it is sent again by another way
      });
    channel.onmessage = ({ data }) => control.heard(data);
    channel.onclose = () => control.detach();
    // Now, not when the browser comes to it: the next connection's channel may be there by then.
    this.#endRequests = () => {
      channel.onopen = null;
      channel.onmessage = null;
      channel.onclose = null;
      control.detach();
    };
  }

  /** What is late is of no use, and what is lost is soon replaced. */
  #receiveTelemetry(heard: (message: TelemetryMessage) => void): void {
    this.#telemetry = this.connection.createDataChannel('telemetry', { ordered: false, maxRetransmits: 0 });
    this.#telemetry.onmessage = ({ data }) => {
      const message = readJson(data, TelemetryMessage, maxEventCharacters);
      if (message) heard(message);
    };
  }

  #receive(feed: FeedDescription): FeedMedia {
    const video = this.connection.addTransceiver('video', { direction: 'recvonly' });
    preferDeviceCodecs(video);
    this.#transceivers.push({ feed: feed.name, transceiver: video });
    if (!feed.audio && !feed.talk) {
      return { feed: feed.name, video: video.receiver.track, audio: undefined, talk: undefined };
    }
    const direction = feed.talk ? 'sendrecv' : 'recvonly';
    const audio = this.connection.addTransceiver('audio', { direction });
    this.#transceivers.push({ feed: feed.name, transceiver: audio });
    return {
      feed: feed.name,
      video: video.receiver.track,
      audio: feed.audio ? audio.receiver.track : undefined,
      talk: feed.talk ? audio.sender : undefined,
    };
  }

  /** Makes and applies an offer; with `restart`, one with new ICE credentials (RFC 8445, 2.4). */
  async offer(restart = false): Promise<string> {
    const offer = await this.connection.createOffer({ iceRestart: restart });
    await this.connection.setLocalDescription(offer);
    return offer.sdp ?? '';
  }

  /** Which media section is which feed's; known once an offer was made. */
  assignments(): MediaAssignment[] {
    return this.#transceivers.flatMap(({ feed, transceiver }) =>
      transceiver.mid === null ? [] : [{ mid: transceiver.mid, feed }],
    );
  }

  async answer(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
  }

  /** A malformed candidate, or one of another generation, is as good as one that did not arrive. */
  async addIceCandidate(candidate: IceCandidateInit): Promise<void> {
    const { sdpMid, sdpMLineIndex } = candidate;
    // An end of candidates without a section is for all of them, and BUNDLE leaves only one.
    const section =
      sdpMid === null && sdpMLineIndex === null ? { sdpMLineIndex: 0 } : { sdpMid, sdpMLineIndex };
    await this.connection
      .addIceCandidate({ candidate: candidate.candidate, ...section })
      .catch(() => undefined);
  }

  /** False where the channel is not open: the device could not have heard it. */
  send(message: ViewerMessage): boolean {
    if (this.#events.readyState !== 'open') return false;
    this.#events.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.connection.onicecandidate = null;
    this.connection.onconnectionstatechange = null;
    this.#events.onmessage = null;
    if (this.#telemetry) this.#telemetry.onmessage = null;
    this.#endRequests?.();
    this.connection.close();
  }
}

function inputOf(state: RTCPeerConnectionState): ConnectionInput | undefined {
  switch (state) {
    case 'connected':
      return { type: 'connected' };
    case 'disconnected':
      return { type: 'disturbed' };
    case 'failed':
    case 'closed':
      return { type: 'failed' };
    default:
      return undefined;
  }
}
