import { setTimeout as sleep } from 'node:timers/promises';
import { settledWithin } from '../deadline.ts';
import { VedetteError } from '../errors.ts';
import {
  exceptionWords,
  type ModbusAnswer,
  type ModbusQuestion,
  rtuAnswer,
  rtuQuestion,
  tcpAnswer,
  tcpQuestion,
} from './modbus-frames.ts';
import { connectTcp, type ModbusWire, type ModbusWireSink } from './modbus-wire.ts';
import { openSerialPort, type SerialSettings } from './serial-port.ts';
import { Turns } from './turns.ts';

/** An answer takes some milliseconds; slow devices behind gateways a second. */
const answerMs = 2_000;
/** Silence between frames on a serial line: 3.5 characters at 9600 bits a second (Modbus over serial line, 2.5.1.1). */
const silenceMs = 4;
/** A tool that cannot even be killed is left behind. */
const stopMs = 500;
/** More than any answer; what comes beyond is noise. */
const mostReceived = 1_024;

/** Where devices are: behind a TCP address, or on a serial line. */
export type ModbusAddress = { readonly host: string; readonly port: number } | SerialSettings;

/** The one connection to the Modbus devices at an address: one question at a time, opened when first asked. */
export class ModbusLink {
  readonly address: ModbusAddress;
  readonly #turns = new Turns();
  #wire: ModbusWire | undefined;
  #received: Uint8Array = new Uint8Array(0);
  #heard: (() => void) | undefined;
  #lost: VedetteError | undefined;
  #transaction = 0;
  readonly #stopping = new AbortController();

  constructor(address: ModbusAddress) {
    this.address = address;
  }

  /**
   * Asks a device, in turn.
   *
   * @throws VedetteError `modbus/unreachable`, `modbus/no-answer`, `modbus/exception`, `modbus/nonsense`, and what
   * opening a serial line throws
   */
  read(question: ModbusQuestion): Promise<Uint8Array> {
    return this.#turns.take(() => this.#ask(question));
  }

  /** Hangs up for good, whatever is being opened or asked; within 0.5 s. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#hangUp(new VedetteError('modbus/unreachable', { detail: 'the device stops' }));
    await settledWithin(
      this.#turns.take(() => Promise.resolve()),
      stopMs,
    );
  }

  async #ask(question: ModbusQuestion): Promise<Uint8Array> {
    const wire = await this.#open();
    const serial = 'path' in this.address;
    if (serial) await sleep(silenceMs);
    this.#received = new Uint8Array(0);
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const transaction = this.#transaction;
    wire.write(serial ? rtuQuestion(question) : tcpQuestion(question, transaction));
    const answer = await this.#answer(() =>
      serial ? rtuAnswer(this.#received, question) : tcpAnswer(this.#received, question, transaction),
    );
    return this.#dataOf(answer, question);
  }

  /** Waits until `find` finds an answer in what came; undefined where none came in time. */
  async #answer(find: () => ModbusAnswer | undefined): Promise<ModbusAnswer | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<ModbusAnswer | undefined>();
    const timer = setTimeout(() => resolve(undefined), answerMs);
    this.#heard = () => {
      if (this.#lost) reject(this.#lost);
      const answer = find();
      if (answer) resolve(answer);
    };
    this.#heard();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#heard = undefined;
    });
  }

  #dataOf(answer: ModbusAnswer | undefined, question: ModbusQuestion): Uint8Array {
    const { unit, table, register } = question;
    if (!answer) {
      const anything = this.#received.length > 0;
      // A connection that is dead without a word shows itself so; the next question gets a new one.
      if (!('path' in this.address)) this.#hangUp();
      if (anything) throw new VedetteError('modbus/nonsense', { unit, detail: 'no frame that is whole' });
      throw new VedetteError('modbus/no-answer', { unit, seconds: answerMs / 1000 });
    }
    if (answer.type === 'data') return answer.data;
    if (answer.type === 'exception') {
      const detail = exceptionWords(answer.code);
      throw new VedetteError('modbus/exception', { unit, table, register, detail });
    }
    this.#hangUp();
    throw new VedetteError('modbus/nonsense', { unit, detail: answer.detail });
  }

  async #open(): Promise<ModbusWire> {
    const { signal } = this.#stopping;
    if (signal.aborted) throw new VedetteError('modbus/unreachable', { detail: 'the device stops' });
    if (this.#wire) return this.#wire;
    this.#lost = undefined;
    const sink: ModbusWireSink = {
      data: (chunk) => {
        this.#received = Buffer.concat([this.#received, chunk]).subarray(-mostReceived);
        this.#heard?.();
      },
      ended: (reason) => this.#hangUp(reason),
    };
    const { address } = this;
    const wire = await ('path' in address
      ? openSerialPort(address, sink, signal)
      : connectTcp(address, sink, signal));
    this.#wire = wire;
    if (signal.aborted) this.#hangUp(new VedetteError('modbus/unreachable', { detail: 'the device stops' }));
    return wire;
  }

  #hangUp(reason?: VedetteError): void {
    this.#wire?.close();
    this.#wire = undefined;
    this.#lost = reason;
    this.#heard?.();
  }
}
