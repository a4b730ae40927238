import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import type { Camera } from '../media/camera.ts';
import { watchGrey } from '../media/grey-pictures.ts';
import { type DurationMs, durationBetween, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorSink, SensorSource } from './kind.ts';
import { MotionDetector } from './motion-detector.ts';

const share = z.number().min(0).max(1);
const zone = z
  .array(z.tuple([share, share]))
  .min(3)
  .max(20);

/** The keys of `kind: motion` in a profile. */
export const motionOptions = z.strictObject({
  feed: z.string().min(1).describe('Whose camera is watched; it stays open for this'),
  zones: z
    .array(zone)
    .max(10)
    .default([])
    .describe(
      'Where to look, by corners in shares of the picture: [[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]] is its lower half; all of it by default',
    ),
  ignore: z
    .array(zone)
    .max(10)
    .default([])
    .describe('What to leave out of them: a tree, a clock in the picture'),
  sensitivity: z
    .int()
    .min(1)
    .max(100)
    .default(50)
    .describe('How small a change of brightness counts; 100 is most'),
  area: z.number().min(0.1).max(100).default(1).describe('How much of the zones must move, in %'),
  hold: durationBetween('200ms', '10m')
    .default(durationMs('5s') as DurationMs)
    .describe('So long after the last movement it still says that there is some'),
  type: z
    .enum(['boolean', 'number'])
    .default('boolean')
    .describe('number: how much of the zones moves, in %, five times a second'),
});
type Options = z.output<typeof motionOptions>;

/** Whether something moves before a camera, by how its small pictures differ. */
export const motionSensor: SensorKind<typeof motionOptions> = {
  kind: 'motion',
  options: motionOptions,
  nature: ({ type }) =>
    type === 'boolean' ? { type, unit: '', decimals: 0 } : { type, unit: '%', decimals: 1, range: [0, 100] },
  open: (options, { camera }) => {
    const watched = camera(options.feed);
    if (!watched) throw new VedetteError('camera/none', { feed: options.feed });
    return new MotionSensor(options, watched);
  },
};

class MotionSensor implements SensorSource {
  readonly #options: Options;
  readonly #camera: Camera;
  readonly #detector: MotionDetector;
  #sink: SensorSink | undefined;
  #release: (() => Promise<void>) | undefined;
  #moving: boolean | undefined;
  #calm: NodeJS.Timeout | undefined;

  constructor(options: Options, camera: Camera) {
    this.#options = options;
    this.#camera = camera;
    this.#detector = new MotionDetector(options);
  }

  start(sink: SensorSink): void {
    this.#sink = sink;
    this.#release = watchGrey(this.#camera, this.#options.feed, {
      picture: ({ pixels, width, height, captureMs }) => {
        const percent = this.#detector.take(pixels, width, height) * 100;
        if (this.#options.type === 'number') this.#sink?.value(percent, captureMs);
        else this.#decide(percent >= this.#options.area);
      },
      away: (reason) => {
        clearTimeout(this.#calm);
        // Whatever the first picture shows is said then.
        this.#moving = undefined;
        this.#sink?.away?.(reason);
      },
      ended: (reason) => {
        const told = this.#sink;
        this.#sink = undefined;
        clearTimeout(this.#calm);
        told?.ended(reason);
      },
    });
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    clearTimeout(this.#calm);
    await this.#release?.();
  }

  #decide(moves: boolean): void {
    if (moves) {
      clearTimeout(this.#calm);
      this.#calm = setTimeout(() => this.#say(false), this.#options.hold);
    }
    // Calm is said at first, and after that when the time is over.
    if (moves || this.#moving === undefined) this.#say(moves);
  }

  #say(moving: boolean): void {
    if (this.#moving === moving) return;
    this.#moving = moving;
    this.#sink?.value(moving ? 1 : 0);
  }
}
