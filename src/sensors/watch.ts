import type { MonotonicMs } from '../clock.ts';
import type { FaultReason } from '../protocol/reading.ts';
import { type JudgedSensor, judge } from './judge.ts';
import type { SensorProfile } from './profile.ts';
import { RateLimit } from './rate-limit.ts';

/** Nothing for so many periods is a fault, and so are as many failed readings in a row. */
export const missedPeriods = 3;
/** What comes a little late was not missed: silence is told after three periods and this much of one. */
const latePeriods = 0.5;
/** Shorter silence is no fault, however short the period: a small machine that is busy is late now and then. */
export const leastSilenceMs = 2_000;
/** The first value of a run may take this long, however short the period: buses connect, chips wake up. */
export const openingMs = 5_000;
/** A reading that failed before there was any is tried again after this, so that a wrong profile is told soon. */
const firstTryAgainMs = 1_000;
/** After nonsense, sense must go on for so long before it is believed: one that alternates is no source of events. */
export const calmMs = 2_000;
/** The first wait before a sensor is opened again; doubled each time, with full jitter so that they do not march in step. */
const firstBackoffMs = 250;
/** While it is not there: looking costs little, and who plugs it in waits for it. */
export const missingBackoffMs = 1_000;
/** While it fails for other reasons. */
export const failingBackoffMs = 30_000;
/** Open and well for so long, earlier failures are forgotten. */
const settledMs = 10_000;
/** A sensor that says too much is told of at most this often. */
export const floodEveryMs = 60_000;
/** A tick so much later than due was not the sensor's silence, but ours. */
const lateMs = 250;

/** What of a sensor's profile the watch goes by. */
export type WatchedProfile = JudgedSensor &
  Pick<SensorProfile, 'period' | 'smoothing' | 'stuckAfter' | 'maxRate'>;

export type WatchInput =
  /** Time has passed; also the very first input. */
  | { readonly type: 'tick' }
  /** `open` was done. `polled`: the source wants to be asked. */
  | { readonly type: 'opened'; readonly polled: boolean }
  /** The source said something, asked or by itself; `at` is when it was true. */
  | { readonly type: 'value'; readonly value: number; readonly at?: MonotonicMs }
  /** A reading that was asked for came to its end; its value, where it had one, came before as an input of its own. */
  | { readonly type: 'read'; readonly failed?: string }
  /** The device behind the source says that it is away; the run goes on, and the next value says that it is back. */
  | { readonly type: 'away'; readonly detail: string }
  /** The run ended by itself. `missing`: the device is not there. */
  | { readonly type: 'ended'; readonly missing: boolean; readonly detail: string }
  /** What was closed is gone. */
  | { readonly type: 'closed' };

export type WatchEffect =
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'read' }
  | { readonly do: 'reading'; readonly value: number; readonly at: MonotonicMs }
  | { readonly do: 'fault'; readonly reason: FaultReason; readonly detail: string }
  /** It says more than it may; so many values were left out since this was last told. */
  | { readonly do: 'flood'; readonly dropped: number };

type Run =
  | { readonly phase: 'closed'; readonly retryMs: number }
  | {
      phase: 'open';
      sinceMs: number;
      polled: boolean;
      readMs: number;
      asked: boolean;
      heard: boolean;
      away: boolean;
    }
  | { readonly phase: 'closing'; readonly retryMs: number };

/**
 * What is believed of one sensor, and what is to be done with it: opened, asked, opened again with backoff; its values
 * judged, bounded and smoothed, its silence noticed. Knows neither timer nor clock: `now` and `random` come from outside.
 */
export class Watch {
  /** For metrics. `rejected`: not believed; `dropped`: too many. */
  readonly counts = { readings: 0, rejected: 0, dropped: 0 };
  readonly #profile: WatchedProfile;
  readonly #rate: RateLimit;
  #run: Run = { phase: 'closed', retryMs: Number.NEGATIVE_INFINITY };
  /** Runs in a row that came to nothing. */
  #failures = 0;
  #failedReads = 0;
  /** Why the last reading failed, until one does not. */
  #failed: string | undefined;
  #fault: FaultReason | undefined;
  /** Something was heard in any run. */
  #known = false;
  #heardMs = 0;
  #refusedMs = Number.NEGATIVE_INFINITY;
  /** What was said last, where it is sense that came too soon after nonsense. */
  #doubted: { readonly value: number; readonly at: MonotonicMs } | undefined;
  #raw: { readonly value: number; readonly sinceMs: number } | undefined;
  #smooth: { readonly value: number; readonly atMs: number } | undefined;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #untold = 0;
  #floodToldMs = Number.NEGATIVE_INFINITY;

