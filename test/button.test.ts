import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { windowMs } from '../src/access/presence-window.ts';
import { composeButton, tellOwnerCame } from '../src/button.ts';
import type { MonotonicMs } from '../src/clock.ts';
import { parseProfile } from '../src/profile/load.ts';
import type { DeviceEvent } from '../src/protocol/alarm.ts';
import type { Reading, SensorState } from '../src/protocol/reading.ts';
import { House, newPhone } from './access/house.ts';

const profile = (access: string) =>
  parseProfile(
    'porch.yaml',
    `device: porch\ncameras: { door: { kind: test } }\nsensors: { inside: { kind: gpio, line: 17 }, bell: { kind: gpio, line: 18 } }\n${access}`,
    { env: {}, readFile: () => '' },
  );

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

async function composed(access = 'access: { presence: { sensor: inside, hold: 2s } }') {
  const house = await House.open();
  const events: Pick<DeviceEvent, 'title' | 'severity' | 'detail'>[] = [];
  const listeners = {
    reading: (_: Reading, __: MonotonicMs): void => undefined,
    state: (_: SensorState, __: MonotonicMs): void => undefined,
  };
  const alarms = {
    note: (event: DeviceEvent) => {
      events.push(event);
      return event;
    },
  };
  const sensors = {
    onReading(listener: typeof listeners.reading) {
      listeners.reading = listener;
    },
    onState(listener: typeof listeners.state) {
      listeners.state = listener;
    },
  };
  const presence = composeButton({
    ...{ profile: profile(access), access: house.access, trust: house.store, clock: house.clock },
    watch: { sensors, alarms } as never,
    log: pino({ level: 'silent' }),
  });
  const says = (sensor: string, value: number) =>
    listeners.reading({ sensor, value, unit: '', time: 0 }, house.clock.now());
  const pass = (ms: number) => {
    house.clock.pass(ms);
    vi.advanceTimersByTime(ms);
  };
  const lost = (sensor: string) =>
    listeners.state(
      { state: 'fault', sensor, reason: 'unavailable', since: 0 } as SensorState,
      house.clock.now(),
    );
  return { house, events, presence, says, pass, lost, alarms };
}

test('the sensor of the profile opens it, and no other', async () => {
  const { house, events, presence, says, pass } = await composed();
  for (const sensor of ['bell', 'inside']) {
    says(sensor, 0);
    says(sensor, 1);
    pass(2_000);
    expect(events).toHaveLength(sensor === 'inside' ? 1 : 0);
  }
  const phone = await newPhone();
  const request = { key: phone.publicKey, label: 'Chrome, Android', name: 'Zoe' };
  await presence?.ask(phone.id, request);
  pass(windowMs);
  expect(await presence?.ask(phone.id, request)).toEqual({ state: 'in', person: 'Zoe' });
  expect(house.store.audit.map(({ title }) => title)).toContain(
    "The device's button is held: one phone may come in",
  );
  presence?.stop();
});

test('a sensor that was away while it was held opens nothing', async () => {
  const { events, presence, says, pass, lost } = await composed();
  says('inside', 0);
  says('inside', 1);
  lost('inside');
  says('inside', 1);
  pass(10_000);
  expect(events).toEqual([]);
  presence?.stop();
});

test('without a word of it in the profile there is none', async () => {
  expect((await composed('')).presence).toBeUndefined();
});

test('who came in as an owner unasked is an event with what to compare', async () => {
  const { events, alarms } = await composed();
  const joined = {
    person: { id: 'x', name: 'Zoe' },
    key: 'k',
    label: 'Chrome',
    words: 'a b c d',
    first: false,
  };
  tellOwnerCame(joined, 'recovery', alarms as never);
  expect(events).toMatchObject([
    { severity: 'warning', title: 'Zoe came in by the recovery code', detail: 'Chrome: a b c d' },
  ]);
});
