import { z } from 'zod';
import type { MqttBus, PublishOptions } from '../buses/mqtt.ts';
import type { MqttMessage } from '../buses/mqtt-subscriptions.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { AlarmStatus } from '../protocol/alarm.ts';
import type { LockStatus } from '../protocol/lock.ts';
import type { SensorDescription, SensorState } from '../protocol/reading.ts';
import {
  type DescribedDevice,
  type DiscoveryDocument,
  discoveryDocument,
  platforms,
  withoutComponents,
} from './discovery.ts';
import { Pace } from './pace.ts';
import type { HomeAssistantSettings } from './settings.ts';
import { acknowledgeAll, lockCommands, lockWords, onOff, presence, type Topics, topicsOf } from './topics.ts';

/** Numbers go out at most this often: Home Assistant keeps every change in its database. Its charts need no more. */
const numbersEveryMs = 5_000;
/** After its birth message, Home Assistant hears from every device at once unless each waits, up to this. */
const birthDelayMs = 3_000;
/** A bell that nobody heard for so long is no ring any more. */
const ringExpiryMs = 30_000;
/** Brokers and Home Assistant take more; a picture of an alarm needs less. */
const maxPictureBytes = 2 * 1024 * 1024;
/** A rule's name is at most so long. */
const maxRequestBytes = 64;

/** What somebody at the broker asks of a lock. */
export interface LockCommand {
  readonly lock: string;
  readonly to: 'lock' | 'unlock';
  /** Why it is not done; undefined where it may be. */
  readonly refused?: 'kept' | 'untrusted';
}

/** Somebody rang. */
export interface Ring {
  /** The id of its event. */
  readonly ring: string;
  readonly feed: string;
  /** Wall time, ms. */
  readonly time: number;
}

export interface HomeAssistantOptions extends Omit<DescribedDevice, 'acknowledge' | 'pictures'> {
  readonly mqtt: Pick<MqttBus, 'connected' | 'onConnected' | 'subscribe' | 'publish'>;
  readonly settings: HomeAssistantSettings;
  /** All feeds of the device; whose pictures go out, the settings say. */
  readonly feeds: readonly { readonly feed: string; readonly title: string }[];
  readonly clock: Clock;
  readonly log: Logger;
  /** A number from 0 to below 1; `Math.random` unless told. */
  readonly random?: () => number;
}

/** What the broker kept of an earlier run, as far as it is of use. */
const EarlierDocument = z.object({
  components: z.record(z.string().regex(/^[\w.-]{1,100}$/), z.looseObject({ platform: z.enum(platforms) })),
});

