// Run in the page: each stands alone.

/** All that a person reads, through every shadow root. */
export function wordsOf(): string {
  const read = (node: Node): string => {
    if (node instanceof Text) return node.data;
    if (node instanceof Element && node.localName === 'style') return '';
    const inside = node instanceof Element && node.shadowRoot ? node.shadowRoot : node;
    return [...inside.childNodes].map(read).join(' ');
  };
  return read(document.body).replace(/\s+/g, ' ');
}

/** Presses the first button that says this; false where there is none that can be pressed. */
export function pressed(says: string): boolean {
  const all = (root: ParentNode): Element[] =>
    [...root.querySelectorAll('*')].flatMap((each) => [
      each,
      ...(each.shadowRoot ? all(each.shadowRoot) : []),
    ]);
  const button = all(document).find(
    (each) => each instanceof HTMLButtonElement && !each.disabled && each.textContent?.trim() === says,
  );
  if (!(button instanceof HTMLButtonElement)) return false;
  button.click();
  return true;
}

/** Follows the first link, or takes the first choice, that begins with these words; false where there is none. */
export function taken(says: string): boolean {
  const all = (root: ParentNode): Element[] =>
    [...root.querySelectorAll('*')].flatMap((each) => [
      each,
      ...(each.shadowRoot ? all(each.shadowRoot) : []),
    ]);
  const found = all(document).find(
    (each) => each.matches('a, label.choice') && each.textContent?.trim().startsWith(says),
  );
  if (!(found instanceof HTMLElement)) return false;
  found.click();
  return true;
}

/** Fills the field of this name; false where there is none. */
export function filled({ name, value }: { readonly name: string; readonly value: string }): boolean {
  const all = (root: ParentNode): Element[] =>
    [...root.querySelectorAll('*')].flatMap((each) => [
      each,
      ...(each.shadowRoot ? all(each.shadowRoot) : []),
    ]);
  const field = all(document).find((each) => each instanceof HTMLInputElement && each.name === name);
  if (!(field instanceof HTMLInputElement)) return false;
  field.value = value;
  return true;
}

/** Holds a lock's button for so many ms, as a finger does; false where there is none. */
export async function held(forMs: number): Promise<boolean> {
  const all = (root: ParentNode): Element[] =>
    [...root.querySelectorAll('*')].flatMap((each) => [
      each,
      ...(each.shadowRoot ? all(each.shadowRoot) : []),
    ]);
  const button = all(document).find((each) => each.matches('button.hold'));
  if (button === undefined) return false;
  const say = (type: string) =>
    button.dispatchEvent(new PointerEvent(type, { bubbles: true, composed: true, pointerId: 1, button: 0 }));
  say('pointerdown');
  await new Promise((resolve) => setTimeout(resolve, forMs));
  say('pointerup');
  return true;
}

/** The sizes of the pictures that are loaded, as they are themselves: `640x360`. */
export function picturesShown(): readonly string[] {
  const all = (root: ParentNode): Element[] =>
    [...root.querySelectorAll('*')].flatMap((each) => [
      each,
      ...(each.shadowRoot ? all(each.shadowRoot) : []),
    ]);
  return all(document).flatMap((each) =>
    each instanceof HTMLImageElement && each.complete ? [`${each.naturalWidth}x${each.naturalHeight}`] : [],
  );
}
