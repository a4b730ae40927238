import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Asked } from '../../src/protocol/request.ts';

/** What a device says to its own terminal. */
export interface Answer {
  /** 0 where nobody answers. */
  readonly status: number;
  readonly body: string;
}

/** Asks a device as its terminal does: by the socket file that its user alone can open. */
export function askDevice(socketPath: string, method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const asked = request({ socketPath, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    asked.on('error', () => resolve({ status: 0, body: '' }));
    asked.end(body ? JSON.stringify(body) : undefined);
  });
}

/** The result of one request. @throws Error where it is refused */
export async function requested(socketPath: string, body: Asked): Promise<unknown> {
  const answer = await askDevice(socketPath, 'POST', '/api/requests', { id: randomUUID(), ...body });
  const receipt = JSON.parse(answer.body) as { state?: string; result?: unknown };
  if (receipt.state !== 'done') throw new Error(answer.body);
  return receipt.result;
}