/**
 * The device in Home Assistant, by MQTT discovery: it appears by itself with its sensors, rules, bells and pictures, is
 * unavailable when it is gone, and returns when either of them, or the broker between, restarts.
 */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #topics: Topics;
  readonly #document: DiscoveryDocument;
  readonly #sensors: ReadonlyMap<string, SensorDescription>;
  readonly #pictures: ReadonlySet<string>;
  readonly #log: Logger;
  readonly #pace = new Pace(numbersEveryMs);
  /** What is true now, by topic: said anew whenever the broker or Home Assistant is. */
  readonly #states = new Map<string, string>();
  readonly #acknowledgeListeners = new Set<(rule: string | undefined) => void>();
  readonly #lockListeners = new Set<(command: LockCommand) => void>();
  #releases: readonly (() => void)[] = [];
  #running = false;
  #paceTimer: NodeJS.Timeout | undefined;
  #birthTimer: NodeJS.Timeout | undefined;

  constructor(options: HomeAssistantOptions) {
    const { settings, device, feeds, log } = options;
    this.#options = options;
    this.#log = log.child({ part: 'homeassistant' });
    this.#topics = topicsOf(device.name, settings);
    const pictures = feeds.filter(({ feed }) =>
      Array.isArray(settings.pictures) ? settings.pictures.includes(feed) : settings.pictures,
    );
    this.#pictures = new Set(pictures.map(({ feed }) => feed));
    const { acknowledge } = settings;
    this.#document = discoveryDocument({ ...options, pictures, acknowledge }, this.#topics);
    this.#sensors = new Map(options.sensors.map((description) => [description.sensor, description]));
    for (const { sensor } of options.sensors) {
      this.#states.set(this.#topics.sensorAvailability(sensor), presence.gone);
    }
    for (const { rule } of options.rules) this.alarm(rule, undefined);
  }

  /** Appears, and stays up to date, whenever the broker is there. */
  start(): void {
    const { mqtt, settings } = this.#options;
    const { config, birth, acknowledge } = this.#topics;
    this.#running = true;
    this.#releases = [
      mqtt.subscribe(config, (message) => this.#onEarlier(message)),
      mqtt.subscribe(birth, (message) => this.#onBirth(message)),
      ...(settings.acknowledge
        ? [mqtt.subscribe(acknowledge, (message) => this.#onAcknowledge(message))]
        : []),
      ...this.#options.locks.map(({ lock }) =>
        mqtt.subscribe(this.#topics.lockCommand(lock), (message) => this.#onLockCommand(lock, message)),
      ),
      mqtt.onConnected(() => this.#sayAll()),
    ];
  }

  /** Says no more. That it is gone, the broker says when the connection ends. Idempotent. */
  stop(): void {
    this.#running = false;
    for (const release of this.#releases) release();
    this.#releases = [];
    clearTimeout(this.#paceTimer);
    clearTimeout(this.#birthTimer);
    this.#paceTimer = undefined;
    this.#birthTimer = undefined;
  }

  /** A reading, or that a sensor failed or came back. Numbers go out at most every 5 s, all else at once. */
  state(state: SensorState): void {
    const description = this.#sensors.get(state.sensor);
    if (!description) return;
    const believed = state.state === 'well';
    if (believed) {
      const { value } = state.reading;
      const boolean = description.type === 'boolean';
      const payload = boolean ? onOff[value ? 'on' : 'off'] : value.toFixed(description.decimals);
      const topic = this.#topics.sensor(state.sensor);
      if (boolean) this.#set(topic, payload);
      else this.#setPaced(topic, payload);
    }
    this.#set(this.#topics.sensorAvailability(state.sensor), believed ? presence.here : presence.gone);
  }

  /** How a rule stands; `status` is undefined where it is as it should be. */
  alarm(rule: string, status: AlarmStatus | undefined): void {
    if (!this.#options.rules.some((known) => known.rule === rule)) return;
    const raised = status?.state === 'raised' || status?.state === 'latched';
    this.#set(this.#topics.ruleAttributes(rule), JSON.stringify(status ? attributesOf(status) : {}));
    this.#set(this.#topics.rule(rule), raised ? onOff.on : onOff.off);
  }

  /** How a lock stands. */
  lock({ lock, state, since, by, door, leftOpen, parcel, blocked }: LockStatus): void {
    if (!this.#options.locks.some((known) => known.lock === lock)) return;
    const attributes = {
      ...{ state, since: new Date(since).toISOString(), left_open: leftOpen },
      ...(by !== undefined && { by }),
      ...(door !== undefined && { door }),
      ...(parcel !== undefined && { parcel }),
      ...(blocked !== undefined && { blocked: blocked.reason }),
    };
    this.#set(this.#topics.lockAttributes(lock), JSON.stringify(attributes));
    this.#set(this.#topics.lock(lock), lockWords[state]);
  }

  /** Calls `listener` when somebody there asks to lock or unlock, also where that is not to be done. */
  onLockCommand(listener: (command: LockCommand) => void): () => void {
    this.#lockListeners.add(listener);
    return () => {
      this.#lockListeners.delete(listener);
    };
  }

  /** Somebody rang. Not kept: a bell is heard now, or within 30 s after the broker returned. */
  ring({ ring, feed, time }: Ring): void {
    if (!this.#options.doorbells.some((known) => known.feed === feed)) return;
    const payload = { event_type: 'ring', ring, feed, time: new Date(time).toISOString() };
    this.#publish(this.#topics.doorbell(feed), JSON.stringify(payload), { expiryMs: ringExpiryMs });
  }

  /** Whether the profile lets pictures of this feed go to the broker. */
  wantsPicture(feed: string): boolean {
    return this.#pictures.has(feed);
  }

  /** Shows a JPEG of a feed, where the profile lets it go to the broker. Not kept there. */
  picture(feed: string, jpeg: Uint8Array): void {
    if (!this.wantsPicture(feed) || !this.#options.mqtt.connected) return;
    if (jpeg.length > maxPictureBytes) {
      this.#log.warn({ feed, bytes: jpeg.length }, 'a picture is too large for the broker');
      return;
    }
    this.#publish(this.#topics.picture(feed), jpeg, { expiryMs: ringExpiryMs });
  }

  /** Calls `listener` when somebody acknowledges there: a rule, or all of them where it is undefined. */
  onAcknowledge(listener: (rule: string | undefined) => void): () => void {
    this.#acknowledgeListeners.add(listener);
    return () => {
      this.#acknowledgeListeners.delete(listener);
    };
  }

  /** Takes the device, and all that is kept of it, out of Home Assistant and the broker; resolves when it is done. */
  async remove(): Promise<void> {
    this.stop();
    const { mqtt } = this.#options;
    const kept = Object.keys(this.#document.components).flatMap((key) => retainedTopics(key, this.#topics));
    const topics = [this.#topics.config, ...kept, this.#topics.availability];
    await Promise.all(topics.map((topic) => mqtt.publish(topic, '', { retain: true })));
  }

  /** Described first, then its values, and that it is there at last: nobody sees it half. */
  #sayAll(): void {
    this.#sayDocument(this.#document);
    for (const [topic, payload] of this.#states) this.#publish(topic, payload, { retain: true });
    this.#publish(this.#topics.availability, presence.here, { retain: true });
  }

  #sayDocument(document: DiscoveryDocument): void {
    this.#publish(this.#topics.config, JSON.stringify(document), { retain: true });
  }

  /** Home Assistant has started, and may have forgotten what is not retained. */
  #onBirth({ payload, retained }: MqttMessage): void {
    // A retained one is old, and everything was just said.
    if (retained || payload.toString() !== presence.here || this.#birthTimer) return;
    const { random = Math.random } = this.#options;
    this.#birthTimer = setTimeout(() => {
      this.#birthTimer = undefined;
      this.#sayAll();
    }, random() * birthDelayMs);
  }

  /** What an earlier profile had and this one has not goes out of Home Assistant too. */
  #onEarlier({ payload, retained }: MqttMessage): void {
    if (!retained) return;
    const earlier = EarlierDocument.safeParse(jsonOf(payload));
    if (!earlier.success) return;
    const gone = Object.entries(earlier.data.components).filter(
      ([key, component]) => !(key in this.#document.components) && Object.keys(component).length > 1,
    );
    if (gone.length === 0) return;
    this.#log.info({ entities: gone.map(([key]) => key) }, 'Home Assistant forgets what is gone');
    const platformsOf = Object.fromEntries(gone.map(([key, { platform }]) => [key, platform]));
    this.#sayDocument(withoutComponents(this.#document, platformsOf));
    this.#sayDocument(this.#document);
    const left = gone.flatMap(([key]) => retainedTopics(key, this.#topics));
    for (const topic of left) this.#publish(topic, '', { retain: true });
  }

  #onAcknowledge({ payload, retained }: MqttMessage): void {
    // What was kept is no press of now; somebody may have kept it for us.
    if (retained || payload.length > maxRequestBytes) {
      this.#log.warn('an acknowledgement by the broker is not one of now: ignored');
      return;
    }
    const text = payload.toString();
    const rule = text === acknowledgeAll ? undefined : text;
    if (rule !== undefined && !this.#options.rules.some((known) => known.rule === rule)) return;
    for (const listener of this.#acknowledgeListeners) listener(rule);
  }

  #onLockCommand(lock: string, { payload, retained }: MqttMessage): void {
    const to = lockDirections.get(payload.toString());
    if (to === undefined) {
      this.#log.warn({ lock }, 'what the broker says to a lock is no command: ignored');
      return;
    }
    const untrusted = to === 'unlock' && !this.#options.settings.trustBrokerToUnlock;
    const refused = retained ? 'kept' : untrusted ? 'untrusted' : undefined;
    for (const listener of this.#lockListeners) listener({ lock, to, ...(refused && { refused }) });
  }

  #set(topic: string, payload: string): void {
    if (this.#states.get(topic) === payload) return;
    this.#states.set(topic, payload);
    this.#sayState(topic, payload);
  }

  #setPaced(topic: string, payload: string): void {
    const { clock } = this.#options;
    this.#states.set(topic, payload);
    if (this.#pace.offer(topic, payload, clock.now())) this.#sayState(topic, payload);
    else this.#wakePace();
  }

  #wakePace(): void {
    const { nextMs } = this.#pace;
    if (nextMs === undefined || this.#paceTimer) return;
    const { clock } = this.#options;
    this.#paceTimer = setTimeout(
      () => {
        this.#paceTimer = undefined;
        for (const { topic, payload } of this.#pace.due(clock.now())) this.#sayState(topic, payload);
        this.#wakePace();
      },
      Math.max(0, nextMs - clock.now()),
    );
  }

  /** States wait for nobody: when the broker returns, it hears the newest. */
  #sayState(topic: string, payload: string): void {
    if (this.#options.mqtt.connected) this.#publish(topic, payload, { retain: true });
  }

  #publish(topic: string, payload: string | Uint8Array, options: PublishOptions): void {
    if (!this.#running) return;
    this.#options.mqtt.publish(topic, payload, options).catch((error: Error) => {
      this.#log.debug({ topic }, error.message);
    });
  }
}

const lockDirections: ReadonlyMap<string, LockCommand['to']> = new Map([
  [lockCommands.lock, 'lock'],
  [lockCommands.unlock, 'unlock'],
]);

/** What Home Assistant shows beside a rule's state. */
function attributesOf(status: AlarmStatus): Readonly<Record<string, unknown>> {
  const { severity, state, since, value, unit, acknowledgedBy, shelvedUntil, shelvedBecause, silenced } =
    status;
  return {
    severity,
    state,
    since: new Date(since).toISOString(),
    ...(value !== undefined && { value, unit: unit ?? '' }),
    ...(acknowledgedBy !== undefined && { acknowledged_by: acknowledgedBy }),
    ...(shelvedUntil !== undefined && { shelved_until: new Date(shelvedUntil).toISOString() }),
    ...(shelvedBecause !== undefined && { shelved_because: shelvedBecause }),
    silenced,
  };
}

/** What the broker keeps of an entity, by its name in the document. */
function retainedTopics(key: string, topics: Topics): readonly string[] {
  const [, kind, name = ''] = /^(sensor|rule|lock)-(.+)$/.exec(key) ?? [];
  if (kind === 'sensor') return [topics.sensor(name), topics.sensorAvailability(name)];
  if (kind === 'rule') return [topics.rule(name), topics.ruleAttributes(name)];
  if (kind === 'lock') return [topics.lock(name), topics.lockAttributes(name)];
  return [];
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}
