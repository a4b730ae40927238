import type { Actions } from './actions/actions.ts';
import type { Clock, MonotonicMs } from './clock.ts';
import { VedetteError } from './errors.ts';
import type { Logger } from './log.ts';
import { Listeners } from './media/listeners.ts';
import type { AlarmStatus, DeviceEvent } from './protocol/alarm.ts';
import type { Records } from './records/records.ts';
import type { Rule, Rules } from './rules/compile.ts';
import { type Limit, limitsOf } from './rules/limits.ts';
import { restoreRules, saveRules } from './rules/save.ts';
import { beginRules, type RulesInput, type RulesIntent, type RulesState } from './rules/state.ts';
import { alarmOf, alarmsOf } from './rules/status.ts';
import { nextDueMs, step } from './rules/step.ts';
import { itemAt } from './rules/wake-tree.ts';
import type { Sensors } from './sensors/sensors.ts';

/** How often it is looked whether a minute began, or somebody set the clock. */
const wallCheckMs = 5_000;
const minuteMs = 60_000;
/** A wall clock that moved against the monotonic one by more was set, or stepped by NTP. */
const clockStepMs = 1_000;
/** Under this name the rules' state is kept over a restart. */
const keptName = 'rules';
/** Who acknowledges without saying a name. */
const nobodyNamed = 'somebody';

export interface AlarmsParts {
  readonly rules: Rules;
  readonly sensors: Pick<Sensors, 'descriptions' | 'onReading' | 'onState'>;
  readonly actions: Pick<Actions, 'run' | 'release' | 'silence'>;
  readonly records: Pick<Records, 'addEvent' | 'changeEvent' | 'event' | 'keep' | 'kept'>;
  /** Ids of events, rising. */
  readonly ids: { next(): string };
  /** The door that a rule's bell is at; undefined where it rings none. */
  doorOf(rule: Rule): string | undefined;
  /** Whether this feed's bell is ringing, or its call goes on. */
  rings(feed: string): boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What outlives a restart: the rules' state, and the events of sensors at fault. */
interface Kept {
  readonly rules?: unknown;
  readonly faults?: Readonly<Record<string, string>>;
}

type AlarmIntent = Extract<RulesIntent, { occasion: number }>;

/**
 * Readings into the rules, and what the rules want into events and actions. The rules decide; this remembers nothing
 * that they know, but for the events of alarms and faults that are not over.
 */
export class Alarms {
  readonly #parts: AlarmsParts;
  readonly #log: Logger;
  readonly #alarmListeners: Listeners<{ readonly rule: string; readonly status: AlarmStatus | undefined }>;
  readonly #eventListeners: Listeners<DeviceEvent>;
  readonly #limits: Readonly<Record<string, readonly Limit[]>>;
  #state: RulesState;
  /** By `rule#occasion`. An alarm without one is none: a second press of a bell that rings. */
  readonly #events = new Map<string, DeviceEvent>();
  /** Of sensors at fault. */
  readonly #faults = new Map<string, DeviceEvent>();
  /** What was kept before has been read: only then may it be written over. */
  #mayKeep = false;
  #dueTimer: NodeJS.Timeout | undefined;
  #wallTimer: NodeJS.Timeout | undefined;
  #minute = Number.NaN;
  /** Wall clock less monotonic clock. */
  #wallOffset = Number.NaN;

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
    this.#log = parts.log;
    this.#alarmListeners = new Listeners(parts.log);
    this.#eventListeners = new Listeners(parts.log);
    this.#limits = limitsOf(parts.rules);
    this.#state = beginRules(parts.rules, parts.clock.wall(), parts.clock.now());
  }

