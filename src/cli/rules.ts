import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { durationMs } from '../protocol/duration.ts';
import type { Happening } from '../rules/replay.ts';
import { profileArgument } from './flags.ts';
import { print, printJson } from './output.ts';
import { timeText } from './times.ts';

interface RulesFlags {
  readonly action: 'test';
  readonly profile: string;
  readonly replay: readonly string[];
  readonly acknowledgeAfter?: string | undefined;
  readonly json: boolean;
}

/** What became of one rule over all readings. */
interface Tally {
  readonly rule: string;
  readonly raised: number;
  readonly escalated: number;
  readonly raisedForMs: number;
  /** Since when it is still raised, wall time in ms. */
  readonly raisedSince?: number;
}

export const rulesCommand: CommandModule<object, RulesFlags> = {
  command: 'rules <action> <profile>',
  describe: 'Try the rules of a profile on readings of the past',
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['test'] as const,
        demandOption: true,
        describe: 'test shows when each rule would have fired, escalated and cleared',
      })
      .positional('profile', profileArgument)
      .option('replay', {
        type: 'string',
        array: true,
        demandOption: true,
        requiresArg: true,
        describe:
          'Readings: lines of time,sensor,value, or what `export` wrote; several files are put together',
      })
      .option('acknowledge-after', {
        type: 'string',
        requiresArg: true,
        describe: 'As if somebody acknowledged each alarm after so long (5m); nobody does by default',
      })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON, for scripts' })
      .example('$0 rules test boiler.yaml --replay readings.csv', 'when each rule would have fired')
      .example('$0 rules test boiler.yaml --replay evidence/readings/*.csv', 'on what was exported')
      .example('$0 rules test boiler.yaml --replay readings.csv --json | jq .rules', 'how often'),
  async handler({ profile: path, replay: files, acknowledgeAfter, json }) {
    const { loadProfile } = await import('../profile/load.ts');
    const { Replay } = await import('../rules/replay.ts');
    const { merged, pastReadings } = await import('./past-readings.ts');
    const acknowledgeAfterMs = acknowledgeAfter === undefined ? undefined : durationOf(acknowledgeAfter);
    const { rules, sensors } = loadProfile(path).profile;
    const replay = new Replay(rules, acknowledgeAfterMs);
    const all: Happening[] = [];
    const span = { readings: 0, from: 0, to: 0 };
    for await (const reading of merged(files.map((file) => pastReadings(file, sensors)))) {
      const happenings = replay.take(reading);
      if (span.readings++ === 0) span.from = reading.time;
      span.to = reading.time;
      all.push(...happenings);
      if (!json) for (const happening of happenings) print(happeningLine(happening));
    }
    const tallies = rules.rules.map(({ name }) => tallyOf(name, all, replay.raised.get(name), span.to));
    if (json) {
      printJson({ ...span, happenings: all, rules: tallies });
      return;
    }
    print(
      span.readings === 0
        ? 'no readings'
        : `${all.length > 0 ? '\n' : ''}${span.readings} readings from ${timeText(span.from)} to ${timeText(span.to)}`,
    );
    for (const tally of tallies) print(`  ${tallyLine(tally)}`);
  },
};

/** @throws VedetteError `cli/bad-flag` */
function durationOf(text: string): number {
  const ms = durationMs(text);
  if (ms !== undefined) return ms;
  throw new VedetteError('cli/bad-flag', { flag: '--acknowledge-after', allowed: 'a time: 30s, 5m, 2h' });
}

/** `2026-05-05 17:30:12  raise        overheating  machine.temperature 81.5 °C  do siren, phone` */
function happeningLine(happening: Happening): string {
  const { time, what, rule } = happening;
  return [timeText(time), what.padEnd(11), rule, ...detailsOf(happening)].join('  ');
}

function detailsOf(happening: Happening): readonly string[] {
  switch (happening.what) {
    case 'raise': {
      const { sensor, value, unit, actions } = happening;
      const reading = value === undefined ? [] : [`${sensor} ${value}${unit === '' ? '' : ` ${unit}`}`];
      return [...reading, ...done(actions)];
    }
    case 'clear': {
      const { because, raisedForMs, actions } = happening;
      const why = because === 'hours' ? ', its hours are over' : '';
      return [`after ${lengthText(raisedForMs)}${why}`, ...done(actions)];
    }
    case 'escalate':
    case 'fault':
      return done(happening.actions);
    case 'latch':
      return ['over, but nobody acknowledged it'];
    case 'acknowledge':
      return [];
  }
}

function done(actions: readonly string[]): readonly string[] {
  return actions.length === 0 ? [] : [`do ${actions.join(', ')}`];
}

function tallyOf(
  rule: string,
  all: readonly Happening[],
  raisedSince: number | undefined,
  end: number,
): Tally {
  const own = all.filter((happening) => happening.rule === rule);
  const over = own.reduce((sum, one) => sum + (one.what === 'clear' ? one.raisedForMs : 0), 0);
  return {
    rule,
    raised: own.filter(({ what }) => what === 'raise').length,
    escalated: own.filter(({ what }) => what === 'escalate').length,
    raisedForMs: over + (raisedSince === undefined ? 0 : end - raisedSince),
    ...(raisedSince === undefined ? {} : { raisedSince }),
  };
}

/** `overheating: raised 3 times, for 12m 4s in all, and still at the end` */
function tallyLine({ rule, raised, raisedForMs, raisedSince }: Tally): string {
  if (raised === 0) return `${rule}: never raised`;
  const often = raised === 1 ? 'once' : `${raised} times`;
  const still = raisedSince === undefined ? '' : ', and still at the end';
  return `${rule}: raised ${often}, for ${lengthText(raisedForMs)} in all${still}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `2h 5m`: the two largest units that say something. */
function lengthText(ms: number): string {
  let rest = ms;
  const parts = units.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.length === 0 ? `${Math.round(ms)}ms` : parts.slice(0, 2).join(' ');
}
