import type { Clock } from '../clock.ts';
import { type ErrorCode, VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { CameraStatus } from '../protocol/events.ts';
import { type CameraInput, type CameraState, cameraAtRest, nextTickMs, stepCamera } from './camera-policy.ts';
import type { CameraSource } from './cameras/kind.ts';
import type { NativeFormat, NativeFrame } from './frame.ts';
import { Listeners } from './listeners.ts';
import type { Release } from './stream.ts';

export interface CameraOptions {
  /** As in the profile. */
  readonly name: string;
  /** Makes the source of one run; called for each. */
  readonly open: () => CameraSource;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Somebody who needs a camera's frames. Called synchronously, in order. */
export interface CameraUser {
  /** Before the first frame, and again when a new run of the camera gives another format. */
  format(format: NativeFormat): void;
  frame(frame: NativeFrame): void;
}

/** Reasons for which looking again soon is cheap and right. */
const missingCodes: ReadonlySet<ErrorCode> = new Set(['camera/not-found', 'camera/lost']);

/**
 * A camera that is opened once for all its users: the first one opens it, and 10 s after the last one it is closed.
 * When it fails, hangs or is unplugged, it is opened again by itself; its users keep waiting.
 */
export class Camera {
  readonly name: string;
  readonly #open: () => CameraSource;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #users: Listeners<(user: CameraUser) => void>;
  readonly #statusListeners: Listeners<CameraStatus>;
  #state: CameraState = cameraAtRest;
  #status: CameraStatus = { state: 'off' };
  #source: CameraSource | undefined;
  #format: NativeFormat | undefined;
  #newestKeyframe: NativeFrame | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #lastReason: string | undefined;
  #closing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor({ name, open, clock, log }: CameraOptions) {
    this.name = name;
    this.#open = open;
    this.#clock = clock;
    this.#log = log.child({ camera: name });
    this.#users = new Listeners(this.#log);
    this.#statusListeners = new Listeners(this.#log);
  }

  /** What is the case now. */
  get status(): CameraStatus {
    return this.#status;
  }

  /** What it gives, while it is live. */
  get format(): NativeFormat | undefined {
    return this.#format;
  }

  /** The newest keyframe of a camera that gives H.264, while it is live: a picture without waiting for the next. */
  get newestKeyframe(): NativeFrame | undefined {
    return this.#newestKeyframe;
  }

  /** Tells each change of {@link Camera.status}. */
  onStatus(listener: (status: CameraStatus) => void): Release {
    return this.#statusListeners.add(listener);
  }

  /** Needs the camera until the returned function is called. */
  use(user: CameraUser): Release {
    const forget = this.#users.add((tell) => tell(user));
    if (this.#format) user.format(this.#format);
    if (this.#users.size === 1) this.#input({ type: 'used' });
    let released = false;
    return () => {
      if (released) return;
      released = true;
      forget();
      if (this.#users.size === 0) this.#input({ type: 'unused' });
    };
  }

  /**
   * Closes it at once, whoever uses it, and keeps it closed until privacy ends; its users keep waiting. Resolves when
   * the device is given back.
   */
  setPrivate(on: boolean): Promise<void> {
    if (this.#stopped || on === this.#state.private) return this.#closing;
    this.#log.info(on ? 'the camera is closed for privacy' : 'the camera may be opened again');
    this.#lastReason = undefined;
    this.#input({ type: 'private', on });
    // Its device may still be closing, and is opened when that is done.
    if (!on && this.#status.state === 'private')
      this.#setStatus({ state: 'starting', since: this.#clock.wall() });
    return this.#closing;
  }

  /** Closes it for good, whoever uses it; resolves when every process is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const source = this.#source;
    this.#source = undefined;
    this.#format = undefined;
    this.#setStatus({ state: 'off' });
    await Promise.all([source?.stop(), this.#closing]);
  }

  #input(input: CameraInput): void {
    if (this.#stopped) return;
    const { state, effects } = stepCamera(this.#state, input, this.#clock.now(), Math.random());
    this.#state = state;
    for (const effect of effects) {
      switch (effect.do) {
        case 'open':
          this.#openSource();
          break;
        case 'close':
          this.#closeSource();
          break;
        case 'hung':
          this.#failed(
            new VedetteError('camera/hung', { camera: this.name, seconds: effect.afterMs / 1000 }),
          );
          break;
      }
    }
    const { wanted, run } = this.#state;
    if (this.#state.private) {
      if (this.#status.state !== 'private') this.#setStatus({ state: 'private', since: this.#clock.wall() });
    } else if (!wanted && (run.phase === 'closed' || run.phase === 'closing')) {
      this.#lastReason = undefined;
      this.#setStatus({ state: 'off' });
    }
    this.#arm();
  }

  /** One timer for whatever is due next; frames only move what is due back, so they never touch it. */
  #arm(): void {
    const dueMs = nextTickMs(this.#state) ?? Number.POSITIVE_INFINITY;
    if (dueMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = dueMs;
    const waitMs = Math.max(0, Math.ceil(dueMs - this.#clock.now()));
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#input({ type: 'tick' });
    }, waitMs);
  }

  #openSource(): void {
    const { state } = this.#status;
    if (state === 'off' || state === 'private')
      this.#setStatus({ state: 'starting', since: this.#clock.wall() });
    const source = this.#open();
    this.#source = source;
    const current = () => this.#source === source;
    source.start({
      format: (format) => current() && this.#tellFormat(format),
      frame: (frame) => current() && this.#tellFrame(frame),
      ended: (reason) => {
        if (!current()) return;
        this.#failed(reason);
        this.#input({ type: 'ended', missing: missingCodes.has(reason.code) });
      },
    });
  }

  #closeSource(): void {
    const source = this.#source;
    this.#source = undefined;
    this.#format = undefined;
    this.#newestKeyframe = undefined;
    const gone = () => this.#input({ type: 'closed' });
    this.#closing = (source?.stop() ?? Promise.resolve()).then(gone, (error: unknown) => {
      this.#log.error({ err: error }, 'the camera did not close');
      gone();
    });
  }

  #tellFormat(format: NativeFormat): void {
    this.#format = format;
    this.#users.tell((user) => user.format(format));
  }

  #tellFrame(frame: NativeFrame): void {
    if (frame.keyframe && this.#format?.encoding === 'h264') this.#newestKeyframe = frame;
    const first = this.#state.run.phase === 'opening';
    this.#input({ type: 'frame', frameRate: this.#format?.frameRate ?? 0 });
    if (first) {
      this.#log.info(
        { format: this.#format },
        this.#lastReason ? 'the camera is back' : 'the camera is live',
      );
      this.#lastReason = undefined;
      this.#setStatus({ state: 'live', since: this.#clock.wall() });
    }
    this.#users.tell((user) => user.frame(frame));
  }

  /** Said once for a reason, not for each try. */
  #failed(reason: VedetteError): void {
    const known = this.#lastReason === reason.message;
    this.#lastReason = reason.message;
    const since = this.#status.state === 'away' ? this.#status.since : this.#clock.wall();
    if (!known) {
      this.#log.warn({ code: reason.code, lastLines: reason.cause }, `the camera is away: ${reason.message}`);
    }
    if (!known || this.#status.state !== 'away')
      this.#setStatus({ state: 'away', since, reason: reason.message });
  }

  #setStatus(status: CameraStatus): void {
    if (this.#status.state === 'off' && status.state === 'off') return;
    this.#status = status;
    this.#statusListeners.tell(status);
  }
}
