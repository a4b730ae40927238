import { closest } from 'fastest-levenshtein';
import type { RuleSensor } from '../rules/check.ts';
import { compileRules, type Rules } from '../rules/compile.ts';
import { type SensorProfile, sensorProblem } from '../sensors/profile.ts';
import type { Path } from './document.ts';
import { withImpliedActions } from './implied-actions.ts';
import type { ProfileFile } from './schema.ts';

/** Something that one part of a profile says of another, and that is not so. */
export interface WiringProblem {
  readonly path: Path;
  /** Where in the text of the value, in characters. */
  readonly offset?: number;
  readonly message: string;
  readonly suggestion?: string;
}

/** The keys of an entry that name a camera. */
const feedKeys = ['feed', 'camera'] as const;

export type Wired =
  | { readonly problems: readonly WiringProblem[] }
  /** The file with what its rules imply, and its rules made ready for its sensors. */
  | { readonly file: ProfileFile; readonly rules: Rules };

/** Puts the parts of a profile together: finds every name that it has not, and what is wrong with its rules. */
export function wire(file: ProfileFile, sensors: readonly SensorProfile[]): Wired {
  const problems = [
    ...unknownNames(file),
    ...meaninglessSettings(file),
    ...lockProblems(file, sensors),
    ...presenceProblems(file, sensors),
    ...keypadProblems(file),
    ...liveProblems(file),
  ];
  const implied = withImpliedActions(file);
  const compiled = compileRules(implied.rules, sensors.map(ruleSensor));
  if ('rules' in compiled && problems.length === 0) return { file: implied, rules: compiled.rules };
  const ofRules = 'problems' in compiled ? compiled.problems : [];
  return {
    problems: [
      ...problems,
      ...ofRules.map(({ rule, key, offset, message, hint }) => ({
        ...{ path: ['rules', rule, key], offset, message },
        ...(hint ? { suggestion: hint } : {}),
      })),
    ],
  };
}

/** Keys that say nothing of the sensor that has them. */
function meaninglessSettings(file: ProfileFile): readonly WiringProblem[] {
  return Object.entries(file.sensors).flatMap(([name, entry]) => {
    const problem = sensorProblem(entry);
    return problem ? [{ path: ['sensors', name, problem.key], message: problem.message }] : [];
  });
}

/** What locks name: a camera, sensors that are on or off, actions. */
function lockProblems(
  { locks, cameras, actions, mqtt }: ProfileFile,
  sensors: readonly SensorProfile[],
): readonly WiringProblem[] {
  const known = sensors.map(({ name }) => name);
  return Object.entries(locks).flatMap(([name, lock]) => {
    const problems: WiringProblem[] = [];
    const at = (key: string, ...more: readonly number[]): Path => ['locks', name, key, ...more];
    if (lock.feed !== undefined && !(lock.feed in cameras))
      problems.push(unknownName(at('feed'), 'camera', lock.feed, Object.keys(cameras)));
    for (const key of ['bolt', 'door', 'parcel'] as const) {
      const sensor = lock[key];
      if (sensor === undefined) continue;
      const found = sensors.find((candidate) => candidate.name === sensor);
      if (!found) problems.push(unknownName(at(key), 'sensor', sensor, known));
      else if (found.type !== 'boolean')
        problems.push({ path: at(key), message: 'needs a sensor that is on or off' });
    }
    for (const key of ['do', 'ask'] as const)
      lock[key].forEach((action, index) => {
        if (!(action in actions))
          problems.push(unknownName(at(key, index), 'action', action, Object.keys(actions)));
      });
    if (lock.ask.length > 0 && lock.secondStep !== 'person')
      problems.push({ path: at('ask'), message: 'nobody is asked without `secondStep: person`' });
    if (lock.kind === 'mqtt' && !mqtt)
      problems.push({ path: at('kind'), message: 'needs the broker of the key mqtt, which is missing' });
    return problems;
  });
}

/** Who is let in by a button has one. */
function presenceProblems(
  { access: { presence }, sensors: entries }: ProfileFile,
  sensors: readonly SensorProfile[],
): readonly WiringProblem[] {
  if (!presence) return [];
  const path: Path = ['access', 'presence', 'sensor'];
  const found = sensors.find(({ name }) => name === presence.sensor);
  if (!found)
    return [
      unknownName(
        path,
        'sensor',
        presence.sensor,
        sensors.map(({ name }) => name),
      ),
    ];
  if (found.type !== 'boolean') return [{ path, message: 'needs a sensor that is on or off' }];
  const entry = entries[presence.sensor];
  // A broker, a host, or whoever may set a simulated one would hold it without being there.
  const remote = entry && (remoteKinds.includes(entry.kind) || entry.options.url !== undefined);
  return remote
    ? [{ path, message: 'needs a button that is wired to the device: others could hold this one' }]
    : [];
}

