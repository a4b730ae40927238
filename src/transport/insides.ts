import {
  type RTCDtlsTransport,
  type RTCIceTransport,
  type RTCPeerConnection,
  SrtpAuthenticationError,
} from 'werift';
import { rtpHeaderFits } from './incoming.ts';
import { type SrtpProfile, type SrtpSessionKeys, srtpProfiles } from './srtp.ts';

/**
 * Every place where we reach into werift 0.25.2 below its API, and why. Nothing else in Vedette does. Each shape is
 * what that version has at run time; an update of werift is a decision and runs the tests of this room.
 */

interface IceInsides {
  stunServer?: unknown;
  readonly nominated?: {
    readonly protocol: {
      readonly type: string;
      readonly transport?: {
        readonly socket?: { send(pieces: readonly Uint8Array[], port: number, address: string): void };
      };
      sendData(datagram: Buffer, address: readonly [string, number]): Promise<void>;
    };
    readonly remoteAddr: readonly [string, number];
  };
  canSendApplicationData(): boolean;
}

interface SrtpContextInsides {
  readonly srtpSessionKey: Uint8Array;
  readonly srtpSessionSalt: Uint8Array;
  readonly srtpSessionAuthTag: Uint8Array;
}

interface DtlsInsides {
  recordSequenceNumber: number;
  /** Our last flight, a record or more a buffer; it ends with Finished. */
  readonly lastMessage: readonly Buffer[];
}

interface OpensDatagrams {
  decrypt: (datagram: Buffer) => Buffer;
}

const iceInsides = (transport: RTCIceTransport): IceInsides => transport.connection as unknown as IceInsides;

/** werift asks a public STUN server even when it is given none; nobody's server is asked unless configured. */
export function askNoDefaultStunServer(
  transport: RTCIceTransport,
  iceServers: readonly { urls: string | string[] }[],
): void {
  const configured = iceServers.some(({ urls }) => [urls].flat().some((url) => url.startsWith('stun:')));
  if (!configured) delete iceInsides(transport).stunServer;
}

/**
 * Takes the DTLS server's part while it is still open: the server chooses the SRTP profile (AES-GCM, which browsers
 * do not choose themselves), and werift's client would wait 100 ms before its first message.
 */
export function becomeDtlsServer(dtls: RTCDtlsTransport): void {
  if (dtls.role === 'auto') dtls.role = 'server';
}

/** Where a record's sequence number stands, and how long it is (RFC 6347, 4.1). */
const sequenceNumberAt = 5;
const sequenceNumberBytes = 6;

/**
 * werift counts records from 0 again once its Finished is made, although Finished was the first of its epoch: some
 * records later one has the same number. The receiver drops that as a replay (RFC 6347, 4.1.2.6), so that its message
 * comes seconds late or never, and AES-GCM has used one nonce twice. Only at once when DTLS is connected.
 */
export function continueRecordNumbers(dtls: RTCDtlsTransport): void {
  const context = dtls.dtls?.dtls as unknown as DtlsInsides;
  const finished = context.lastMessage.at(-1)?.readUIntBE(sequenceNumberAt, sequenceNumberBytes) ?? 0;
  context.recordSequenceNumber = Math.max(context.recordSequenceNumber, finished);
}

/** Our direction's SRTP session keys; only once DTLS is connected. */
export function sendSessionKeys(dtls: RTCDtlsTransport): SrtpSessionKeys {
  const context = dtls.srtp.localContext as unknown as SrtpContextInsides;
  const profile = dtls.dtls?.srtp.srtpProfile as SrtpProfile | undefined;
  if (profile !== srtpProfiles.aeadAes128Gcm && profile !== srtpProfiles.aes128CmSha1)
    throw new Error('no SRTP profile was agreed on');
  return {
    profile,
    key: context.srtpSessionKey,
    salt: context.srtpSessionSalt,
    auth: profile === srtpProfiles.aes128CmSha1 ? context.srtpSessionAuthTag : new Uint8Array(),
  };
}

/**
 * Stands in front of werift's reading of media; only once DTLS is connected. Its RTP parser believes an extension's
 * length before the tag was checked: one forged datagram of 66 bytes from anywhere costs it 40 s. Its RTCP parser
 * reads a NACK to the end of the compound packet, so that what follows is taken for lost packets; `rtcp` gets the
 * opened bytes instead.
 */
export function guardReceiving(dtls: RTCDtlsTransport, rtcp: (compound: Uint8Array) => void): void {
  const srtp: OpensDatagrams = dtls.srtp;
  const openRtp = srtp.decrypt;
  srtp.decrypt = (datagram) => {
    if (!rtpHeaderFits(datagram)) throw new SrtpAuthenticationError('an RTP header longer than its packet');
    return openRtp(datagram);
  };
  const srtcp: OpensDatagrams = dtls.srtcp;
  const openRtcp = srtcp.decrypt;
  srtcp.decrypt = (datagram) => {
    rtcp(openRtcp(datagram));
    return Buffer.alloc(0);
  };
}

/** Sends one datagram, given in pieces, along the selected pair. */
export type MediaPath = (pieces: readonly Uint8Array[]) => void;

/**
 * The way to the peer just now, or undefined without a selected pair or without its consent. Asked once a frame:
 * the pair changes when the network does.
 */
export function mediaPath(dtls: RTCDtlsTransport): MediaPath | undefined {
  const ice = iceInsides(dtls.iceTransport);
  const pair = ice.nominated;
  if (!pair || !ice.canSendApplicationData()) return undefined;
  const { protocol, remoteAddr } = pair;
  const [address, port] = remoteAddr;
  const socket = protocol.type === 'stun' ? protocol.transport?.socket : undefined;
  if (socket) return (pieces) => socket.send(pieces, port, address);
  // TURN and TCP frame the datagram themselves; a failing one ends by consent expiry.
  return (pieces) => void protocol.sendData(Buffer.concat(pieces), remoteAddr).catch(() => undefined);
}

/** werift goes on gathering after it was closed, and keeps the sockets it opens; for when an answer was under way. */
export async function closeLateSockets(connection: RTCPeerConnection): Promise<void> {
  for (const transport of connection.iceTransports) await transport.connection.close();
}

/**
 * werift gathers and answers after a restart but never starts its checks again; without this it does not connect.
 * Its state says nothing here: gathering ends in "completed".
 */
export function restartIce(connection: RTCPeerConnection): void {
  for (const transport of connection.iceTransports) {
    if (transport.state !== 'closed') transport.start().catch(() => undefined); // failure shows in the connection's state
  }
}
