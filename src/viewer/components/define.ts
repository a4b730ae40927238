/** Registers an element once: a page may well load the script twice, and the second must not be an error. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
