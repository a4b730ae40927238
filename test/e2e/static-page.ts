/** Serves the built page as any web server would, on loopback of its network: `node static-page.ts <folder> <port>`. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const [folder = '', port = ''] = process.argv.slice(2);
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://page').pathname);
  const file = path === '/' ? '/index.html' : path;
  readFile(join(folder, file)).then(
    (body) => {
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      response.end(body);
    },
    () => response.writeHead(404).end(),
  );
}).listen(Number(port), '127.0.0.1', () => console.log('served'));