  /** Every rule that is not as it should be. */
  get statuses(): readonly AlarmStatus[] {
    return alarmsOf(this.#state);
  }

  /** Where rules draw the line for a sensor. */
  limitsOf(sensor: string): readonly Limit[] {
    return this.#limits[sensor] ?? [];
  }

  onAlarm(listener: (rule: string, status: AlarmStatus | undefined) => void): () => void {
    return this.#alarmListeners.add(({ rule, status }) => listener(rule, status));
  }

  /** Tells every event when it happens, and again when more is known of it. */
  onEvent(listener: (event: DeviceEvent) => void): () => void {
    return this.#eventListeners.add(listener);
  }

  /** Goes on with the alarms from before a restart, then listens to the sensors. */
  async start(): Promise<void> {
    const { sensors, clock } = this.#parts;
    await this.#restore();
    sensors.onReading(({ sensor, value }, now) => this.#input({ type: 'reading', sensor, value }, now));
    sensors.onState((state, now) => {
      const { sensor } = state;
      if (state.state === 'fault')
        this.#input({ type: 'fault', sensor, reason: state.reason, detail: state.detail }, now);
      if (state.state === 'well') this.#input({ type: 'well', sensor }, now);
    });
    this.#wallTimer = setInterval(() => this.#checkWall(), wallCheckMs);
    this.#wallTimer.unref();
    this.#checkWall();
    this.#arm(clock.now());
  }

  stop(): void {
    clearTimeout(this.#dueTimer);
    clearInterval(this.#wallTimer);
  }

  /** Gives the reason where there is nothing to acknowledge. @param by absent where nobody gave a name */
  acknowledge(rule: string, by = nobodyNamed): VedetteError | undefined {
    return this.#ask(rule, { type: 'acknowledge', rule, by });
  }

  /** Gives the reason where there is nothing to silence. */
  silence(rule: string): VedetteError | undefined {
    return this.#ask(rule, { type: 'silence', rule });
  }

  /** It raises nothing for so long; 0 ends that. Gives the reason where there is no such rule. */
  shelve(rule: string, ms: number, reason: string): VedetteError | undefined {
    if (!this.#parts.rules.ruleOf.has(rule)) return new VedetteError('alarm/unknown', { rule });
    this.#input({ type: 'shelve', rule, ms, reason });
    return undefined;
  }

  /** Something happened that no rule knows of: kept and told like all else. */
  note(event: Omit<DeviceEvent, 'id' | 'time' | 'snapshot'>): DeviceEvent {
    const { ids, clock } = this.#parts;
    const noted = { id: ids.next(), time: clock.wall(), snapshot: false, ...event };
    this.#record(noted);
    return noted;
  }

  /** More is known of an event: kept, and told. */
  async change(id: string, change: Partial<DeviceEvent>): Promise<void> {
    try {
      const changed = await this.#parts.records.changeEvent(id, change);
      if (changed) this.tell(changed);
    } catch (error) {
      this.#log.warn({ err: error }, 'what became of an event could not be kept');
    }
  }

  /** Tells an event that others changed. */
  tell(event: DeviceEvent): void {
    this.#eventListeners.tell(event);
  }

  #ask(rule: string, input: RulesInput): VedetteError | undefined {
    if (!this.statuses.some((status) => status.rule === rule && status.state !== 'shelved'))
      return new VedetteError('alarm/over');
    this.#input(input);
    return undefined;
  }

  #input(input: RulesInput, now: MonotonicMs = this.#parts.clock.now()): void {
    const { state, intents } = step(this.#state, input, now);
    this.#state = state;
    for (const intent of intents) this.#obey(intent);
    for (const intent of intents) if (intent.type === 'clear') this.#events.delete(keyOf(intent));
    if (intents.length > 0) this.#keep();
    this.#arm(now);
  }

  #obey(intent: RulesIntent): void {
    switch (intent.type) {
      case 'raise':
        this.#raise(intent);
        return;
      case 'run': {
        const event = intent.on === 'fault' ? this.#faultFor(intent) : this.#events.get(keyOf(intent));
        if (event) void this.#parts.actions.run(intent.actions, { event, on: intent.on });
        return;
      }
      case 'clear':
        this.#end(intent);
        return;
      case 'acknowledged':
        this.#learn(intent, { acknowledgedAt: intent.time, acknowledgedBy: intent.by });
        return;
      case 'silenced': {
        const event = this.#events.get(keyOf(intent));
        if (event) void this.#parts.actions.silence(event);
        return;
      }
      case 'changed':
        this.#alarmListeners.tell({
          rule: intent.rule,
          status: alarmOf(this.#state, intent.rule),
        });
        return;
      case 'fault': {
        const { sensor, detail, time } = intent;
        this.#faults.set(
          sensor,
          this.note({ type: 'fault', severity: 'warning', title: this.#titleOf(sensor), sensor, detail }),
        );
        this.#log.warn({ sensor, reason: intent.reason, time }, `a sensor cannot be believed: ${detail}`);
        return;
      }
      case 'well': {
        const event = this.#faults.get(intent.sensor);
        this.#faults.delete(intent.sensor);
        if (!event) return;
        void this.change(event.id, { clearedAt: intent.time });
        void this.#parts.actions.release(event);
        return;
      }
    }
  }

  #raise(intent: Extract<RulesIntent, { type: 'raise' }>): void {
    const { ids, doorOf, rings } = this.#parts;
    const rule = this.#rule(intent.rule);
    if (!rule) return;
    const { severity } = rule.options;
    const door = doorOf(rule);
    if (door !== undefined && rings(door)) return;
    const feed = door ?? rule.options.feed;
    const event: DeviceEvent = {
      id: ids.next(),
      type: door === undefined ? 'alarm' : 'ring',
      time: intent.time,
      severity,
      title: rule.title,
      rule: rule.name,
      sensor: intent.sensor,
      ...(intent.value === undefined ? {} : { value: intent.value, unit: intent.unit }),
      ...(feed === undefined ? {} : { feed }),
      snapshot: false,
    };
    this.#events.set(keyOf(intent), event);
    this.#log.info({ rule: rule.name, event: event.id }, 'a rule raised');
    // The rules know the event before it is on the disk: after a power cut in between, it is written then.
    this.#state = step(
      this.#state,
      { type: 'recorded', rule: rule.name, occasion: intent.occasion, event: event.id },
      this.#state.now,
    ).state;
    this.#keep();
    this.#record(event);
  }

  #end(intent: AlarmIntent): void {
    const event = this.#events.get(keyOf(intent));
    this.#learn(intent, { clearedAt: intent.time });
    if (event) void this.#parts.actions.release(event);
  }

