import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** One file of the page, ready to send. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** Where it is worth it. */
  readonly gzipped: Buffer | undefined;
  readonly etag: string;
  /** Its name holds a hash of it: a browser never asks again. */
  readonly immutable: boolean;
}

/** Types by file name; anything else is not served. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
/** Under this, a gzip header eats what it saves. */
const minGzipBytes = 512;

/**
 * Reads the built page into memory: by URL path, so that no path of a request ever reaches the file system.
 * A folder that is not there gives no assets.
 */
export async function loadPage(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>();
  for (const path of await filesIn(folder)) {
    const type = types[extname(path)];
    if (type === undefined) continue;
    const bytes = await readFile(path);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    const compressible = /^(text|application)\/|svg/.test(type) && bytes.length >= minGzipBytes;
    const asset: Asset = {
      type,
      bytes,
      gzipped: compressible ? await promisify(gzip)(bytes, { level: 9 }) : undefined,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      immutable: url.startsWith('/assets/'), // where Vite puts hashed names
    };
    assets.set(url === '/index.html' ? '/' : url, asset);
  }
  return assets;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Sends an asset, or 304 where the browser has it (RFC 9110, 13.1.2). */
export function assetResponse(
  asset: Asset,
  request: { readonly ifNoneMatch: string | undefined; readonly acceptEncoding: string | undefined },
  headers: Readonly<Record<string, string>>,
): Response {
  const all: Record<string, string> = {
    ...headers,
    etag: asset.etag,
    vary: 'Accept-Encoding',
    'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (request.ifNoneMatch?.split(/,\s*/).some((tag) => tag.replace(/^W\//, '') === asset.etag)) {
    return new Response(null, { status: 304, headers: all });
  }
  all['content-type'] = asset.type;
  const gzipped = /(^|,)\s*gzip\s*(?!;\s*q=0(\.0*)?\s*(,|$))/i.test(request.acceptEncoding ?? '')
    ? asset.gzipped
    : undefined;
  if (gzipped !== undefined) all['content-encoding'] = 'gzip';
  return new Response(new Uint8Array(gzipped ?? asset.bytes), { headers: all });
}
