import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileLinePattern, LinePatternText } from '../../src/sensors/line-pattern.ts';

test.each([
  ['T=(-?\\d+\\.\\d+)', 'H=40 T=-3.5 C', '-3.5'],
  ['^\\$MTW,([^,]*),C', '$MTW,12.4,C*11', '12.4'],
  ['(\\d+) (?P<value>\\w+)', '17 OPEN', 'OPEN'],
  ['(?<value>\\d+)\\s*°C', '12 °C', '12'],
  ['weight:\\s*([\\d.]+)kg', 'weight:  4.20kg', '4.20'],
])('%s finds the value of "%s"', async (pattern, line, found) => {
  expect((await compileLinePattern(pattern))(line)).toBe(found);
});

test('a line that does not fit, or fits without its group, is no value', async () => {
  expect((await compileLinePattern('T=(\\d+)'))('H=4')).toBeUndefined();
  expect((await compileLinePattern('T=(\\d+)|OK'))('OK')).toBeUndefined();
});

test.each(['', 'T=\\d+', '(', '(a)\\1', '(?=a)(b)', '(?<!a)(b)', 'x'.repeat(300)])(
  '"%s" is refused',
  (text) => {
    expect(LinePatternText.safeParse(text).success).toBe(false);
  },
);

test('no line holds up patterns that hang others', async () => {
  const patterns = ['^(a+)+$', '^(a|a)*$', '(.*)*=', '(x+x+)+y', '(.*.*.*.*.*)='];
  const line = `${'a'.repeat(500)}!`;
  const compiled = await Promise.all(patterns.map(compileLinePattern));
  for (const pattern of compiled) pattern(line);
  const startMs = performance.now();
  for (const pattern of compiled) expect(pattern(line)).toBeUndefined();
  // The others take longer than the universe is old.
  expect(performance.now() - startMs).toBeLessThan(2_000);
});

test('any line and any pattern of a profile end in a text or nothing', async () => {
  const unit = fc.constantFrom(...'T=(\\d)+.*[]{}?|^$:<>a1,'.split(''));
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit, maxLength: 20 }),
      fc.string({ maxLength: 100 }),
      async (text, line) => {
        if (!LinePatternText.safeParse(text).success) return;
        const pattern = await compileLinePattern(text).catch((error: Error) => {
          expect(error).toMatchObject({ code: 'serial/bad-pattern' });
        });
        if (pattern) expect(['string', 'undefined']).toContain(typeof pattern(line));
      },
    ),
    { numRuns: 500 },
  );
});
