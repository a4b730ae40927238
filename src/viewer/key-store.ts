/** What a browser keeps of this page beside settings: keys, which only IndexedDB can keep without showing them. */

const database = 'vedette';
const table = 'keys';

/** Rejects where the browser keeps nothing: private windows of some, storage that is full or switched off. */
export async function readKept(name: string): Promise<unknown> {
  return run('readonly', (rows) => rows.get(name));
}

/** Of all that is kept. */
export async function keptNames(): Promise<readonly string[]> {
  return (await run('readonly', (rows) => rows.getAllKeys())).map(String);
}

/** Resolves when it is written. */
export async function keep(name: string, value: unknown): Promise<void> {
  await run('readwrite', (rows) => rows.put(value, name));
}

export async function forget(name: string): Promise<void> {
  await run('readwrite', (rows) => rows.delete(name));
}

async function run<T>(mode: IDBTransactionMode, act: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = indexedDB.open(database, 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore(table);
  const base = await settled(opened);
  try {
    const transaction = base.transaction(table, mode);
    const request = act(transaction.objectStore(table));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    base.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
