/** A browser tab, as far as the tests need one; the same whatever drives it. */
export interface TestPage {
  goto(url: string): Promise<void>;
  /** Runs `script` in the page; it must use nothing from outside but its argument. */
  evaluate<Argument, Result>(
    script: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  /** Makes a function that stands alone known to the page as `window[name]`, whatever its security policy. */
  define(name: string, standalone: (...given: never[]) => unknown): Promise<void>;
  /** A person's tap, in CSS pixels. */
  tap(x: number, y: number): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** Everything the page printed or threw so far. */
  readonly console: readonly string[];
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly name: 'chromium' | 'firefox';
  /** A person of their own: what one page keeps, no other sees. */
  newPage(): Promise<TestPage>;
  close(): Promise<void>;
}
