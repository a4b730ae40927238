import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

/** A network camera (`multipart/x-mixed-replace`, 10 pictures a second) that can be unplugged. */
export interface MjpegCamera {
  readonly url: string;
  /** Cuts every stream and refuses new ones. */
  unplug(): void;
  plug(): void;
  close(): Promise<void>;
}

const boundary = 'frame';
const frameMs = 100;

export async function startMjpegCamera(): Promise<MjpegCamera> {
  const pictures = await Promise.all(
    [0, 1, 2, 3].map((hue) =>
      sharp({ create: { width: 320, height: 180, channels: 3, background: { r: hue * 60, g: 120, b: 200 } } })
        .jpeg()
        .toBuffer(),
    ),
  );
  const streams = new Set<ServerResponse>();
  let plugged = true;
  let frame = 0;
  const server = createServer((_request, response) => {
    if (!plugged) {
      response.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': `multipart/x-mixed-replace; boundary=${boundary}` });
    streams.add(response);
    response.on('close', () => streams.delete(response));
  });
  const timer = setInterval(() => {
    const picture = pictures[frame++ % pictures.length] as Buffer;
    const head = `--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
    for (const stream of streams)
      stream.write(Buffer.concat([Buffer.from(head), picture, Buffer.from('\r\n')]));
  }, frameMs);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const stream of streams) stream.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    unplug() {
      plugged = false;
      cut();
    },
    plug() {
      plugged = true;
    },
    close() {
      clearInterval(timer);
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
