import type { EventLoopDelay } from './event-loop-delay.ts';
import type { Metric } from './http/prometheus.ts';
import type { StreamCounts } from './media/stream-counts.ts';
import type { AlarmStatus, Severity } from './protocol/alarm.ts';
import type { SensorState } from './protocol/reading.ts';
import type { SensorCounts } from './sensors/sensors.ts';
import type { SessionFeed } from './session/feed.ts';
import type { Sessions } from './session/sessions.ts';
import type { DropCounts } from './transport/wire/demultiplexer.ts';

/** One encoded stream. */
export interface MeasuredStream {
  readonly feed: string;
  readonly codec: string;
  readonly counts: StreamCounts;
}

/** What `/metrics` asks of a running device. A part that the device does not have is absent. */
export interface MeasuredDevice {
  readonly sessions: Pick<Sessions, 'watching' | 'standby'>;
  readonly feeds: readonly Pick<SessionFeed, 'name' | 'camera'>[];
  readonly streams?: readonly MeasuredStream[];
  readonly drops: Readonly<DropCounts>;
  readonly sensors?: { readonly states: readonly SensorState[]; readonly counts: readonly SensorCounts[] };
  readonly rules?: {
    /** All of them, whatever their state. */
    readonly known: readonly { readonly rule: string; readonly severity: Severity }[];
    readonly alarms: readonly AlarmStatus[];
  };
  /** `waiting`: messages that a target has not taken yet, by target. */
  readonly records?: {
    readonly bytes: number;
    readonly freeBytes: number;
    readonly trouble?: string | undefined;
    readonly waiting?: Readonly<Record<string, number>>;
  };
  /** What is wrong with the trust store, where something is. */
  readonly trustTrouble?: string | undefined;
  /** Whether the broker has this device. */
  readonly brokerConnected?: boolean;
  readonly eventLoop?: EventLoopDelay;
}

type Sample = Metric['samples'][number];

/** What `/metrics` tells of a running device. */
export async function deviceMetrics(device: MeasuredDevice): Promise<readonly Metric[]> {
  return [
    ...sessionMetrics(device),
    ...streamMetrics(device.streams ?? []),
    ...sensorMetrics(device.sensors),
    ...ruleMetrics(device.rules),
    ...recordMetrics(device.records),
    gauge('vedette_trust_ok', '0 while the trust store is damaged: nobody is let in, nothing is unlocked.', [
      flag(device.trustTrouble === undefined),
    ]),
    ...(device.brokerConnected === undefined
      ? []
      : [
          gauge('vedette_broker_connected', '1 while the broker has this device.', [
            flag(device.brokerConnected),
          ]),
        ]),
    ...(await processMetrics(device.eventLoop)),
  ];
}

