import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';

/** Keys and indexes from the top of the file. */
export type Path = readonly PropertyKey[];

/** Where something stands in the file, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML text and the place of each thing in it. */
export class ProfileDocument {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(text: string) {
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  /** The parsed nodes, for changing scalars in place. */
  get yaml(): Document.Parsed {
    return this.#document;
  }

  /** What is wrong with the YAML itself. */
  get errors(): readonly (Place & { readonly message: string })[] {
    const syntax = this.#document.errors.map(({ pos, message }) => ({ ...this.#at(pos[0]), message }));
    if (syntax.length > 0) return syntax;
    try {
      this.toJS();
      return [];
    } catch (error) {
      // An alias without its anchor, or aliases of aliases without end: yaml names the alias, not its place.
      return [{ line: 1, column: 1, message: (error as Error).message }];
    }
  }

  /** The plain values. Only where there are no {@link errors}. */
  toJS(): unknown {
    return this.#document.toJS();
  }

  /** The node at a path, aliases followed; `undefined` where there is none. */
  node(path: Path): Node | undefined {
    let node = this.#resolve(this.#document.contents);
    for (const key of path) {
      if (isMap(node)) node = this.#resolve(pairOf(node, key)?.value);
      else if (isSeq(node)) node = this.#resolve(node.items[Number(key)]);
      else return undefined;
    }
    return node;
  }

  /** Where a value stands; for one that is missing, its nearest ancestor's key. */
  placeOfValue(path: Path): Place {
    const parent = this.node(path.slice(0, -1));
    const last = path.at(-1);
    if (last === undefined) return this.#at(this.#document.contents?.range[0] ?? 0);
    const own = isMap(parent)
      ? pairOf(parent, last)?.value
      : isSeq(parent)
        ? parent.items[Number(last)]
        : undefined;
    const offset = offsetOf(own);
    return offset === undefined ? this.placeOfKey(path.slice(0, -1)) : this.#at(offset);
  }

  /** Where a character of a text stands; its beginning where the text is written over several lines. */
  placeInValue(path: Path, offset: number): Place {
    const node = this.node(path);
    const [start = 0, end = 0] = node?.range ?? [];
    const quoted = isScalar(node) && /^QUOTE/.test(node.type ?? '') ? 1 : 0;
    const plain =
      isScalar(node) && typeof node.value === 'string' && end - start === node.value.length + 2 * quoted;
    return plain ? this.#at(start + quoted + offset) : this.placeOfValue(path);
  }

  /** Where the key of a path stands, or its nearest ancestor's. */
  placeOfKey(path: Path): Place {
    const last = path.at(-1);
    if (last === undefined) return this.placeOfValue(path);
    const parent = this.node(path.slice(0, -1));
    const offset = isMap(parent) ? offsetOf(pairOf(parent, last)?.key) : undefined;
    return offset === undefined ? this.placeOfValue(path) : this.#at(offset);
  }

  placeOfNode(node: Node): Place {
    return this.#at(node.range?.[0] ?? 0);
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return this.#resolve(node.resolve(this.#document));
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
  }
}

function pairOf(map: { readonly items: readonly unknown[] }, key: PropertyKey) {
  const pairs = map.items.filter(isPair);
  return pairs.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function offsetOf(node: unknown): number | undefined {
  return isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}
