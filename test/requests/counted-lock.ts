import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a lock's driver reaches by HTTP: counts, and tells when. */
export class CountedLock {
  pulses = 0;
  /** Called at each pulse. */
  pulsed: () => void = () => {};
  readonly #server = createServer((request, response) => {
    if (request.url === '/unlock') {
      this.pulses += 1;
      this.pulsed();
    }
    response.end();
  });

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** A lock of a profile that is driven by it, and locks by itself after a second. */
  get profile() {
    const { port } = this.#server.address() as AddressInfo;
    const at = (path: string) => `http://127.0.0.1:${port}/${path}`;
    return { kind: 'http', unlock: at('unlock'), holds: '1s', unpowered: 'locked' };
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
