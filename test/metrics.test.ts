import { expect, test, vi } from 'vitest';
import { EventLoopDelay } from '../src/event-loop-delay.ts';
import { renderMetrics } from '../src/http/prometheus.ts';
import { deviceMetrics, type MeasuredDevice } from '../src/metrics.ts';

const time = Date.UTC(2026, 10, 25);
const counts = { frames: 250, bytes: 100_000, restarts: 1, newestMs: undefined, waitingSinceMs: undefined };
const alarm = { title: 'Too hot', severity: 'critical' as const, since: time, silenced: false };

const device: MeasuredDevice = {
  sessions: { watching: 2, standby: 1 },
  feeds: [
    { name: 'door', camera: { state: 'live', since: time } },
    { name: 'yard', camera: { state: 'off' } },
  ],
  drops: { unknown: 0, stun: 4, stranger: 0, premature: 0 },
  streams: [{ feed: 'door', codec: 'H264', counts }],
  sensors: {
    states: [
      {
        state: 'well',
        sensor: 'machine.temperature',
        reading: { sensor: 'machine.temperature', value: 21.5, unit: '°C', time },
      },
      {
        state: 'fault',
        sensor: 'oil',
        reason: 'out-of-range',
        detail: 'reads -3',
        since: time,
        reading: { sensor: 'oil', value: 4, unit: '%', time },
      },
      { state: 'waiting', sensor: 'bell' },
    ],
    counts: [{ sensor: 'oil', readings: 7, rejected: 3, dropped: 9000 }],
  },
  rules: {
    known: [
      { rule: 'overheating', severity: 'critical' },
      { rule: 'dry', severity: 'warning' },
    ],
    alarms: [{ rule: 'overheating', state: 'latched', ...alarm }],
  },
  records: { bytes: 4096, freeBytes: 1_000_000, waiting: { phone: 3 } },
  brokerConnected: false,
};

const scrape = async (of: MeasuredDevice) => (await renderMetrics(await deviceMetrics(of))).text.split('\n');

test('a sensor that cannot be believed is a fault, and never a value', async () => {
  const lines = await scrape(device);
  expect(lines).toContain('vedette_sensor_value{sensor="machine.temperature",unit="°C"} 21.5');
  expect(lines.filter((line) => line.startsWith('vedette_sensor_value{'))).toHaveLength(1);
  expect(lines).toContain('vedette_sensor_fault{sensor="oil"} 1');
  expect(lines).toContain('vedette_sensor_fault{sensor="machine.temperature"} 0');
  expect(lines).toContain('vedette_sensor_rejected_total{sensor="oil"} 3');
  expect(lines).toContain('vedette_sensor_dropped_total{sensor="oil"} 9000');
});

test('a rule is in one state or in none', async () => {
  const lines = await scrape(device);
  expect(lines).toContain('vedette_rule_state{rule="overheating",severity="critical",state="latched"} 1');
  expect(lines).toContain('vedette_rule_state{rule="overheating",severity="critical",state="raised"} 0');
  expect(lines).toContain('vedette_rule_state{rule="dry",severity="warning",state="raised"} 0');
  expect(lines).toContain('vedette_alarms_unacknowledged 1');
});

test('sessions, streams, records and the broker are counted', async () => {
  const lines = await scrape(device);
  for (const line of [
    'vedette_viewers 2',
    'vedette_dropped_datagrams_total{reason="stun"} 4',
    'vedette_standby_sessions 1',
    'vedette_camera_live{feed="door"} 1',
    'vedette_camera_live{feed="yard"} 0',
    'vedette_trust_ok 1',
    'vedette_frames_total{feed="door",codec="H264"} 250',
    'vedette_encoded_bytes_total{feed="door",codec="H264"} 100000',
    'vedette_encoder_restarts_total{feed="door",codec="H264"} 1',
    'vedette_records_free_bytes 1000000',
    'vedette_records_trouble 0',
    'vedette_deliveries_waiting{target="phone"} 3',
    'vedette_broker_connected 0',
  ]) {
    expect(lines).toContain(line);
  }
});

test('what a device does not have is not told of', async () => {
  const { sessions, feeds, drops } = device;
  const text = (await scrape({ sessions, feeds, drops })).join('\n');
  for (const absent of ['sensor', 'rule', 'records', 'broker', 'eventloop']) {
    expect(text).not.toContain(absent);
  }
  expect(text).toMatch(/process_resident_memory_bytes \d{7,}/);
});

test('an event loop that was blocked is seen at the next request', async () => {
  const eventLoop = new EventLoopDelay();
  expect(await eventLoop.take()).toBeUndefined();
  let delays: Awaited<ReturnType<EventLoopDelay['take']>>;
  await vi.waitFor(
    async () => {
      const end = performance.now() + 250;
      while (performance.now() < end);
      delays = await eventLoop.take();
      expect(delays?.max).toBeGreaterThan(0.1);
    },
    { timeout: 10_000 },
  );
  expect(delays?.mean).toBeLessThanOrEqual(delays?.max ?? 0);
  eventLoop.stop();
});

test('a trust store in trouble is told', async () => {
  const lines = await scrape({ ...device, trustTrouble: 'trust.sqlite is damaged' });
  expect(lines).toContain('vedette_trust_ok 0');
});
