import type { Line } from './line.ts';

/** A line that begins when it is known how; lost where there is to be none. */
export class LaterLine implements Line {
  #line: Line | undefined;
  #closed = false;

  constructor(begin: () => Promise<Line | undefined>, lost: () => void) {
    const missed = () => {
      if (!this.#closed) lost();
    };
    begin().then((line) => {
      this.#line = line;
      if (!line) missed();
      else if (this.#closed) line.close();
    }, missed);
  }

  get open(): boolean {
    return this.#line?.open ?? false;
  }

  send(text: string): void {
    this.#line?.send(text);
  }

  close(): void {
    this.#closed = true;
    this.#line?.close();
  }
}
