import type { RTCDtlsTransport, RTCSctpTransport } from 'werift';
import { type DataChannel, dataChannel, whenOpen } from './channel.ts';
import { maxMessageBytes } from './description.ts';
import { type Association, boundAssociation } from './sctp/bounds.ts';
import { boundChannels, type Channels } from './sctp/channels.ts';
import { isWellFormed } from './sctp/well-formed.ts';

/** Messages kept while the library loads: an INIT and its repetitions. */
const maxEarly = 8;
const sctpPort = 5_000;

export interface SctpEvents {
  /** Takes one SCTP packet for DTLS. */
  send(packet: Uint8Array): void;
  /** A channel of the viewer's is open. */
  channel(channel: DataChannel): void;
  message(channel: DataChannel, text: string): void;
}

export interface SctpOptions {
  /** The peer's a=max-message-size, bytes; 0 for any. */
  readonly remoteMaxMessageBytes: number;
  /** The side that controls ICE numbers its channels with odd ids; here it is only asked which we are. */
  readonly controlling: boolean;
}

/** The little that werift's SCTP uses of a DTLS transport. */
interface BelowSctp {
  readonly id: string;
  readonly iceTransport: { readonly role: 'controlling' | 'controlled' };
  readonly onStateChange: { subscribe(): { unSubscribe(): void } };
  dataReceiver: (packet: Buffer) => void;
  sendData(packet: Buffer): Promise<void>;
}

/**
 * Data channels over werift's SCTP (RFC 8831, 8832), which is loaded with the first session that has any: it is the
 * largest library of all. This is the one place that gives it a transport that is not its own.
 */
export class Sctp {
  readonly #events: SctpEvents;
  readonly #options: SctpOptions;
  readonly #below: BelowSctp;
  #transport: RTCSctpTransport | undefined;
  #early: Buffer[] = [];
  #begun = false;
  #closed = false;

  constructor(options: SctpOptions, events: SctpEvents) {
    this.#options = options;
    this.#events = events;
    this.#below = {
      id: 'vedette',
      iceTransport: { role: options.controlling ? 'controlling' : 'controlled' },
      onStateChange: { subscribe: () => ({ unSubscribe: () => undefined }) },
      dataReceiver: () => undefined,
      sendData: async (packet) => {
        if (!this.#closed) events.send(packet);
      },
    };
  }

  /**
   * DTLS is connected: the association may begin. Once; more often does nothing.
   * @throws Error where the library cannot be loaded
   */
  async start(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    const { RTCSctpTransport } = await import('werift');
    if (this.#closed) return;
    const transport = new RTCSctpTransport(sctpPort, maxMessageBytes);
    boundChannels(transport as unknown as Channels);
    transport.setDtlsTransport(this.#below as unknown as RTCDtlsTransport);
    const association = transport.sctp as unknown as Association & HandlesPackets;
    surviveHostilePackets(association);
    boundAssociation(association);
    transport.setRemoteMaxMessageSize(this.#options.remoteMaxMessageBytes);
    transport.onDataChannel.subscribe((channel) => {
      const adopted = dataChannel(channel);
      channel.onMessage.subscribe((data) => {
        if (typeof data === 'string') this.#events.message(adopted, data);
      });
      whenOpen(channel, () => this.#events.channel(adopted));
    });
    this.#transport = transport;
    // Without an answer it gives up by itself; whether the peer is there is for ICE to say.
    transport.start(sctpPort).catch(() => undefined);
    for (const packet of this.#early.splice(0)) this.#below.dataReceiver(packet);
  }

  /** One SCTP packet came. */
  receive(packet: Uint8Array): void {
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
    if (this.#transport) this.#below.dataReceiver(bytes);
    else if (this.#early.length < maxEarly) this.#early.push(bytes);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#transport?.stop().catch(() => undefined);
    this.#closed = true;
  }
}

interface HandlesPackets {
  handleData: (packet: Buffer) => Promise<void>;
}

/** A packet that cannot be parsed would end the process, or keep it busy for ever. */
function surviveHostilePackets(association: HandlesPackets): void {
  const handleData = association.handleData.bind(association);
  association.handleData = async (packet) => {
    if (isWellFormed(packet)) await handleData(packet).catch(() => undefined);
  };
}
