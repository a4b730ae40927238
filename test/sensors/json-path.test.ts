import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPath, valueAt } from '../../src/sensors/json-path.ts';

const at = (value: unknown, text: string) => {
  const path = jsonPath(text);
  if (!path) throw new Error(`no path: ${text}`);
  return valueAt(value, path);
};

test('finds what Zigbee2MQTT, Tasmota and lists say', () => {
  expect(at({ temperature: 21.5, linkquality: 80 }, 'temperature')).toBe(21.5);
  const tasmota = { Time: '2026-01-01T00:00:00', 'DS18B20-1': { Temperature: 19.4 }, TempUnit: 'C' };
  expect(at({ StatusSNS: tasmota }, 'StatusSNS.DS18B20-1.Temperature')).toBe(19.4);
  expect(at([{ v: 1 }, { v: 2 }], '[1].v')).toBe(2);
  expect(at({ 'living room': { 'a.b': 3 } }, '["living room"]["a.b"]')).toBe(3);
  expect(at(7, '')).toBe(7);
});

test('what is not there is undefined, and so is what an object has by nature', () => {
  expect(at({ a: 1 }, 'a.b.c')).toBeUndefined();
  expect(at({}, 'constructor.name')).toBeUndefined();
  expect(at(null, 'a')).toBeUndefined();
  expect(at('text', '[0]')).toBeUndefined();
});

test('what is no path is refused', () => {
  for (const text of ['.a', 'a..b', 'a.', 'a[', 'a[x]', 'a]', '[0]x', 'a"b', 'x'.repeat(201)]) {
    expect(jsonPath(text), text).toBeUndefined();
  }
});

test('any text and any value end in a value or nothing, never in a throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '.', '[', ']', '"', '0', '_') }),
      fc.anything(),
      (text, value) => {
        const path = jsonPath(text);
        if (path) valueAt(value, path);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('keys of any letters are found again in brackets', () => {
  const key = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes('"'));
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.integer(), (keys, value) => {
      const nested = keys.reduceRight<unknown>((inner, name) => Object.fromEntries([[name, inner]]), value);
      expect(at(nested, keys.map((name) => `["${name}"]`).join(''))).toBe(value);
    }),
  );
});