  #learn(intent: AlarmIntent, change: Partial<DeviceEvent>): void {
    const event = this.#events.get(keyOf(intent));
    if (!event) return;
    this.#events.set(keyOf(intent), { ...event, ...change });
    void this.change(event.id, change);
  }

  #record(event: DeviceEvent): void {
    this.tell(event);
    this.#parts.records
      .addEvent(event)
      .catch((error: unknown) => this.#log.warn({ err: error }, 'an event could not be kept'));
  }

  #keep(): void {
    if (!this.#mayKeep) return;
    const faults = Object.fromEntries([...this.#faults].map(([sensor, { id }]) => [sensor, id]));
    this.#parts.records
      .keep(keptName, { rules: saveRules(this.#state), faults })
      .catch((error: unknown) => this.#log.warn({ err: error }, 'the state of the rules could not be kept'));
  }

  async #restore(): Promise<void> {
    const { rules, records, clock } = this.#parts;
    const kept = await this.#read();
    if (kept?.rules === undefined) return;
    const { state, lost, damage } = restoreRules(rules, kept.rules, clock.wall(), clock.now());
    if (damage !== undefined) this.#log.warn(`the alarms from before are forgotten: ${damage}`);
    this.#state = state;
    for (const { event } of lost)
      if (event !== undefined) void this.change(event, { clearedAt: clock.wall() });
    for (const status of this.statuses) {
      const event = status.event === undefined ? undefined : await this.#eventOf(status, status.event);
      const alarm = itemAt(this.#state.alarms, rules.ruleOf.get(status.rule) ?? 0).alarm;
      if (event && alarm) this.#events.set(keyOf({ rule: status.rule, occasion: alarm.occasion }), event);
    }
    for (const [sensor, id] of Object.entries(kept.faults ?? {})) {
      const event = await records.event(id);
      if (event) this.#faults.set(sensor, event);
    }
  }

  async #read(): Promise<Kept | undefined> {
    try {
      const kept = (await this.#parts.records.kept(keptName)) as Kept | undefined;
      this.#mayKeep = true;
      return kept;
    } catch (error) {
      this.#log.error(
        { err: error },
        'what rules knew before cannot be read: alarms from before may come again',
      );
      return undefined;
    }
  }

  /** The event of an alarm from before a restart; written now where a power cut came between. */
  async #eventOf(status: AlarmStatus, id: string): Promise<DeviceEvent> {
    const kept = await this.#parts.records.event(id);
    if (kept) return kept;
    const { rule, title, severity, since, sensor, value, unit } = status;
    const known = this.#rule(rule);
    const door = known && this.#parts.doorOf(known);
    const feed = door ?? status.feed;
    const event: DeviceEvent = {
      ...{
        id,
        type: door === undefined ? 'alarm' : 'ring',
        time: since,
        severity,
        title,
        rule,
        snapshot: false,
      },
      ...(feed === undefined ? {} : { feed }),
      ...(sensor === undefined ? {} : { sensor }),
      ...(value === undefined ? {} : { value, unit }),
    };
    this.#record(event);
    return event;
  }

  #rule(name: string): Rule | undefined {
    const { rules } = this.#parts;
    return rules.rules[rules.ruleOf.get(name) ?? -1];
  }

  /** A sensor's fault, as the actions of a rule see it: at the rule's feed. */
  #faultFor({ sensor, rule }: { readonly sensor: string; readonly rule: string }): DeviceEvent | undefined {
    const event = this.#faults.get(sensor);
    const feed = this.#rule(rule)?.options.feed;
    return event && (feed === undefined ? event : { ...event, feed });
  }

  #titleOf(sensor: string): string {
    return (
      this.#parts.sensors.descriptions.find((description) => description.sensor === sensor)?.title ?? sensor
    );
  }

  #checkWall(): void {
    const { clock } = this.#parts;
    if (!this.#mayKeep) void this.#read();
    const wall = clock.wall();
    const offset = wall - clock.now();
    const minute = Math.floor(wall / minuteMs);
    const stepped = Math.abs(offset - this.#wallOffset) > clockStepMs;
    if (minute === this.#minute && !stepped) return;
    this.#minute = minute;
    this.#wallOffset = offset;
    this.#input({ type: 'wall', wall });
  }

  #arm(now: MonotonicMs): void {
    clearTimeout(this.#dueTimer);
    const dueMs = nextDueMs(this.#state);
    if (dueMs === undefined) return;
    this.#dueTimer = setTimeout(
      () => this.#input({ type: 'tick' }),
      Math.min(Math.max(0, dueMs - now), 2 ** 31 - 1),
    );
    this.#dueTimer.unref();
  }
}

const keyOf = ({ rule, occasion }: Pick<AlarmIntent, 'rule' | 'occasion'>): string => `${rule}#${occasion}`;