/** Kinds of sensors whose word comes from somebody else. */
const remoteKinds: readonly string[] = ['mqtt', 'http', 'simulated'];

/** What keypads name: a lock, actions, the broker. */
function keypadProblems({ keypads, locks, actions, mqtt }: ProfileFile): readonly WiringProblem[] {
  return Object.entries(keypads).flatMap(([name, keypad]) => {
    const problems: WiringProblem[] = [];
    if (!(keypad.lock in locks))
      problems.push(unknownName(['keypads', name, 'lock'], 'lock', keypad.lock, Object.keys(locks)));
    for (const key of ['accepted', 'refused'] as const)
      keypad[key].forEach((action, index) => {
        if (!(action in actions))
          problems.push(unknownName(['keypads', name, key, index], 'action', action, Object.keys(actions)));
      });
    if (keypad.kind === 'mqtt' && !mqtt)
      problems.push({
        path: ['keypads', name, 'kind'],
        message: 'needs the broker of the key mqtt, which is missing',
      });
    return problems;
  });
}

/** What shows that somebody watches: actions that can be lit, and sounded without an alarm. */
function liveProblems({ live, actions }: ProfileFile): readonly WiringProblem[] {
  return (['light', 'sound'] as const).flatMap((key) =>
    live[key].flatMap((name, index): WiringProblem[] => {
      const path: Path = ['live', key, index];
      const action = actions[name];
      if (!action) return [unknownName(path, 'action', name, Object.keys(actions))];
      const { kind, options } = action;
      if (key === 'light' && (kind !== 'output' || options.pulse !== undefined))
        return [{ path, message: 'needs an action of kind output, without pulse' }];
      if (key === 'sound' && kind === 'sound' && options.feed === undefined)
        return [{ path, message: `needs a feed at the action ${name}: nobody says at whose speaker` }];
      return [];
    }),
  );
}

function unknownNames(file: ProfileFile): readonly WiringProblem[] {
  const feeds = Object.keys(file.cameras);
  const actions = Object.keys(file.actions);
  const problems: WiringProblem[] = [];
  const named = (path: Path, what: string, name: unknown, known: readonly string[]) => {
    if (typeof name === 'string' && !known.includes(name))
      problems.push(unknownName(path, what, name, known));
  };
  for (const room of ['sensors', 'actions'] as const)
    for (const [name, { kind, options }] of Object.entries(file[room])) {
      for (const key of feedKeys) named([room, name, key], 'camera', options[key], feeds);
      if (kind === 'mqtt' && !file.mqtt)
        problems.push({
          path: [room, name, 'kind'],
          message: 'needs the broker of the key mqtt, which is missing',
        });
    }
  for (const [name, rule] of Object.entries(file.rules)) {
    named(['rules', name, 'feed'], 'camera', rule.feed, feeds);
    const lists: [Path, readonly string[]][] = [
      [['do'], rule.do],
      [['onClear'], rule.onClear],
      [['onFault'], rule.onFault],
      ...rule.escalate.map((step, index): [Path, readonly string[]] => [['escalate', index, 'do'], step.do]),
    ];
    for (const [path, names] of lists)
      names.forEach((action, index) => {
        named(['rules', name, ...path, index], 'action', action, actions);
      });
  }
  file.records.continuous.forEach((feed, index) => {
    named(['records', 'continuous', index], 'camera', feed, feeds);
  });
  const { homeassistant } = file;
  if (homeassistant && !file.mqtt)
    problems.push({ path: ['homeassistant'], message: 'needs the broker of the key mqtt, which is missing' });
  if (Array.isArray(homeassistant?.pictures))
    homeassistant.pictures.forEach((feed, index) => {
      named(['homeassistant', 'pictures', index], 'camera', feed, feeds);
    });
  return problems;
}

/** A sensor as rules know it. */
function ruleSensor({ name, unit, type, range }: SensorProfile): RuleSensor {
  return { sensor: name, unit, type, ...(range ? { range: [range[0], range[1]] } : {}) };
}

function unknownName(path: Path, what: string, name: string, known: readonly string[]): WiringProblem {
  if (known.length === 0) return { path, message: `found "${name}", but there is no ${what}` };
  return {
    path,
    message: `found "${name}", which is no ${what}; there are: ${known.join(', ')}`,
    suggestion: closest(name, [...known]),
  };
}
