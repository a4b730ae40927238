import type { Endpoint } from '../endpoint.ts';
import { usernameOf } from '../stun/binding.ts';
import { hasValidFingerprint, isStun, readStun, type StunMessage, verifyIntegrity } from '../stun/message.ts';
import type { WirePath } from './path.ts';

/** Bytes of a transaction id that say whose it is. */
export const transactionPrefixBytes = 4;

/** Who STUN responses go to. */
export interface Asker {
  /** A response to a transaction of ours; nothing in it is verified. */
  response(message: StunMessage, path: WirePath, from: Endpoint): void;
}

/** A session's end of the wire. */
export interface Member extends Asker {
  /** A request for one of our ufrags, its FINGERPRINT and MESSAGE-INTEGRITY right. */
  request(message: StunMessage, path: WirePath, from: Endpoint): void;
  /** DTLS from an address that ICE has seen; `validated` says whether it has proven to be reached there. */
  dtls(datagram: Buffer, validated: boolean): void;
  /** SRTP or SRTCP from an address that ICE has validated; false before there are keys. */
  media(datagram: Buffer): boolean;
}

/** Why datagrams were dropped, since the beginning. */
export interface DropCounts {
  /** No protocol of ours (RFC 7983, 7). */
  unknown: number;
  /** Malformed STUN, of nobody's ufrag, or without the integrity that proves the password. */
  stun: number;
  /** From an address that no session has validated. */
  stranger: number;
  /** Media before there are keys. */
  premature: number;
}

/** First bytes (RFC 7983, 7). */
const dtlsFrom = 20;
const dtlsTo = 63;
const rtpFrom = 128;
const rtpTo = 191;

/**
 * Says for each datagram whose it is, or that it is nobody's. In this order: STUN of a known transaction, or of a
 * known ufrag with right integrity; DTLS and media from an address that ICE has let in. All else is counted and
 * dropped: nothing is answered, nothing is kept for a stranger. Pure.
 */
export class Demultiplexer {
  readonly drops: DropCounts = { unknown: 0, stun: 0, stranger: 0, premature: 0 };
  readonly #byUfrag = new Map<string, { readonly member: Member; readonly password: string }>();
  readonly #byPrefix = new Map<number, Asker>();
  readonly #byAddress = new Map<string, { readonly member: Member; validated: boolean }>();

  /** Requests for `ufrag` are the member's, if they are made with `password`. */
  addCredentials(ufrag: string, password: string, member: Member): void {
    this.#byUfrag.set(ufrag, { member, password });
  }

  removeCredentials(ufrag: string): void {
    this.#byUfrag.delete(ufrag);
  }

  /** Responses to transactions whose ids begin with `prefix` are the asker's. */
  addPrefix(prefix: Uint8Array, asker: Asker): void {
    this.#byPrefix.set(prefixOf(prefix), asker);
  }

  removePrefix(prefix: Uint8Array): void {
    this.#byPrefix.delete(prefixOf(prefix));
  }

  /** Who proves to know the newest password of an address has it: the session there before is over. */
  addAddress(pathId: string, from: Endpoint, member: Member, validated: boolean): void {
    const key = addressKey(pathId, from);
    const known = this.#byAddress.get(key);
    if (known?.member === member) known.validated ||= validated;
    else if (validated || known === undefined || !known.validated)
      this.#byAddress.set(key, { member, validated });
  }

  /** The address is the member's no more. */
  removeAddress(pathId: string, from: Endpoint, member: Member): void {
    const key = addressKey(pathId, from);
    if (this.#byAddress.get(key)?.member === member) this.#byAddress.delete(key);
  }

  /** Forgets a member that has ended. */
  remove(member: Member): void {
    for (const [key, entry] of this.#byAddress) if (entry.member === member) this.#byAddress.delete(key);
    for (const [key, entry] of this.#byUfrag) if (entry.member === member) this.#byUfrag.delete(key);
    for (const [key, asker] of this.#byPrefix) if (asker === member) this.#byPrefix.delete(key);
  }

  /** What is kept, for who counts. */
  get size(): number {
    return this.#byAddress.size + this.#byUfrag.size + this.#byPrefix.size;
  }

  receive(datagram: Buffer, path: WirePath, from: Endpoint): void {
    // Forged: nobody can be answered there (RFC 768), and the socket would throw.
    if (from.port === 0) {
      this.drops.unknown += 1;
      return;
    }
    const first = datagram[0] ?? 255;
    if (first < 4) this.#stun(datagram, path, from);
    else if (first >= dtlsFrom && first <= dtlsTo) this.#dtls(datagram, path, from);
    else if (first >= rtpFrom && first <= rtpTo) this.#media(datagram, path, from);
    else this.drops.unknown += 1;
  }

  #stun(datagram: Buffer, path: WirePath, from: Endpoint): void {
    const message = isStun(datagram) ? readStun(datagram) : 'notStun';
    if (typeof message === 'string') {
      this.drops.stun += 1;
      return;
    }
    if (message.class === 'success' || message.class === 'error') {
      const asker = this.#byPrefix.get(prefixOf(message.transactionId));
      if (asker) asker.response(message, path, from);
      else this.drops.stun += 1;
      return;
    }
    const entry = this.#byUfrag.get(usernameOf(message)?.to ?? '');
    // The cheap check first: a hash is made only for who knows a ufrag.
    if (entry && hasValidFingerprint(message) && verifyIntegrity(message, entry.password))
      entry.member.request(message, path, from);
    else this.drops.stun += 1;
  }

  #dtls(datagram: Buffer, path: WirePath, from: Endpoint): void {
    const entry = this.#byAddress.get(addressKey(path.id, from));
    if (entry) entry.member.dtls(datagram, entry.validated);
    else this.drops.stranger += 1;
  }

  #media(datagram: Buffer, path: WirePath, from: Endpoint): void {
    const entry = this.#byAddress.get(addressKey(path.id, from));
    if (!entry?.validated) this.drops.stranger += 1;
    else if (!entry.member.media(datagram)) this.drops.premature += 1;
  }
}

function prefixOf(transactionId: Uint8Array): number {
  return Buffer.from(transactionId.buffer, transactionId.byteOffset, transactionPrefixBytes).readUInt32BE();
}

function addressKey(pathId: string, { address, port }: Endpoint): string {
  return `${pathId}/${address}/${port}`;
}
