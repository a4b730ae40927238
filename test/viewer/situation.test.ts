import { describe, expect, test } from 'vitest';
import type { AlarmStatus, RingStatus } from '../../src/protocol/alarm.ts';
import type { DeviceMessage } from '../../src/protocol/events.ts';
import { noSituation, situationAfter, situationWith } from '../../src/viewer/situation.ts';

const description = {
  sensor: 'boiler',
  title: 'Boiler',
  unit: '°C',
  type: 'number' as const,
  decimals: 1,
  limits: [],
  settable: false,
};
const well = (value: number, time = 1_000) => ({
  state: 'well' as const,
  sensor: 'boiler',
  reading: { sensor: 'boiler', value, unit: '°C', time },
});
const alarm: AlarmStatus = {
  rule: 'hot',
  title: 'Too hot',
  severity: 'critical',
  state: 'raised',
  since: 1,
  silenced: false,
};
const ring: RingStatus = {
  ring: 'r',
  feed: 'door',
  title: 'Door',
  since: 1,
  state: 'ringing',
  replying: false,
  replies: [],
};
const state: DeviceMessage = {
  type: 'state',
  session: 's',
  feeds: [],
  watching: 1,
  sensors: [{ description, state: well(20) }],
  alarms: [alarm],
  rings: [ring],
  locks: [],
  privacy: { on: false },
  confirmations: [],
};
const begun = situationAfter(noSituation, state);
const reading = (situation: typeof begun) => {
  const view = situation.sensors.get('boiler');
  return view?.state.state === 'well' ? view.state.reading.value : view?.state.state;
};

describe('situation', () => {
  test('a full state is the beginning, and a later one of another session replaces it', () => {
    expect([reading(begun), [...begun.alarms.keys()], [...begun.rings.keys()]]).toEqual([20, ['hot'], ['r']]);
    const later = situationAfter(begun, { ...state, alarms: [], rings: [] });
    expect([later.alarms.size, later.rings.size, later.seq]).toEqual([0, 0, -1]);
  });

  test('trouble with who may do what is known from the beginning, or as soon as it begins', () => {
    const trouble = { code: 'trust/damaged', reason: 'the store is damaged' };
    expect(begun.trust).toBeUndefined();
    expect(situationAfter(noSituation, { ...state, trust: trouble }).trust).toEqual(trouble);
    expect(situationAfter(begun, { type: 'trust', trouble }).trust).toEqual(trouble);
  });

  test('telemetry that was overtaken by newer values changes nothing', () => {
    const newer = situationWith(begun, { seq: 7, time: 3_000, values: { boiler: 30 } }, 3_010);
    expect(reading(newer)).toBe(30);
    expect(situationWith(newer, { seq: 6, time: 2_900, values: { boiler: 29 } }, 3_020)).toBe(newer);
    expect(situationWith(newer, { seq: 7, time: 3_000, values: { boiler: 31 } }, 3_020)).toBe(newer);
  });

  test('a new session counts its telemetry from the beginning', () => {
    const before = situationWith(begun, { seq: 900, time: 3_000, values: { boiler: 30 } }, 3_000);
    const again = situationAfter(before, state);
    expect(reading(situationWith(again, { seq: 0, time: 4_000, values: { boiler: 31 } }, 4_000))).toBe(31);
  });

  test('a number that comes beside it ends no fault', () => {
    const faulty = situationAfter(begun, {
      type: 'sensor',
      state: { state: 'fault', sensor: 'boiler', reason: 'stuck', detail: '', since: 2_000 },
    });
    const after = situationWith(faulty, { seq: 1, time: 3_000, values: { boiler: 99 } }, 3_000);
    expect(reading(after)).toBe('fault');
    expect(reading(situationAfter(after, { type: 'sensor', state: well(21, 4_000) }))).toBe(21);
  });

  test('a value that is said again is as old as it was', () => {
    const again = situationWith(begun, { seq: 1, time: 9_000, values: { boiler: 20 } }, 9_000);
    expect(again.sensors.get('boiler')?.state).toEqual(well(20, 1_000));
    const other = situationWith(again, { seq: 2, time: 9_100, values: { boiler: 21 } }, 9_100);
    expect(other.sensors.get('boiler')?.state).toEqual(well(21, 9_100));
  });

  test('values of sensors that nobody described are passed over', () => {
    const after = situationWith(begun, { seq: 1, time: 1, values: { stranger: 1 } }, 1);
    expect([...after.sensors.keys()]).toEqual(['boiler']);
  });

  test('an alarm without a status and a ring that is over are gone', () => {
    const quiet = situationAfter(situationAfter(begun, { type: 'alarm', rule: 'hot' }), {
      type: 'ring',
      status: { ...ring, state: 'over' },
    });
    expect([quiet.alarms.size, quiet.rings.size]).toEqual([0, 0]);
  });

  test('what is about something else changes nothing', () => {
    expect(situationAfter(begun, { type: 'watching', watching: 3 })).toBe(begun);
  });
});
