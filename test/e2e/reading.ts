import type { TestPage } from '../browsers/browser.ts';
import { pressed, wordsOf } from '../browsers/device-words.ts';
import { until } from './until.ts';

/** Waits until a page says this. Between two documents it says nothing. */
export const says = (page: TestPage, words: RegExp): Promise<void> =>
  until(async () => words.test(await page.evaluate(wordsOf, undefined).catch(() => '')));

/** Waits until there is a button of this name that can be pressed, and presses it. */
export const press = (page: TestPage, button: string): Promise<void> =>
  until(() => page.evaluate(pressed, button));
