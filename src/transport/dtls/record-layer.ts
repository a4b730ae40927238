import { ReplayWindow } from '../replay-window.ts';
import type { Directions } from './key-schedule.ts';
import { type ContentType, type DtlsRecord, maxSequence, versions, writeRecord } from './record.ts';
import { RecordProtection, type TrafficKey } from './record-protection.ts';

/** 0 is in the clear, 1 is protected; without renegotiation there is no other (RFC 6347, 4.1). */
export type Epoch = 0 | 1;

/** Numbers and protects our records, and opens the peer's. */
export class RecordLayer {
  readonly #numbers: [number, number] = [0, 0];
  readonly #window = new ReplayWindow();
  #local: RecordProtection | undefined;
  #remote: RecordProtection | undefined;

  /** The keys of epoch 1; the peer's records can be opened from here. */
  protect({ local, remote }: Directions<TrafficKey>): void {
    this.#local = new RecordProtection(local);
    this.#remote = new RecordProtection(remote);
  }

  /** The keys exist. */
  get protects(): boolean {
    return this.#remote !== undefined;
  }

  /** A record with a number of its own; nothing where the epoch has no key or no number left (RFC 6347, 4.1). */
  write(type: ContentType, epoch: Epoch, fragment: Uint8Array): Uint8Array | undefined {
    const sequence = this.#numbers[epoch];
    if (sequence > maxSequence) return undefined;
    const record = { type, version: versions.dtls12, epoch, sequence, fragment };
    if (epoch === 0) {
      this.#numbers[0] = sequence + 1;
      return writeRecord(record);
    }
    if (this.#local === undefined) return undefined;
    this.#numbers[1] = sequence + 1;
    return writeRecord(this.#local.seal(record));
  }

  /** The plaintext of a record of epoch 1, once: nothing where it was seen before or is not the peer's. */
  open(record: DtlsRecord): Uint8Array | undefined {
    if (this.#remote === undefined || this.#window.check(record.sequence) !== 'new') return undefined;
    const plaintext = this.#remote.open(record);
    if (plaintext !== undefined) this.#window.mark(record.sequence);
    return plaintext;
  }
}
