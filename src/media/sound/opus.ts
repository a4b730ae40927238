import type { OpusDecoderHandle, OpusEncoderHandle } from 'libopus-wasm';
import type { Logger } from '../../log.ts';
import { blockSamples, type EncodedFrame, type SoundBlock, sampleRate } from '../frame.ts';
import { Listeners } from '../listeners.ts';
import type { EncodedStream, Release } from '../stream.ts';
import { type StreamCounts, StreamMeter } from '../stream-counts.ts';
import type { Microphone } from './microphone.ts';
import type { VoiceDecoder } from './playout.ts';

/** Fullband voice and its FEC sound clean from about 32 kbit/s on, mono (RFC 6716, 2.1.1). */
const bitrateBps = 40_000;
/** 0 to 10. At 5 a block costs half the time of 10, with no difference in speech that a listener hears. */
const complexity = 5;
/** What the encoder protects against: with less it leaves in-band FEC out at this bitrate. */
const expectedLossPercent = 10;
/** An encoder stays this long after its last listener, ms. */
const defaultLingerMs = 5_000;

/** The library is loaded when the first sound is, not with the program. */
const load = () => import('libopus-wasm');

/** Makes an encoder for one voice: 20 ms, mono, in-band FEC on. Whoever made it frees it. */
export async function createOpusEncoder(): Promise<OpusEncoderHandle> {
  const { Application, createEncoder } = await load();
  return createEncoder({
    sampleRate,
    channels: 1,
    frameSize: blockSamples,
    application: Application.Voip,
    bitrate: bitrateBps,
    complexity,
    fec: true,
    packetLossPercent: expectedLossPercent,
  });
}

/** Makes a decoder to mono: stereo packets are mixed down by it. Whoever made it frees it. */
export async function createVoiceDecoder(): Promise<VoiceDecoder> {
  const { createDecoder } = await load();
  return new OpusVoiceDecoder(await createDecoder({ sampleRate, channels: 1 }));
}

class OpusVoiceDecoder implements VoiceDecoder {
  readonly #decoder: OpusDecoderHandle;
  /** Of the last packet: what is lost is taken to be as long. */
  #samples: number = blockSamples;

  constructor(decoder: OpusDecoderHandle) {
    this.#decoder = decoder;
  }

  decode(packet: Uint8Array): Int16Array {
    try {
      const samples = this.#decoder.decode(packet);
      this.#samples = samples.length;
      return samples;
    } catch {
      // Packets come from outside: a broken one is a lost one.
      return this.conceal();
    }
  }

  recover(next: Uint8Array): Int16Array {
    try {
      return this.#decoder.decode(next, { decodeFec: true, frameSize: this.#samples });
    } catch {
      return this.conceal();
    }
  }

  conceal(): Int16Array {
    return this.#decoder.decodePacketLoss(this.#samples);
  }

  free(): void {
    this.#decoder.free();
  }
}

export interface OpusStreamOptions {
  readonly microphone: Microphone;
  readonly log: Logger;
  /** 5 s unless told. */
  readonly lingerMs?: number;
}

/** A microphone as Opus packets of 20 ms (RFC 7587): one encoder, whatever the number of viewers. */
export class OpusStream implements EncodedStream {
  readonly codec = 'opus';
  readonly keyframesOnDemand = true;
  readonly #microphone: Microphone;
  readonly #log: Logger;
  readonly #lingerMs: number;
  readonly #listeners: Listeners<EncodedFrame>;
  readonly #meter = new StreamMeter();
  #encoder: OpusEncoderHandle | undefined;
  #release: Release | undefined;
  #linger: NodeJS.Timeout | undefined;
  /** Rises with every start and stop: an encoder that was loaded too late is recognised by it. */
  #run = 0;
  #running = false;

  constructor(options: OpusStreamOptions) {
    this.#microphone = options.microphone;
    this.#log = options.log;
    this.#lingerMs = options.lingerMs ?? defaultLingerMs;
    this.#listeners = new Listeners(options.log);
  }

  /** What it has given so far. */
  get counts(): StreamCounts {
    return this.#meter.counts;
  }

  listen(listener: (frame: EncodedFrame) => void): Release {
    const release = this.#listeners.add(listener);
    clearTimeout(this.#linger);
    if (!this.#running) this.#start();
    return () => {
      release();
      if (this.#listeners.size > 0 || !this.#running) return;
      clearTimeout(this.#linger);
      this.#linger = setTimeout(() => this.stop(), this.#lingerMs);
    };
  }

  /** Every Opus packet is one. */
  requestKeyframe(): void {}

  /** Frees the encoder and lets go of the microphone, whoever listens. Idempotent. */
  stop(): void {
    clearTimeout(this.#linger);
    this.#run++;
    this.#running = false;
    this.#release?.();
    this.#release = undefined;
    this.#encoder?.free();
    this.#encoder = undefined;
  }

  #start(): void {
    this.#running = true;
    const run = ++this.#run;
    createOpusEncoder().then(
      (encoder) => {
        if (run !== this.#run) return encoder.free();
        this.#encoder = encoder;
        const lookaheadMs = (encoder.getLookahead() / sampleRate) * 1000;
        this.#release = this.#microphone.listen((block) => this.#encode(encoder, block, lookaheadMs));
      },
      (error: unknown) => {
        this.#log.error({ err: error }, 'the Opus encoder could not be loaded: no sound');
        if (run === this.#run) this.stop();
      },
    );
  }

  #encode(encoder: OpusEncoderHandle, block: SoundBlock, lookaheadMs: number): void {
    const packet: EncodedFrame = {
      codec: 'opus',
      data: encoder.encode(block.samples),
      keyframe: true,
      // A decoder gives this packet's first sample as many samples late as the encoder looks ahead (RFC 7845, 4.2).
      captureMs: (block.captureMs - lookaheadMs) as typeof block.captureMs,
    };
    this.#meter.frame(packet);
    this.#listeners.tell(packet);
  }
}
