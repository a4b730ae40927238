import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { LevelMeter, silenceDb } from '../media/sound/level.ts';
import type { Microphone } from '../media/sound/microphone.ts';
import { type DurationMs, durationBetween, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorSink, SensorSource } from './kind.ts';
import { LevelWindow } from './level-window.ts';

const period = durationMs('200ms') as DurationMs;

/** The keys of `kind: sound-level` in a profile. */
export const soundLevelOptions = z.strictObject({
  feed: z.string().min(1).describe('Whose microphone is heard; it stays open for this'),
  measure: z
    .enum(['rms', 'peak'])
    .default('rms')
    .describe('rms: how loud it is; peak: the highest swing, for claps and knocks'),
  window: durationBetween('20ms', '10s')
    .default(period)
    .describe('Over how long it is measured, and how often it is said'),
});
type Options = z.output<typeof soundLevelOptions>;

/** How loud it is at a microphone, in dB below full scale: 0 is the loudest there is, -96 silence. */
export const soundLevelSensor: SensorKind<typeof soundLevelOptions> = {
  kind: 'sound-level',
  options: soundLevelOptions,
  nature: ({ window }) => ({
    ...{ type: 'number', unit: 'dB', decimals: 0, range: [silenceDb, 0] },
    // Blocks come in steps of 20 ms, and sound servers hand them on in heaps.
    period: Math.max(window, 1_000) as DurationMs,
  }),
  open: (options, { microphone }) => {
    const heard = microphone(options.feed);
    if (!heard) throw new VedetteError('microphone/none', { feed: options.feed });
    return new SoundLevelSensor(options, heard);
  },
};

class SoundLevelSensor implements SensorSource {
  readonly #options: Options;
  readonly #microphone: Microphone;
  readonly #meter = new LevelMeter();
  readonly #window: LevelWindow;
  #sink: SensorSink | undefined;
  #releases: (() => void)[] = [];

  constructor(options: Options, microphone: Microphone) {
    this.#options = options;
    this.#microphone = microphone;
    this.#window = new LevelWindow(options.window, options.measure);
  }

  start(sink: SensorSink): void {
    this.#sink = sink;
    this.#releases = [
      this.#microphone.onStatus((status) => {
        if (status.state === 'away') this.#end(status.reason);
        if (status.state === 'private') this.#end('it is closed for privacy');
      }),
      this.#microphone.listen(({ samples, captureMs }) => {
        // As it is sent: while somebody talks through the speaker beside it, it is turned down, and so no alarm.
        this.#meter.measure(samples);
        const level = this.#window.take(this.#meter, captureMs);
        if (level !== undefined) this.#sink?.value(level, captureMs);
      }),
    ];
  }

  stop(): Promise<void> {
    this.#sink = undefined;
    for (const release of this.#releases.splice(0)) release();
    return Promise.resolve();
  }

  #end(detail: string): void {
    const told = this.#sink;
    void this.stop();
    told?.ended(new VedetteError('microphone/lost', { feed: this.#options.feed, detail }));
  }
}
