import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** One request as a server got it. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What a server answers: a status, a whole response, or nothing at all while the signal of the request lives. */
export type Answer = number | Response | 'nothing' | 'no network';

/**
 * Servers that msw stands for, at these addresses; what is sent anywhere else fails the test. `answers` are given one
 * after the other, then 200.
 */
export function standIns(...addresses: readonly string[]) {
  const server = setupServer();
  const got: Got[] = [];
  const answers: Answer[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
  afterEach(() => {
    server.resetHandlers();
    got.length = 0;
    answers.length = 0;
    for (const address of addresses) serve(address);
  });
  afterAll(() => server.close());

  function serve(address: string): void {
    server.use(
      http.all(address, async ({ request }) => {
        const { method, url, headers } = request;
        got.push({ method, url, headers, body: new Uint8Array(await request.arrayBuffer()) });
        for (const { count, resolve } of waiting) if (got.length >= count) resolve();
        const answer = answers.shift() ?? 200;
        if (answer === 'no network') return HttpResponse.error();
        if (answer === 'nothing') return new Promise<never>(() => {});
        return typeof answer === 'number' ? new HttpResponse(null, { status: answer }) : answer;
      }),
    );
  }
  for (const address of addresses) serve(address);

  return {
    got,
    answers,
    /** Resolves when so many requests have come in all. */
    async arrived(count: number): Promise<readonly Got[]> {
      if (got.length < count) {
        await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      }
      return got;
    },
  };
}
