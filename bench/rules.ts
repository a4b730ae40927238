import type { MonotonicMs, WallMs } from '../src/clock.ts';
import type { RuleSensor } from '../src/rules/check.ts';
import { compileRules } from '../src/rules/compile.ts';
import { RuleOptions } from '../src/rules/rule.ts';
import { beginRules, type RulesState } from '../src/rules/state.ts';
import { step } from '../src/rules/step.ts';
import { type Benchmark, type Figure, numbersOf } from './benchmark.ts';
import { figures } from './statistics.ts';

const sensors = 200;
const rate = 10;
/** A round is so many seconds of readings. */
const roundSeconds = 5;
const wall = Date.UTC(2026, 0, 1) as WallMs;

/** What people write: mostly limits, some with a hold, some that look back. */
const conditions: readonly ((a: string, b: string) => Partial<Record<'when' | 'clear' | 'for', string>>)[] = [
  (a) => ({ when: `${a} > 80 °C`, clear: `${a} < 75 °C` }),
  (a) => ({ when: `${a} > 90`, for: '10s' }),
  (a, b) => ({ when: `${a} > 70 and ${b} > 70 or fault(${a})` }),
  (a) => ({ when: `rate(${a}, 1m) > 20`, clear: `${a} < 60` }),
  (a) => ({ when: `mean(${a}, 5m) > 60 and (${a} > 85 for 5s)` }),
];

export const benchmark: Benchmark = {
  title: `CPU of a reading, ${sensors} sensors at ${rate} Hz: under 20 µs, however many rules do not mention it`,
  options: {
    rules: { about: 'how many rules, over all sensors', default: '1000,10000' },
    others: {
      about: 'how many rules that do not mention the sensor, beside five that do',
      default: '0,1000,10000',
    },
    rounds: { about: `rounds of ${roundSeconds} s of readings`, default: '20' },
  },
  async run(option) {
    const [rounds = 1] = numbersOf(option('rounds'));
    const all: Figure[] = [];
    for (const count of numbersOf(option('rules'))) {
      const names = namesOf('sensor', sensors);
      const state = begin(names, rulesOver(names, count));
      const each = `${Math.round((count / sensors) * 10) / 10} of them mention it or so`;
      all.push(...figures(`${count} rules, ${each}`, measure(state, names, rounds), 'µs'));
    }
    for (const others of option('others').split(',').map(Number)) {
      const names = namesOf('sensor', sensors);
      const own = rulesOver(names, sensors * conditions.length);
      const apart = namesOf('other', sensors);
      const state = begin([...names, ...apart], { ...own, ...prefixed(rulesOver(apart, others)) });
      all.push(
        ...figures(`five rules mention it, ${others} others do not`, measure(state, names, rounds), 'µs'),
      );
    }
    return all;
  },
};

function namesOf(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}${index}.temperature`);
}

function rulesOver(names: readonly string[], count: number): Record<string, RuleOptions> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const [a = '', b = ''] = [names[index % names.length], names[(index * 7 + 1) % names.length]];
      const condition = conditions[Math.floor(index / names.length) % conditions.length];
      return [`rule${index}`, RuleOptions.parse({ ...condition?.(a, b), cooldown: '30s', do: ['siren'] })];
    }),
  );
}

function prefixed(rules: Record<string, RuleOptions>): Record<string, RuleOptions> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`other-${name}`, rule]));
}

function begin(names: readonly string[], rules: Record<string, RuleOptions>): RulesState {
  const all = names.map((sensor): RuleSensor => ({ sensor, unit: '°C', type: 'number', range: [-20, 150] }));
  const compiled = compileRules(rules, all);
  if ('problems' in compiled) throw new Error(compiled.problems[0]?.message);
  return beginRules(compiled.rules, wall, 0 as MonotonicMs);
}

/** µs of CPU a reading, with all that it makes the rules do later; one figure a round. The first rounds warm up. */
function measure(begun: RulesState, names: readonly string[], rounds: number): readonly number[] {
  let state = begun;
  const perReading: number[] = [];
  const readings = names.length * rate * roundSeconds;
  for (let round = -2; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let number = 0; number < readings; number++) {
      const sensor = number % names.length;
      const now = (state.now + 1000 / rate / names.length) as MonotonicMs;
      // Waves of a minute that cross the limits, each sensor's at another time, with some noise.
      const value = 60 + 35 * Math.sin((now / 60_000 + sensor / 17) * 2 * Math.PI) + ((number * 31) % 7) / 7;
      state = step(state, { type: 'reading', sensor: names[sensor] ?? '', value }, now).state;
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) perReading.push((user + system) / readings);
  }
  return perReading;
}
