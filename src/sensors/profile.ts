import type { DurationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorNature, SensorParts, SensorSource } from './kind.ts';
import { sensorKinds } from './kinds.ts';
import type { SensorSettings } from './settings.ts';

/** A sensor as the profile's schema gives it: the keys of all sensors, and those of its kind. */
export interface SensorEntry extends SensorSettings {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  open(parts: SensorParts): SensorSource;
}

/** A sensor of the profile, with all that its kind says of it filled in. */
export interface SensorProfile extends Omit<SensorNature, 'settable'> {
  /** In rules and messages. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly kind: string;
  readonly settable: boolean;
  /** Applied to a number before anything else: value × scale + offset. */
  readonly calibration?: { readonly scale: number; readonly offset: number };
  /** The time constant of its low pass. */
  readonly smoothing?: DurationMs;
  readonly stuckAfter?: DurationMs;
  /** Readings a second. */
  readonly maxRate: number;
  /** For `vedette check`: throws a `VedetteError` with its cure where this machine lacks something. */
  check(parts: SensorParts): Promise<void>;
  /** Makes the source of one run; called for each. */
  open(parts: SensorParts): SensorSource;
}

/** Fills in what the profile leaves to a sensor's kind. */
export function sensorProfile(name: string, entry: SensorEntry): SensorProfile {
  const { kind, options, calibration, smoothing, stuckAfter, maxRate } = entry;
  const nature = natureOf(entry);
  const period = entry.period ?? nature.period;
  const range = entry.range ?? nature.range;
  return {
    name,
    title: entry.title ?? titleOf(name),
    kind,
    type: nature.type,
    unit: entry.unit ?? nature.unit,
    decimals: entry.decimals ?? nature.decimals,
    settable: nature.settable ?? false,
    ...(period !== undefined && { period }),
    ...(range && { range }),
    ...(calibration && { calibration }),
    ...(smoothing !== undefined && { smoothing }),
    ...(stuckAfter !== undefined && { stuckAfter }),
    maxRate,
    check: async (parts) => rowOf(kind).check?.(options as never, parts),
    open: (parts) => entry.open(parts),
  };
}

/** What a schema that knows no kind cannot see: a key that means nothing for this sensor. */
export function sensorProblem(
  entry: SensorEntry,
): { readonly key: keyof SensorSettings; readonly message: string } | undefined {
  if (natureOf(entry).type !== 'boolean') return undefined;
  const key = (['range', 'calibration', 'smoothing', 'decimals', 'unit'] as const).find(
    (name) => entry[name] !== undefined,
  );
  return key && { key, message: `this sensor is on or off; it has no ${key}` };
}

function natureOf({ kind, options }: SensorEntry): SensorNature {
  return rowOf(kind).nature(options as never);
}

/** The options of an entry were read by its own row's schema, which the compiler cannot follow. */
function rowOf(kind: string): SensorKind<never> {
  const row = sensorKinds.find((candidate) => candidate.kind === kind);
  if (!row) throw new Error(`there is no kind of sensor "${kind}"`);
  return row as unknown as SensorKind<never>;
}

/** `machine.oil_level` to `Machine oil level`. */
function titleOf(name: string): string {
  const words = name.replace(/[._]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
