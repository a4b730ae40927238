import { NotUnderstood, type Span } from './syntax.ts';

export type Token = Span &
  (
    | { readonly kind: 'number'; readonly value: number; readonly unit?: string }
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'sign'; readonly text: string }
    | { readonly kind: 'end' }
  );

const space = /\s+/y;
const number = /\d+(?:\.\d+)?/y;
/** A sensor's name, a function's, or a keyword. */
const word = /[A-Za-z_]\w*(?:\.\w+)*/y;
const sign = /<=|>=|==|!=|&&|\|\||[<>+\-*/(),=!]/y;
/** A unit that no sensor has; read as one all the same, so that the message can speak of it. */
const unit = /[\p{L}%‰°′″][\p{L}\p{N}%°·]*(?:\/[\p{L}%°][\p{L}\p{N}]*)?/uy;
export const keywords: readonly string[] = ['and', 'or', 'not', 'for', 'true', 'false'];

/** What people write who know other languages. */
const otherSpellings: Readonly<Record<string, string>> = {
  '&&': 'and',
  '||': 'or',
  '!': 'not',
  '=': '==',
};

/**
 * Takes a condition apart. Units of sensors are known beforehand, since a unit may look like anything: `m/s`, `µg/m³`.
 *
 * @throws NotUnderstood
 */
export function tokensOf(text: string, units: readonly string[]): readonly Token[] {
  const longestFirst = units.filter((one) => one !== '').toSorted((a, b) => b.length - a.length);
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const takeUnit = (): string | undefined => {
    const before = at;
    take(space);
    const known = longestFirst.find(
      (one) => text.startsWith(one, at) && !/^[\p{L}\p{N}_]/u.test(text.slice(at + one.length)),
    );
    if (known !== undefined) {
      at += known.length;
      return known;
    }
    const from = at;
    const found = take(unit);
    if (found !== undefined && !keywords.includes(found)) return found;
    at = found === undefined ? before : Math.min(from, before);
    return undefined;
  };
  for (;;) {
    take(space);
    const from = at;
    if (at === text.length) {
      tokens.push({ kind: 'end', at, to: at });
      return tokens;
    }
    const digits = take(number);
    if (digits !== undefined) {
      const suffix = takeUnit();
      tokens.push({
        kind: 'number',
        value: Number(digits),
        at: from,
        to: at,
        ...(suffix === undefined ? {} : { unit: suffix }),
      });
      continue;
    }
    const letters = take(word);
    if (letters !== undefined) {
      tokens.push({ kind: 'word', text: letters, at: from, to: at });
      continue;
    }
    const found = take(sign);
    if (found === undefined) {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      throw new NotUnderstood(
        { at, to: at + character.length },
        `found "${character}", which means nothing here`,
      );
    }
    const meant = otherSpellings[found];
    if (meant !== undefined)
      throw new NotUnderstood({ at: from, to: at }, `found "${found}", write: ${meant}`, meant);
    tokens.push({ kind: 'sign', text: found, at: from, to: at });
  }
}