  constructor(profile: WatchedProfile) {
    this.#profile = profile;
    this.#rate = new RateLimit(profile.maxRate);
  }

  /** When {@link Watch.step} wants its next tick; infinity where nothing is due by time alone. */
  get dueMs(): number {
    const run = this.#run;
    if (run.phase === 'closed') return run.retryMs;
    if (run.phase === 'closing') return Number.POSITIVE_INFINITY;
    const readMs = run.polled && !run.asked ? run.readMs : Number.POSITIVE_INFINITY;
    return Math.min(readMs, this.#missingMs(run), this.#stuckMs(), this.#rate.dueMs, this.#calmAtMs());
  }

  /** @param random in [0, 1) */
  step(input: WatchInput, now: MonotonicMs, random: number): readonly WatchEffect[] {
    const effects: WatchEffect[] = [];
    this.#excuse(now);
    switch (input.type) {
      case 'tick':
        break;
      case 'opened':
        if (this.#run.phase === 'open') {
          this.#run.polled = input.polled;
          this.#run.readMs = now;
        }
        break;
      case 'value':
        if (this.#run.phase === 'open') this.#arrived(input.value, this.#timeOf(input.at, now), now, effects);
        break;
      case 'read':
        this.#readEnded(input.failed, now, random, effects);
        break;
      case 'away':
        if (this.#run.phase === 'open') this.#away(this.#run, input.detail, effects);
        break;
      case 'ended':
        if (this.#run.phase === 'open')
          this.#end('unavailable', input.detail, input.missing, now, random, effects);
        break;
      case 'closed':
        if (this.#run.phase === 'closing') this.#run = { phase: 'closed', retryMs: this.#run.retryMs };
        break;
    }
    this.#due(now, random, effects);
    return effects;
  }

  /** While this process could not hear, because it was held up, nobody was silent: patience begins anew. */
  #excuse(now: MonotonicMs): void {
    if (this.#run.phase !== 'open' || now - this.dueMs < lateMs) return;
    this.#heardMs = now;
    this.#run.sinceMs = now;
  }

  #due(now: MonotonicMs, random: number, effects: WatchEffect[]): void {
    if (this.#run.phase === 'closed' && this.#run.retryMs <= now) {
      const quiet = { polled: false, asked: false, heard: false, away: false };
      this.#run = { phase: 'open', sinceMs: now, readMs: now, ...quiet };
      this.#failedReads = 0;
      this.#failed = undefined;
      effects.push({ do: 'open' });
      return;
    }
    const run = this.#run;
    if (run.phase !== 'open') return;
    const waiting = this.#rate.due(now);
    if (waiting) this.#heard(waiting.value, waiting.at, now, effects);
    const doubted = this.#doubted;
    if (doubted && this.#calmAtMs() <= now) {
      this.#doubted = undefined;
      this.#heard(doubted.value, doubted.at, now, effects);
    }
    if (this.#missingMs(run) <= now) {
      this.#silent(now - (run.heard ? this.#heardMs : run.sinceMs), now, random, effects);
      return;
    }
    if (this.#stuckMs() <= now) {
      this.#faulty('stuck', `the same value for ${seconds(this.#profile.stuckAfter ?? 0)}`, effects);
    }
    if (run.polled && !run.asked && run.readMs <= now) {
      run.asked = true;
      // On a grid, so that a slow answer does not stretch the period; what was missed is not made up for.
      const period = this.#profile.period ?? 1_000;
      run.readMs = run.readMs + period > now ? run.readMs + period : now + period;
      effects.push({ do: 'read' });
    }
  }

  #arrived(value: number, at: MonotonicMs, now: MonotonicMs, effects: WatchEffect[]): void {
    if (this.#run.phase === 'open') {
      this.#run.heard = true;
      this.#run.away = false;
    }
    this.#known = true;
    this.#heardMs = now;
    this.#failedReads = 0;
    this.#failed = undefined;
    const taken = this.#rate.take({ value, at }, now);
    if (taken.dropped > 0) this.#tooMany(taken.dropped, now, effects);
    if (taken.now) this.#heard(value, at, now, effects);
  }

  /** A value within the bound: believed or not. */
  #heard(raw: number, at: MonotonicMs, now: MonotonicMs, effects: WatchEffect[]): void {
    this.#dismiss();
    const verdict = judge(this.#profile, raw);
    if ('reason' in verdict) {
      this.#refusedMs = now;
      this.counts.rejected += 1;
      this.#faulty(verdict.reason, verdict.detail, effects);
      return;
    }
    const changed = this.#raw?.value !== raw;
    if (changed) this.#raw = { value: raw, sinceMs: now };
    if (this.#fault === 'stuck' && !changed) {
      this.counts.rejected += 1;
      return;
    }
    if (this.#fault === 'out-of-range' && now < this.#refusedMs + calmMs) {
      this.#doubted = { value: raw, at };
      return;
    }
    this.#fault = undefined;
    if (this.#run.phase === 'open' && now - this.#run.sinceMs >= settledMs) this.#failures = 0;
    this.counts.readings += 1;
    effects.push({ do: 'reading', value: this.#smoothed(verdict.value, at), at });
  }

  /** What was doubted is followed by something newer, and will not be believed. */
  #dismiss(): void {
    if (this.#doubted) this.counts.rejected += 1;
    this.#doubted = undefined;
  }

  /** What it said before is not to end its being away. */
  #away(run: Extract<Run, { phase: 'open' }>, detail: string, effects: WatchEffect[]): void {
    run.away = true;
    this.#raw = undefined;
    this.#rate.forget();
    this.#dismiss();
    this.#faulty('unavailable', detail, effects);
  }

  #silent(silentMs: number, now: MonotonicMs, random: number, effects: WatchEffect[]): void {
    const reason = this.#failed === undefined ? 'missing' : 'unavailable';
    const detail = this.#failed ?? `nothing for ${seconds(silentMs)}`;
    this.#end(reason, detail, false, now, random, effects);
  }

  #readEnded(failed: string | undefined, now: MonotonicMs, random: number, effects: WatchEffect[]): void {
    const run = this.#run;
    if (run.phase !== 'open') return;
    run.asked = false;
    if (failed === undefined) return;
    this.#failed = failed;
    if (!this.#known) run.readMs = Math.min(run.readMs, now + firstTryAgainMs);
    this.#failedReads += 1;
    if (this.#failedReads >= missedPeriods) this.#end('unavailable', failed, false, now, random, effects);
  }

  /** This run is over; the next comes after a while. */
  #end(
    reason: FaultReason,
    detail: string,
    missing: boolean,
    now: MonotonicMs,
    random: number,
    effects: WatchEffect[],
  ): void {
    const cap = missing ? missingBackoffMs : failingBackoffMs;
    const retryMs = now + random * Math.min(cap, firstBackoffMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    this.#run = { phase: 'closing', retryMs };
    this.#raw = undefined;
    this.#rate.forget();
    this.#dismiss();
    this.#faulty(reason, detail, effects);
    effects.push({ do: 'close' });
  }

  /** Told once for a reason, not for each value. */
  #faulty(reason: FaultReason, detail: string, effects: WatchEffect[]): void {
    this.#smooth = undefined;
    if (this.#fault === reason) return;
    this.#fault = reason;
    effects.push({ do: 'fault', reason, detail });
  }

  #tooMany(dropped: number, now: MonotonicMs, effects: WatchEffect[]): void {
    this.counts.dropped += dropped;
    this.#untold += dropped;
    // A bouncing contact leaves out a few now and then; what leaves out a second's worth is mad.
    if (this.#untold < this.#profile.maxRate || now - this.#floodToldMs < floodEveryMs) return;
    effects.push({ do: 'flood', dropped: this.#untold });
    this.#floodToldMs = now;
    this.#untold = 0;
  }

  /** One low pass of first order, by the time that really passed. */
  #smoothed(value: number, at: MonotonicMs): number {
    const { smoothing } = this.#profile;
    if (smoothing === undefined) return value;
    const before = this.#smooth;
    const share = before ? 1 - Math.exp(-(at - before.atMs) / smoothing) : 1;
    const next = before ? before.value + (value - before.value) * share : value;
    this.#smooth = { value: next, atMs: at };
    return next;
  }

  /** Never of the future, never before the one before. */
  #timeOf(at: MonotonicMs | undefined, now: MonotonicMs): MonotonicMs {
    const time = Math.max(this.#lastAtMs, Math.min(at ?? now, now)) as MonotonicMs;
    this.#lastAtMs = time;
    return time;
  }

  #missingMs(run: Extract<Run, { phase: 'open' }>): number {
    const { period } = this.#profile;
    if (period === undefined || run.away) return Number.POSITIVE_INFINITY;
    const patienceMs = Math.max(leastSilenceMs, (missedPeriods + latePeriods) * period);
    return run.heard ? this.#heardMs + patienceMs : run.sinceMs + Math.max(openingMs, patienceMs);
  }

  /** When what is doubted is believed, if nothing else is said until then. */
  #calmAtMs(): number {
    return this.#doubted ? this.#refusedMs + calmMs : Number.POSITIVE_INFINITY;
  }

  #stuckMs(): number {
    const { stuckAfter } = this.#profile;
    if (stuckAfter === undefined || !this.#raw || this.#fault !== undefined) return Number.POSITIVE_INFINITY;
    return this.#raw.sinceMs + stuckAfter;
  }
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}
