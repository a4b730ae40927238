import {
  maxSignalingBytes,
  type SignalingBody,
  SignalingMessage,
  signalingVersion,
} from '../protocol/signaling.ts';

/** Writes the envelopes of one session, in sequence. */
export class SignalingWriter {
  readonly #from: string;
  readonly #session: string;
  #seq = 0;
  /** The device's name, once its `hello` said it. */
  to = '';

  constructor(from: string, session: string) {
    this.#from = from;
    this.#session = session;
  }

  write(body: SignalingBody): string {
    this.#seq += 1;
    const message: SignalingMessage = {
      v: signalingVersion,
      id: randomId(),
      from: this.#from,
      to: this.to,
      session: this.#session,
      seq: this.#seq,
      body,
    };
    return JSON.stringify(message);
  }
}

/** Reads what came over the wire; anything that is not a message of ours is undefined, never an exception. */
export function readSignaling(data: unknown): SignalingMessage | undefined {
  return readJson(data, SignalingMessage, maxSignalingBytes);
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** Total: text of at most `maxLength` characters that is JSON and fits the schema, else undefined. */
export function readJson<T>(data: unknown, schema: Schema<T>, maxLength: number): T | undefined {
  if (typeof data !== 'string' || data.length > maxLength) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined; // not JSON: not ours
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** 128 random bits in hex. `crypto.randomUUID` would be shorter, but only secure pages have it. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
