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

/** Taps the talk button: once to talk, again to stop. */
export function tapTalk(feed: string): void {
  document
    .querySelector('vedette-page')
    ?.shadowRoot?.querySelector(`vedette-feed[data-feed="${feed}"]`)
    ?.shadowRoot?.querySelector('vedette-talk')
    ?.shadowRoot?.querySelector('button')
    ?.click();
}
