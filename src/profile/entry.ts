import { z } from 'zod';

/**
 * A device as the profile names it: which kind, with which options, and how one run of it is opened. `Parts` is what
 * its room's kinds are handed when they are opened.
 */
export interface Entry<Device, Parts extends readonly unknown[] = []> {
  /** One of its room's `kinds.ts`. */
  readonly kind: string;
  /** The kind's own keys, with their defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Makes the device of one run; called for each. */
  open(...parts: Parts): Device;
}

/** A row of a room's `kinds.ts`, whatever its options are. */
interface KindRow<Device, Parts extends readonly unknown[]> {
  readonly kind: string;
  readonly options: z.ZodObject;
  open(options: never, ...parts: Parts): Device;
}

/**
 * The schema of an entry: told apart by `kind`, each kind with its own keys and those that all kinds of its room have.
 *
 * @throws Error where a kind uses a common key for something else, which is a mistake in this program.
 */
export function entrySchema<Device, Common extends z.ZodRawShape, Parts extends readonly unknown[]>(
  rows: readonly [KindRow<Device, Parts>, ...KindRow<Device, Parts>[]],
  common: Common,
) {
  const [first, ...others] = rows;
  return z.discriminatedUnion('kind', [
    kindSchema(first, common),
    ...others.map((row) => kindSchema(row, common)),
  ]);
}

function kindSchema<Device, Common extends z.ZodRawShape, Parts extends readonly unknown[]>(
  row: KindRow<Device, Parts>,
  common: Common,
) {
  const taken = Object.keys(row.options.shape).find((key) => key === 'kind' || key in common);
  if (taken !== undefined) throw new Error(`kind "${row.kind}" uses "${taken}", a key of all kinds`);
  return row.options
    .safeExtend({ kind: z.literal(row.kind).describe('What gives it'), ...common })
    .transform((entry): Entry<Device, Parts> & z.output<z.ZodObject<Common>> => {
      const shared = pick(entry, (key) => key in common);
      const options = pick(entry, (key) => key !== 'kind' && !(key in common));
      return {
        // What was parsed by a schema is of its output type; taking it apart loses that to the compiler.
        ...(shared as z.output<z.ZodObject<Common>>),
        kind: row.kind,
        options,
        open: (...parts) => row.open(options as never, ...parts),
      };
    });
}

function pick(entry: Readonly<Record<string, unknown>>, wanted: (key: string) => boolean) {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => wanted(key)));
}
