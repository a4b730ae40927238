/**
 * A list that is changed by making a new one, which shares all but a few nodes with the old, and that knows which of its
 * items is due first. Ten thousand rules cost a reading no more than ten:
 *
 * ```
 *            root, due 5            32 children a node
 *          /      |      \
 *     due 9     due 5    due ∞     a change copies one node a level
 *     / | \     / | \     / | \
 *    items
 * ```
 */
export interface WakeTree<Item> {
  readonly root: Node<Item>;
  readonly length: number;
  /** Levels of nodes above the items. */
  readonly depth: number;
  /** When an item is due; absent where none ever is. */
  readonly dueOf: ((item: Item) => number) | undefined;
}

interface Node<Item> {
  /** The earliest among all its items. */
  readonly dueMs: number;
  /** Nodes; items in the lowest level. */
  readonly children: readonly (Node<Item> | Item)[];
}

/** 32 children: five bits of an item's index for each level. */
const bits = 5;
const width = 1 << bits;
const never = Number.POSITIVE_INFINITY;

export function wakeTree<Item>(items: readonly Item[], dueOf?: (item: Item) => number): WakeTree<Item> {
  let level = grouped(items).map((children): Node<Item> => ({ children, dueMs: earliest(children, dueOf) }));
  let depth = 1;
  for (; level.length > 1; depth++) {
    level = grouped(level).map((children) => ({ children, dueMs: earliest(children, dueOfNode) }));
  }
  const root = level[0] ?? { children: [], dueMs: never };
  return { root, length: items.length, depth, dueOf };
}

/** @throws RangeError where there is no such item: a mistake in this program */
export function itemAt<Item>({ root, depth }: WakeTree<Item>, index: number): Item {
  let node: Node<Item> | undefined = root;
  for (let level = depth - 1; level > 0; level--) {
    node = node?.children[placeIn(level, index)] as Node<Item> | undefined;
  }
  const item = node?.children[placeIn(0, index)];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item as Item;
}

/** The same list with another item in this place. */
export function withItem<Item>(tree: WakeTree<Item>, index: number, item: Item): WakeTree<Item> {
  const { root, length, depth, dueOf } = tree;
  return { root: changed(root, depth - 1, index, item, dueOf), length, depth, dueOf };
}

/** When the first item is due; infinite where none is. */
export function earliestDueMs<Item>({ root }: WakeTree<Item>): number {
  return root.dueMs;
}

/** The place of the first item that is due then. */
export function earliestIndex<Item>({ root, depth, dueOf }: WakeTree<Item>): number {
  let node = root;
  let index = 0;
  for (let level = depth - 1; level > 0; level--) {
    const { dueMs } = node;
    const place = node.children.findIndex((child) => dueOfNode(child as Node<Item>) === dueMs);
    index = (index << bits) | place;
    node = node.children[place] as Node<Item>;
  }
  const { dueMs } = node;
  return (index << bits) | node.children.findIndex((item) => dueOf?.(item as Item) === dueMs);
}

export function itemsOf<Item>(tree: WakeTree<Item>): readonly Item[] {
  return Array.from({ length: tree.length }, (_, index) => itemAt(tree, index));
}

function changed<Item>(
  node: Node<Item>,
  level: number,
  index: number,
  item: Item,
  dueOf: WakeTree<Item>['dueOf'],
): Node<Item> {
  const children = node.children.slice();
  const place = placeIn(level, index);
  if (level === 0) {
    children[place] = item;
    return { children, dueMs: earliest(children as Item[], dueOf) };
  }
  children[place] = changed(children[place] as Node<Item>, level - 1, index, item, dueOf);
  return { children, dueMs: dueOf === undefined ? never : earliest(children as Node<Item>[], dueOfNode) };
}

function earliest<Child>(children: readonly Child[], dueOf: ((child: Child) => number) | undefined): number {
  if (dueOf === undefined) return never;
  let dueMs = never;
  for (const child of children) dueMs = Math.min(dueMs, dueOf(child));
  return dueMs;
}

function dueOfNode({ dueMs }: { readonly dueMs: number }): number {
  return dueMs;
}

/** Which child of a node in this level leads to the item. */
function placeIn(level: number, index: number): number {
  return (index >> (bits * level)) & (width - 1);
}

function grouped<Child>(children: readonly Child[]): readonly (readonly Child[])[] {
  return Array.from({ length: Math.ceil(children.length / width) }, (_, group) =>
    children.slice(group * width, (group + 1) * width),
  );
}