function sessionMetrics({ sessions, feeds, drops }: MeasuredDevice): readonly Metric[] {
  return [
    gauge('vedette_viewers', 'Sessions that media flows to.', [{ value: sessions.watching }]),
    gauge('vedette_standby_sessions', 'Sessions that are connected and wait.', [{ value: sessions.standby }]),
    gauge(
      'vedette_camera_live',
      '1 while the camera gives pictures.',
      feeds.map(({ name, camera }) => flag(camera.state === 'live', { feed: name })),
    ),
    counter(
      'vedette_dropped_datagrams_total',
      "Datagrams on the media ports that were nobody's, by why; they were not answered.",
      Object.entries(drops).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
  ];
}

function streamMetrics(streams: readonly MeasuredStream[]): readonly Metric[] {
  const samples = (value: (counts: StreamCounts) => number) =>
    streams.map(({ feed, codec, counts }) => ({ labels: { feed, codec }, value: value(counts) }));
  return [
    counter(
      'vedette_frames_total',
      'Frames, or packets of sound, that were encoded.',
      samples(({ frames }) => frames),
    ),
    counter(
      'vedette_encoded_bytes_total',
      'Their bytes; 8 * rate() is the bitrate.',
      samples(({ bytes }) => bytes),
    ),
    counter(
      'vedette_encoder_restarts_total',
      'Encoders that ended by themselves and were started again.',
      samples(({ restarts }) => restarts),
    ),
  ];
}

function sensorMetrics(sensors: MeasuredDevice['sensors']): readonly Metric[] {
  if (!sensors) return [];
  const { states, counts } = sensors;
  const well = states.flatMap((state) => (state.state === 'well' ? [state.reading] : []));
  const counted = (value: (counts: SensorCounts) => number) =>
    counts.map((of) => ({ labels: { sensor: of.sensor }, value: value(of) }));
  return [
    gauge(
      'vedette_sensor_value',
      'The newest reading; absent while the sensor cannot be believed.',
      well.map(({ sensor, unit, value }) => ({ labels: { sensor, unit }, value })),
    ),
    gauge(
      'vedette_sensor_reading_timestamp_seconds',
      'When it was true.',
      well.map(({ sensor, time }) => ({ labels: { sensor }, value: time / 1000 })),
    ),
    gauge(
      'vedette_sensor_fault',
      '1 while the sensor cannot be believed.',
      states.map(({ sensor, state }) => flag(state === 'fault', { sensor })),
    ),
    counter(
      'vedette_sensor_readings_total',
      'Values that were believed.',
      counted(({ readings }) => readings),
    ),
    counter(
      'vedette_sensor_rejected_total',
      'Values that could not be true.',
      counted(({ rejected }) => rejected),
    ),
    counter(
      'vedette_sensor_dropped_total',
      'Values left out because there were too many.',
      counted(({ dropped }) => dropped),
    ),
  ];
}

function ruleMetrics(rules: MeasuredDevice['rules']): readonly Metric[] {
  if (!rules) return [];
  const states = ['raised', 'latched', 'shelved'] as const;
  const alarms = new Map(rules.alarms.map((alarm) => [alarm.rule, alarm]));
  return [
    gauge(
      'vedette_rule_state',
      '1 for the state that the rule is in; 0 for all of them while it is as it should be.',
      rules.known.flatMap(({ rule, severity }) =>
        states.map((state) => flag(alarms.get(rule)?.state === state, { rule, severity, state })),
      ),
    ),
    gauge(
      'vedette_alarms_unacknowledged',
      'Rules that are raised or latched and that nobody has acknowledged.',
      [
        {
          value: rules.alarms.filter(
            ({ state, acknowledgedBy }) => state !== 'shelved' && acknowledgedBy === undefined,
          ).length,
        },
      ],
    ),
  ];
}

function recordMetrics(records: MeasuredDevice['records']): readonly Metric[] {
  if (!records) return [];
  return [
    gauge('vedette_records_bytes', 'What readings, events, pictures and clips take.', [
      { value: records.bytes },
    ]),
    gauge('vedette_records_free_bytes', 'What is free on their disk.', [{ value: records.freeBytes }]),
    gauge('vedette_records_trouble', '1 while the disk takes no records.', [
      flag(records.trouble !== undefined),
    ]),
    gauge(
      'vedette_deliveries_waiting',
      'Messages that their target has not taken yet.',
      Object.entries(records.waiting ?? {}).map(([target, value]) => ({ labels: { target }, value })),
    ),
  ];
}

async function processMetrics(eventLoop: EventLoopDelay | undefined): Promise<readonly Metric[]> {
  const delays = await eventLoop?.take();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const lag = (name: string, help: string, value: number | undefined) =>
    gauge(`nodejs_eventloop_lag_${name}seconds`, help, value === undefined ? [] : [{ value }]);
  return [
    gauge('process_resident_memory_bytes', 'Resident memory of the process.', [{ value: rss }]),
    gauge('nodejs_heap_size_used_bytes', 'What JavaScript objects take.', [{ value: heapUsed }]),
    gauge('nodejs_external_memory_bytes', 'What buffers take outside of that.', [{ value: external }]),
    counter('process_cpu_seconds_total', 'CPU time of the process, without its ffmpegs.', [
      { value: (user + system) / 1e6 },
    ]),
    gauge('process_start_time_seconds', 'When it was started.', [
      { value: Math.round(Date.now() / 1000 - process.uptime()) },
    ]),
    lag('mean_', 'How late timers are, since the request before this: mean.', delays?.mean),
    lag('p99_', 'The same: 99 of 100 are less late.', delays?.p99),
    lag('max_', 'The same: the latest.', delays?.max),
  ];
}

const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  type: 'gauge',
  samples,
});

const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  type: 'counter',
  samples,
});

const flag = (on: boolean, labels?: Readonly<Record<string, string>>): Sample => ({
  value: on ? 1 : 0,
  ...(labels && { labels }),
});
