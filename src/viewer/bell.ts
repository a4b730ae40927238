/** The sounds of the page: a bell and an alarm, made here, so that there is no file to load when they are needed. */

/** Seconds from one stroke to the next round. */
const rounds = { bell: 3, alarm: 1.6 } as const;
/** Ding, dong: a major third down, as door bells have it. Hz. */
const strokes = {
  bell: [
    { at: 0, frequency: 659.3, length: 1.1 },
    { at: 0.55, frequency: 523.3, length: 1.6 },
  ],
  // Two tones over each other's middle: heard where one alone drowns in the noise of a machine.
  alarm: [
    { at: 0, frequency: 880, length: 0.35 },
    { at: 0.4, frequency: 1175, length: 0.35 },
    { at: 0.8, frequency: 880, length: 0.35 },
  ],
} as const;
const vibrations = { bell: [300, 200, 300], alarm: [200, 100, 200, 100, 200] } as const;

export type Sound = keyof typeof rounds;

/** Rings until it is told to stop. A browser lets no page sound before it was touched once. */
export class Bell {
  readonly #changed: () => void;
  #context: AudioContext | undefined;
  #sound: Sound | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  start(): void {
    addEventListener('pointerdown', this.#touched, { capture: true });
    addEventListener('keydown', this.#touched, { capture: true });
  }

  stop(): void {
    this.ring(undefined);
    removeEventListener('pointerdown', this.#touched, { capture: true });
    removeEventListener('keydown', this.#touched, { capture: true });
    this.#context?.close().catch(() => undefined); // closed already
    this.#context = undefined;
  }

  /** It should sound and may not: the page was never touched. */
  get blocked(): boolean {
    return this.#sound !== undefined && this.#context?.state !== 'running';
  }

  /** Rings on; with undefined, not any more. */
  ring(sound: Sound | undefined): void {
    if (sound === this.#sound) return;
    this.#sound = sound;
    clearInterval(this.#timer);
    if (sound === undefined) {
      navigator.vibrate?.(0);
      return;
    }
    this.#open();
    const round = (): void => {
      this.#strike(sound);
      navigator.vibrate?.([...vibrations[sound]]);
    };
    round();
    this.#timer = setInterval(round, rounds[sound] * 1000);
  }

  #open(): void {
    if (this.#context) return;
    this.#context = new AudioContext();
    this.#context.onstatechange = () => this.#changed();
  }

  readonly #touched = (): void => {
    this.#open();
    if (this.#context?.state === 'suspended') this.#context.resume().catch(() => undefined); // stays blocked
  };

  #strike(sound: Sound): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    for (const { at, frequency, length } of strokes[sound]) {
      const start = context.currentTime + at;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(0.4, start + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.001, start + length);
      const tone = new OscillatorNode(context, { frequency, type: sound === 'bell' ? 'sine' : 'triangle' });
      tone.connect(gain).connect(context.destination);
      tone.start(start);
      tone.stop(start + length);
    }
  }
}
