import { createHash } from 'node:crypto';
import { type HandshakeMessage, type HandshakeType, writeMessage } from './handshake-message.ts';

/** The messages of both sides in order, as if none had been fragmented (RFC 6347, 4.2.6); numbers ours. */
export class Transcript {
  readonly #messages: Uint8Array[] = [];
  #nextSequence = 0;

  /** Makes our next message; it counts from now on. */
  write(type: HandshakeType, body: Uint8Array): HandshakeMessage {
    const message = { type, sequence: this.#nextSequence, body };
    this.#nextSequence += 1;
    this.add(message);
    return message;
  }

  /** The peer's message counts from now on. */
  add(message: HandshakeMessage): void {
    this.#messages.push(writeMessage(message));
  }

  /** Neither the first ClientHello nor the HelloVerifyRequest that answers it counts (RFC 6347, 4.2.1). */
  forget(): void {
    this.#messages.length = 0;
  }

  /** What CertificateVerify signs. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#messages);
  }

  /** What Finished and the extended master secret are bound to. */
  hash(): Uint8Array {
    const hash = createHash('sha256');
    for (const message of this.#messages) hash.update(message);
    return hash.digest();
  }
}
