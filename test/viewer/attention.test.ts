import { describe, expect, test } from 'vitest';
import type { AlarmStatus, RingStatus } from '../../src/protocol/alarm.ts';
import { attentionOf, calledBy, newsOf, withPictureFirst } from '../../src/viewer/attention.ts';

const alarm = (change: Partial<AlarmStatus> = {}): AlarmStatus => ({
  rule: 'hot',
  title: 'Too hot',
  severity: 'critical',
  state: 'raised',
  since: 1,
  event: 'e1',
  silenced: false,
  ...change,
});
const ring = (change: Partial<RingStatus> = {}): RingStatus => ({
  ring: 'r1',
  feed: 'door',
  title: 'Door',
  since: 1,
  state: 'ringing',
  replying: false,
  replies: [],
  ...change,
});
const attend = (
  alarms: AlarmStatus[],
  rings: RingStatus[] = [],
  more: Partial<Parameters<typeof attentionOf>[0]> = {},
) => attentionOf({ alarms, rings, seen: new Set(), session: 'me', quiet: 'none', connected: true, ...more });
const ids = ({ screen }: ReturnType<typeof attend>) => screen.map(({ id }) => id);

describe('what takes the screen', () => {
  test('a critical alarm comes before a ring, and a warning stays beside', () => {
    const warning = alarm({ rule: 'warm', severity: 'warning', event: 'e2' });
    const attention = attend([warning, alarm()], [ring()]);
    expect(ids(attention)).toEqual(['e1', 'r1']);
    expect(attention.alarms.map(({ rule }) => rule)).toEqual(['hot', 'warm']);
    expect(attention.sound).toBe('alarm');
  });

  test('an alarm that somebody took, or that is shelved, leaves it', () => {
    expect(ids(attend([alarm({ acknowledgedBy: 'Anna' })]))).toEqual([]);
    const shelved = attend([alarm({ state: 'shelved' })]);
    expect([ids(shelved), shelved.shelved.length, shelved.sound]).toEqual([[], 1, 'none']);
  });

  test('one that is over, but that nobody has seen, is still shown, in silence', () => {
    const attention = attend([alarm({ state: 'latched' })]);
    expect([ids(attention), attention.sound]).toEqual([['e1'], 'none']);
  });

  test('what was put aside stays aside, until it is raised anew', () => {
    const seen = new Set(['e1', 'r1']);
    expect(ids(attend([alarm()], [ring()], { seen }))).toEqual([]);
    expect(ids(attend([alarm({ event: 'e9' })], [ring({ ring: 'r2' })], { seen }))).toEqual(['e9', 'r2']);
  });

  test('a ring leaves every screen when it is answered, and one has the call', () => {
    const answered = ring({ state: 'answered', session: 'me' });
    expect([ids(attend([], [answered])), attend([], [answered]).call?.ring]).toEqual([[], 'r1']);
    expect(attend([], [ring({ state: 'answered', session: 'other' })]).call).toBeUndefined();
  });

  test('a ready reply is nobody’s call: whoever had it played stays unheard', () => {
    const replied = attend([], [ring({ state: 'answered', session: 'me', replying: true })]);
    expect([ids(replied), replied.call, replied.sound]).toEqual([[], undefined, 'none']);
  });

  test('a ring of which nothing is heard any more neither shows nor sounds; an alarm stays', () => {
    const lost = attend([alarm()], [ring()], { connected: false });
    expect([ids(lost), lost.sound]).toEqual([['e1'], 'alarm']);
    expect(attend([], [ring()], { connected: false }).sound).toBe('none');
  });

  test('the first call that has a picture comes first, and the others keep their order', () => {
    const { screen } = attend([alarm(), alarm({ rule: 'gas', event: 'e2' })], [ring()]);
    expect(withPictureFirst(screen, (feed) => feed === 'door').map(({ id }) => id)).toEqual([
      'r1',
      'e1',
      'e2',
    ]);
    expect(withPictureFirst(screen, () => false)).toEqual(screen);
  });
});

describe('what sounds', () => {
  test('quiet hours keep the bell silent and shown, and a critical alarm is heard', () => {
    const bell = attend([], [ring()], { quiet: 'bell' });
    expect([ids(bell), bell.sound]).toEqual([['r1'], 'none']);
    expect(attend([alarm()], [], { quiet: 'bell' }).sound).toBe('alarm');
  });

  test('a snooze keeps all silent', () => {
    expect(attend([alarm()], [ring()], { quiet: 'all' }).sound).toBe('none');
  });

  test('a silenced alarm lets the bell be heard', () => {
    expect(attend([alarm({ silenced: true })], []).sound).toBe('none');
    expect(attend([alarm({ silenced: true })], [ring()]).sound).toBe('bell');
  });
});

describe('what others did', () => {
  const situation = (alarms: AlarmStatus[], rings: RingStatus[]) => ({
    alarms: new Map(alarms.map((each) => [each.rule, each])),
    rings: new Map(rings.map((each) => [each.ring, each])),
  });

  test('is told once, and what this page did is no news', () => {
    const before = situation([alarm()], [ring()]);
    const answered = situation([alarm()], [ring({ state: 'answered', by: 'Anna', session: 'other' })]);
    expect(newsOf(before, answered, 'me')).toEqual([{ what: 'answered', title: 'Door', by: 'Anna' }]);
    expect(newsOf(answered, answered, 'me')).toEqual([]);
    expect(newsOf(before, answered, 'other')).toEqual([]);
  });

  test('an alarm that was taken is told with who took it', () => {
    const taken = situation([alarm({ acknowledgedBy: 'Boris' })], []);
    expect(newsOf(situation([alarm()], []), taken, 'me')).toEqual([
      { what: 'got-it', title: 'Too hot', by: 'Boris' },
    ]);
  });

  test('what stood so when the page came is no news', () => {
    const missed = situation([alarm({ acknowledgedBy: 'Boris' })], [ring({ state: 'missed' })]);
    expect(newsOf(undefined, missed, 'me')).toEqual([]);
  });

  test('a warning is said once as it is raised; what takes the screen says itself', () => {
    const warned = situation([alarm({ rule: 'warm', severity: 'warning', title: 'Warm' }), alarm()], []);
    expect(newsOf(situation([], []), warned, 'me')).toEqual([
      { what: 'warning', title: 'Warm', by: undefined },
    ]);
    expect(newsOf(warned, warned, 'me')).toEqual([]);
    expect(newsOf(undefined, warned, 'me')).toEqual([]);
  });
});

test('a picture is called by the gravest alarm of its feed, else by the bell', () => {
  const alarms = [alarm({ feed: 'door', severity: 'warning', title: 'Motion' }), alarm({ feed: 'door' })];
  expect(calledBy('door', alarms, [ring()])).toEqual({ kind: 'alarm', title: 'Too hot' });
  expect(calledBy('door', [], [ring()])).toEqual({ kind: 'ring', title: 'Door' });
  expect(calledBy('garden', alarms, [ring()])).toBeUndefined();
});
