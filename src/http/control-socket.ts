import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createConnection } from 'node:net';
import type { Logger } from '../log.ts';

/** Of the socket file, in the state folder. */
export const controlSocketName = 'control.sock';
/** What the kernel keeps of a path (unix(7), sun_path), without its final zero. */
const maxPathBytes = 107;

/** The door for commands of this machine: a socket file that only the service's user can open. */
export class ControlSocket {
  readonly #path: string;
  readonly #log: Logger;
  readonly #server;
  #listens = false;

  constructor(
    path: string,
    handler: (request: IncomingMessage, response: ServerResponse) => void,
    log: Logger,
  ) {
    this.#path = path;
    this.#log = log;
    this.#server = createServer(handler);
  }

  /** Listens. Where that cannot be, the device runs without, and says so. */
  async start(): Promise<void> {
    const path = this.#path;
    try {
      if (Buffer.byteLength(path) > maxPathBytes) throw new Error('its path is too long');
      if (await answers(path)) throw new Error('another device uses this state folder');
      await rm(path, { force: true }); // of a run that was killed
      const listening = once(this.#server, 'listening');
      // The file is made within the call: nobody else can open it for a moment either.
      const before = process.umask(0o177);
      try {
        this.#server.listen(path);
      } finally {
        process.umask(before);
      }
      await listening;
      this.#listens = true;
      await chmod(path, 0o600);
    } catch (error) {
      this.#log.warn({ path, err: error }, 'commands of this machine cannot reach the device by its socket');
    }
  }

  /** Ends every connection, and takes the file away. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#listens) return;
    this.#listens = false;
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#path, { force: true });
  }
}

/** Whether something listens at the socket file `path`. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
