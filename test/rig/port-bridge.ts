import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';

const joinPort = fileURLToPath(new URL('across/join-port.ts', import.meta.url));

/**
 * A port of this machine's loopback that leads to the same port of another network's loopback: what is driven over
 * a port, as Firefox is, can be driven from here.
 */
export class PortBridge {
  readonly #node: string;
  readonly #server: Server = createServer();
  readonly #joins = new Set<ChildProcess>();

  /** @param node runs Node.js in the other network. */
  constructor(node: string) {
    this.#node = node;
  }

  /** Opens it and gives its port. */
  async start(): Promise<number> {
    this.#server.on('connection', (socket) => {
      const { port } = this.#server.address() as AddressInfo;
      const join = spawn(this.#node, [joinPort, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
      this.#joins.add(join);
      join.stdin.on('error', () => undefined);
      socket.on('error', () => undefined);
      socket.pipe(join.stdin);
      join.stdout.pipe(socket);
      socket.once('close', () => join.kill());
      join.once('error', () => socket.destroy());
      join.once('close', () => {
        this.#joins.delete(join);
        socket.destroy();
      });
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes it and ends what goes over it. */
  async stop(): Promise<void> {
    const gone = [...this.#joins].map((join) => once(join, 'close'));
    for (const join of this.#joins) join.kill();
    this.#server.close();
    await Promise.all(gone);
  }
}
