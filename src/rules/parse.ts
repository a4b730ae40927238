import { durationMs } from '../protocol/duration.ts';
import { maxExpressionLength } from './rule.ts';
import {
  type Arithmetic,
  type Comparison,
  type ExpressionProblem,
  NotUnderstood,
  type Span,
  type Syntax,
} from './syntax.ts';
import { keywords, type Token, tokensOf } from './tokens.ts';

/** Parentheses in parentheses; deeper ones are a mistake or an attack on the stack. */
const maxDepth = 50;

const comparisons: readonly string[] = ['<', '<=', '>', '>=', '==', '!='] satisfies Comparison[];

/**
 * Reads a condition:
 *
 * ```
 *  or         = and { "or" and }
 *  and        = held { "and" held }
 *  held       = not [ "for" duration ]
 *  not        = "not" not | comparison
 *  comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
 *  sum        = product { ( "+" | "-" ) product }
 *  product    = negative { ( "*" | "/" ) negative }
 *  negative   = "-" negative | primary
 *  primary    = number [ unit ] | "true" | "false" | name | name "(" or { "," or } ")" | "(" or ")"
 * ```
 *
 * @param units those of the sensors it may speak of
 */
export function parseExpression(
  text: string,
  units: readonly string[],
): { readonly syntax: Syntax } | { readonly problem: ExpressionProblem } {
  try {
    if (text.length > maxExpressionLength) {
      throw new NotUnderstood(
        { at: maxExpressionLength, to: text.length },
        `a condition has at most ${maxExpressionLength} characters`,
      );
    }
    return { syntax: new Parser(text, tokensOf(text, units)).all() };
  } catch (error) {
    if (error instanceof NotUnderstood) return { problem: error.problem };
    throw error;
  }
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  /** Nodes that stand in parentheses of their own. */
  readonly #grouped = new WeakSet<Syntax>();

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  all(): Syntax {
    const syntax = this.#or();
    const rest = this.#peek();
    if (rest.kind === 'end') return syntax;
    if (this.#isSign(',')) throw this.#unexpected('a decimal point is written "."');
    throw this.#unexpected(
      rest.kind === 'sign' && rest.text === ')' ? 'nothing was opened' : 'and, or, for, or an operator',
    );
  }

  #or(): Syntax {
    this.#deeper();
    let left = this.#and();
    while (this.#takeWord('or')) {
      const right = this.#and();
      this.#refuseLooseHold(right);
      left = { kind: 'or', left, right, at: left.at, to: right.to };
    }
    this.#depth--;
    return left;
  }

  #and(): Syntax {
    let left = this.#held();
    while (this.#takeWord('and')) {
      const right = this.#held();
      this.#refuseLooseHold(right);
      left = { kind: 'and', left, right, at: left.at, to: right.to };
    }
    return left;
  }

  /** `a and b for 10s` could be either; who reads it must not have to guess. */
  #refuseLooseHold(right: Syntax): void {
    if (right.kind !== 'hold' || this.#grouped.has(right)) return;
    throw new NotUnderstood(
      { at: right.operand.to, to: right.to },
      'this "for" could mean only the last condition or all of them, put parentheses around what must hold',
    );
  }

  #held(): Syntax {
    const operand = this.#not();
    if (!this.#takeWord('for')) return operand;
    const length = this.#peek();
    const ms = durationMs(this.#text.slice(length.at, length.to));
    if (ms === undefined) throw this.#unexpected('a time with its unit: 10s, 5m');
    this.#next++;
    if (this.#isWord('for')) throw this.#unexpected('one "for" for each condition');
    return { kind: 'hold', operand, ms, at: operand.at, to: length.to };
  }

  #not(): Syntax {
    const from = this.#peek().at;
    if (!this.#takeWord('not')) return this.#comparison();
    this.#deeper();
    const operand = this.#not();
    this.#depth--;
    return { kind: 'not', operand, at: from, to: operand.to };
  }

  #comparison(): Syntax {
    const left = this.#sum();
    const op = this.#takeComparison();
    if (op === undefined) return left;
    const right = this.#sum();
    if (this.#takeComparison() !== undefined) {
      this.#next--;
      throw this.#unexpected('one comparison at a time, with "and" between them');
    }
    return { kind: 'compare', op, left, right, at: left.at, to: right.to };
  }

  #takeComparison(): Comparison | undefined {
    const token = this.#peek();
    if (token.kind !== 'sign' || !comparisons.includes(token.text)) return undefined;
    this.#next++;
    return token.text as Comparison;
  }

  #sum(): Syntax {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Syntax {
    return this.#chain(['*', '/'], () => this.#negative());
  }

  #chain(signs: readonly Arithmetic[], operand: () => Syntax): Syntax {
    let left = operand();
    for (;;) {
      const op = signs.find((one) => this.#isSign(one));
      if (op === undefined) return left;
      this.#next++;
      const right = operand();
      left = { kind: 'arithmetic', op, left, right, at: left.at, to: right.to };
    }
  }

  #negative(): Syntax {
    const from = this.#peek().at;
    if (!this.#isSign('-')) return this.#primary();
    this.#next++;
    this.#deeper();
    const operand = this.#negative();
    this.#depth--;
    return { kind: 'negative', operand, at: from, to: operand.to };
  }

  #primary(): Syntax {
    const token = this.#peek();
    if (token.kind === 'number') {
      this.#next++;
      return token;
    }
    if (this.#isSign('(')) return this.#group();
    if (token.kind !== 'word') throw this.#unexpected('a sensor, a number or a function');
    if (token.text === 'true' || token.text === 'false') {
      this.#next++;
      return { kind: 'truth', value: token.text === 'true', at: token.at, to: token.to };
    }
    if (keywords.includes(token.text)) throw this.#unexpected('a sensor, a number or a function');
    this.#next++;
    return this.#isSign('(')
      ? this.#call(token.text, token)
      : { kind: 'name', name: token.text, at: token.at, to: token.to };
  }

  #group(): Syntax {
    const from = this.#peek().at;
    this.#next++;
    const inner = this.#or();
    const to = this.#close(from);
    // Messages about what is in parentheses point at the parentheses too.
    const grouped = { ...inner, at: from, to };
    this.#grouped.add(grouped);
    return grouped;
  }

  #call(name: string, { at, to: nameTo }: Span): Syntax {
    const open = this.#peek().at;
    this.#next++;
    const args: Syntax[] = [];
    if (!this.#isSign(')')) {
      do args.push(this.#or());
      while (this.#takeSign(','));
    }
    return { kind: 'call', name, nameTo, args, at, to: this.#close(open) };
  }

  /** Takes the `)` and gives where it ends. */
  #close(opened: number): number {
    const token = this.#peek();
    if (!this.#isSign(')')) throw this.#unexpected(`")" for the "(" at character ${opened + 1}`);
    this.#next++;
    return token.to;
  }

  #deeper(): void {
    this.#depth++;
    if (this.#depth > maxDepth) throw new NotUnderstood(this.#peek(), 'this is nested too deeply');
  }

  #unexpected(allowed: string): NotUnderstood {
    const token = this.#peek();
    const found = token.kind === 'end' ? 'the end' : `"${this.#text.slice(token.at, token.to)}"`;
    return new NotUnderstood(token, `found ${found}, allowed: ${allowed}`);
  }

  #peek(): Token {
    // The last token is the end, and nothing is taken after it.
    return this.#tokens[this.#next] ?? { kind: 'end', at: this.#text.length, to: this.#text.length };
  }

  #isSign(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'sign' && token.text === text;
  }

  #takeSign(text: string): boolean {
    const is = this.#isSign(text);
    if (is) this.#next++;
    return is;
  }

  #isWord(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.text === text;
  }

  #takeWord(text: string): boolean {
    const is = this.#isWord(text);
    if (is) this.#next++;
    return is;
  }
}
