import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorTable, VedetteError } from '../src/errors.ts';

interface Section {
  readonly code: string;
  readonly text: string;
  readonly cause: string;
  readonly cure: string;
  readonly exitCode: string;
}

/** The sections of docs/errors.md. */
const sections: Section[] = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [heading = '', text = '', cause = '', cure = '', exitCode = ''] = section.trim().split('\n\n');
    return {
      code: heading.replaceAll('`', ''),
      text: text.replace(/^> /, ''),
      cause,
      cure: cure.replace(/^Cure: /, ''),
      exitCode: exitCode.replace(/^Exit code: /, ''),
    };
  });

test('every error is documented, and every documented error exists', () => {
  expect(sections.map(({ code }) => code)).toEqual(Object.keys(errorTable).sort());
});

test.each(sections)('$code is documented with its own words', ({ code, text, cause, cure, exitCode }) => {
  const entry = errorTable[code as keyof typeof errorTable];
  expect({ text, cure, exitCode: Number(exitCode) }).toEqual(entry);
  expect(cause).toMatch(/^\S.{20,}\.$/s);
});

test('an error says its data in its sentence and its cure', () => {
  const error = new VedetteError('feed/unknown', { feed: 'doar', known: 'door, yard' });
  expect(error.message).toBe('there is no feed "doar"');
  expect(error.cure).toBe('choose one of: door, yard');
  expect(error.exitCode).toBe(1);
});
