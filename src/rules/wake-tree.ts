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
  readonly dueOf: (item: Item) => number;
}

interface Node<Item> {
  /** The earliest among all its items. */
  readonly dueMs: number;
  /** Nodes; items in the lowest level. */
  readonly children: readonly (Node<Item> | Item)[];
}

const width = 32;

export function wakeTree<Item>(items: readonly Item[], dueOf: (item: Item) => number): WakeTree<Item> {
  let level: readonly Node<Item>[] = grouped(items).map((children) => ({
    children,
    dueMs: earliest(children, dueOf),
  }));
  let depth = 1;
  while (level.length > 1) {
    level = grouped(level).map((children) => ({ children, dueMs: earliest(children, dueOfNode) }));
    depth++;
  }
  const root = level[0] ?? { children: [], dueMs: Number.POSITIVE_INFINITY };
  return { root, length: items.length, depth, dueOf };
}

/** @throws RangeError where there is no such item: a mistake in this program */
export function itemAt<Item>({ root, depth }: WakeTree<Item>, index: number): Item {
  let node = root;
  for (let level = depth - 1; level > 0; level--) node = node.children[placeIn(level, index)] as Node<Item>;
  const item = node?.children[index % width];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item as Item;
}

/** The same list with another item in this place. */
export function withItem<Item>(tree: WakeTree<Item>, index: number, item: Item): WakeTree<Item> {
  return { ...tree, root: changed(tree.root, tree.depth - 1, index, item, tree.dueOf) };
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
    const place = node.children.findIndex((child) => (child as Node<Item>).dueMs === dueMs);
    index = index * width + place;
    node = node.children[place] as Node<Item>;
  }
  return index * width + node.children.findIndex((item) => dueOf(item as Item) === node.dueMs);
}

export function itemsOf<Item>(tree: WakeTree<Item>): readonly Item[] {
  return Array.from({ length: tree.length }, (_, index) => itemAt(tree, index));
}

function changed<Item>(
  node: Node<Item>,
  level: number,
  index: number,
  item: Item,
  dueOf: (item: Item) => number,
): Node<Item> {
  const children = node.children.slice();
  if (level === 0) {
    children[index % width] = item;
    return { children, dueMs: earliest(children as Item[], dueOf) };
  }
  const place = placeIn(level, index);
  children[place] = changed(children[place] as Node<Item>, level - 1, index, item, dueOf);
  return { children, dueMs: earliest(children as Node<Item>[], dueOfNode) };
}

function earliest<Child>(children: readonly Child[], dueOf: (child: Child) => number): number {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const child of children) dueMs = Math.min(dueMs, dueOf(child));
  return dueMs;
}

const dueOfNode = ({ dueMs }: { readonly dueMs: number }) => dueMs;

/** Which child of a node in this level leads to the item. */
function placeIn(level: number, index: number): number {
  return Math.floor(index / width ** level) % width;
}

function grouped<Child>(children: readonly Child[]): readonly (readonly Child[])[] {
  return Array.from({ length: Math.ceil(children.length / width) }, (_, group) =>
    children.slice(group * width, (group + 1) * width),
  );
}
