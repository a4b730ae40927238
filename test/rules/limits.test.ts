import { expect, test } from 'vitest';
import { limitsOf } from '../../src/rules/limits.ts';
import { compiled } from './world.ts';

test('charts show where rules draw the line, on the side where the alarm is', () => {
  const rules = compiled({
    hot: { when: '80 < machine.temperature for 5s', severity: 'critical' },
    outside: { when: 'humidity > 50 + 10 or not (humidity >= 20)' },
    long: { when: 'mean(machine.temperature, 5m) >= 70 and bell' },
  });
  expect(limitsOf(rules)).toEqual({
    'machine.temperature': [
      { rule: 'hot', severity: 'critical', side: 'above', value: 80 },
      { rule: 'long', severity: 'warning', side: 'above', value: 70 },
    ],
    humidity: [
      { rule: 'outside', severity: 'warning', side: 'above', value: 60 },
      { rule: 'outside', severity: 'warning', side: 'below', value: 20 },
    ],
  });
});

test('what is no limit of one sensor on its own scale is no line', () => {
  const rules = compiled({
    far: { when: 'machine.temperature > room.temperature + 30' },
    fast: { when: 'rate(machine.temperature, 1m) > 5' },
    same: { when: 'count == 5' },
    often: { when: 'mean(bell, 1h) > 0.5' },
    silent: { when: 'age(wind) > 5m' },
  });
  expect(limitsOf(rules)).toEqual({});
});
