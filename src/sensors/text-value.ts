import { z } from 'zod';

/** What devices say for yes and no, in small letters: Zigbee2MQTT, Tasmota, ESPHome and their like. */
const yes = 'on true yes open opened active online pressed detected occupied high';
const no = 'off false no closed inactive offline released clear unoccupied low';
const usual: ReadonlyMap<string, number> = new Map([
  ...yes.split(' ').map((word) => [word, 1] as const),
  ...no.split(' ').map((word) => [word, 0] as const),
]);
/** A number, with its unit behind it where a device says so: `21.5 °C`, `48%`. */
const decimal =
  /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:e[+-]?\d{1,3})?)\s?(?:[%°\p{L}/²³]{1,8})?$/iu;
/** Longer texts are no values. */
const maxChars = 100;

/** The key `map` of a profile: words to numbers. */
export const TextMap = z
  .record(z.string().min(1).max(maxChars), z.number())
  .describe('What words stand for, as in { RUN: 1, FAIL: 0 }; ON, OFF and their like are known');
export type TextMap = z.output<typeof TextMap>;

/**
 * The number that a value of JSON, or a text, stands for: itself, 1 and 0 for truth, a word by `map` or by what is
 * usual, a decimal number with or without its unit. NaN for all else.
 */
export function numberOf(value: unknown, map: TextMap = {}): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.length > maxChars) return Number.NaN;
  const text = value.trim();
  if (Object.hasOwn(map, text)) return map[text] ?? Number.NaN;
  const found = decimal.exec(text);
  return found ? Number(found[1]) : (usual.get(text.toLowerCase()) ?? Number.NaN);
}
