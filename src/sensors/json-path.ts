import { z } from 'zod';

/** A place in JSON. */
export interface JsonPath {
  /** As it was written. */
  readonly text: string;
  /** Keys and indices, from the outside in; none for the whole. */
  readonly steps: readonly string[];
}

/** Longest path; real ones have a few words. */
const maxChars = 200;
/** A word; in brackets an index, or any key in quotes. */
const step = /(\.?)([^.[\]"]+)|\[(\d{1,6})\]|\["([^"]{1,100})"\]/y;

/** Reads `temperature`, `StatusSNS.DS18B20.Temperature`, `rooms[0]["living room"].humidity`; undefined for all else. */
export function jsonPath(text: string): JsonPath | undefined {
  if (text.length > maxChars) return undefined;
  const steps: string[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < text.length) {
    const found = step.exec(text);
    const name = found?.[2] ?? found?.[3] ?? found?.[4];
    if (!found || name === undefined) return undefined;
    // The first word stands without a dot, every other one behind one.
    if (found[2] !== undefined && (found[1] === '.') === (found.index === 0)) return undefined;
    steps.push(name);
  }
  return { text, steps };
}

/** What stands there in a parsed JSON value; undefined where nothing does. Looks at its own keys only. */
export function valueAt(value: unknown, { steps }: JsonPath): unknown {
  let here = value;
  for (const name of steps) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

/** A {@link JsonPath} in a profile. */
export const JsonPathText = z
  .string()
  .refine((text) => jsonPath(text) !== undefined, 'words with dots between: StatusSNS.DS18B20.Temperature')
  .transform((text) => jsonPath(text) ?? { text, steps: [] });
