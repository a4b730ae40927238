/** A browser tab, as far as the tests need one; the same whatever drives it. */
export interface TestPage {
  goto(url: string): Promise<void>;
  /** Runs `script` in the page; it must use nothing from outside but its argument. */
  evaluate<Argument, Result>(
    script: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  screenshot(path: string): Promise<void>;
  /** Everything the page printed or threw so far. */
  readonly console: readonly string[];
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly name: 'chromium' | 'firefox';
  newPage(): Promise<TestPage>;
  close(): Promise<void>;
}
