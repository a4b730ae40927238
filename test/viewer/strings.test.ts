import { describe, expect, test } from 'vitest';
import { areas } from '../../src/viewer/strings/tables.ts';
import { allStrings, languageOf } from '../../src/viewer/strings.ts';

describe('strings', () => {
  test('every language has every row, of the same kind, and none is empty', () => {
    const rows = Object.entries(allStrings.en);
    for (const table of Object.values(allStrings)) {
      expect(Object.keys(table).sort()).toEqual(rows.map(([key]) => key).sort());
      for (const [key, value] of Object.entries(table)) {
        expect(typeof value, key).toBe(typeof Reflect.get(allStrings.en, key));
        expect(value, key).not.toBe('');
      }
    }
  });

  test('no row stands in two areas', () => {
    const rows = Object.values(areas).flatMap(({ en }) => Object.keys(en));
    expect(rows.filter((row, index) => rows.indexOf(row) !== index)).toEqual([]);
    expect(rows.sort()).toEqual(Object.keys(allStrings.en).sort());
  });

  test('Russian is not English left standing', () => {
    for (const [key, value] of Object.entries(allStrings.ru)) {
      if (typeof value === 'string' && key !== 'unknown') expect(value, key).toMatch(/[а-я]/i);
    }
  });

  test('the first language we speak is taken, else English', () => {
    expect(languageOf(['fr-FR', 'ru-RU', 'en'])).toBe('ru');
    expect(languageOf(['en-GB', 'ru'])).toBe('en');
    expect(languageOf(['fr', 'de'])).toBe('en');
    expect(languageOf([])).toBe('en');
  });
});
