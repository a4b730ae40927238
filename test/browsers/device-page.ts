/** What a person does and sees on the device's page, as functions to run inside it by `TestPage.evaluate`. */

/** The state of a feed's picture (`live`, or what is the case instead), or undefined before the page is there. */
export function pictureState(feed: string): string | undefined {
  const element = document
    .querySelector('vedette-page')
    ?.shadowRoot?.querySelector(`vedette-feed[data-feed="${feed}"]`)
    ?.shadowRoot?.querySelector('vedette-picture');
  return element instanceof HTMLElement ? element.dataset.state : undefined;
}

/** What the talk button says it is doing, or undefined where there is none. */
export function talkState(feed: string): string | undefined {
  const button = document
    .querySelector('vedette-page')
    ?.shadowRoot?.querySelector(`vedette-feed[data-feed="${feed}"]`)
    ?.shadowRoot?.querySelector('vedette-talk')
    ?.shadowRoot?.querySelector('button');
  return button?.dataset.state;
}

/** The middle of the talk button, in CSS pixels. */
export function talkButton(feed: string): { readonly x: number; readonly y: number } {
  const button = document
    .querySelector('vedette-page')
    ?.shadowRoot?.querySelector(`vedette-feed[data-feed="${feed}"]`)
    ?.shadowRoot?.querySelector('vedette-talk')
    ?.shadowRoot?.querySelector('button');
  if (!button) throw new Error('there is no talk button');
  button.scrollIntoView({ block: 'center' });
  const { left, top, width, height } = button.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}
