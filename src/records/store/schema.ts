/** Rises when the tables change; an older file is brought forward, a newer one is left alone (moved aside). */
export const schemaVersion = 1;

/**
 * The tables of `records.sqlite`. Readings stand in three of them, by age; their key is the sensor's number and the
 * slot of time in one integer ({@link slotKey}), so that one sensor's readings lie side by side and a chart reads few
 * pages.
 */
export const schema = `
  CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY,
    time REAL NOT NULL,
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    event TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sensors (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS raw (key INTEGER PRIMARY KEY, readings BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS minutes (
    key INTEGER PRIMARY KEY, count INTEGER NOT NULL, min REAL NOT NULL, mean REAL NOT NULL, max REAL NOT NULL
  );
  CREATE TABLE IF NOT EXISTS quarters (
    key INTEGER PRIMARY KEY, count INTEGER NOT NULL, min REAL NOT NULL, mean REAL NOT NULL, max REAL NOT NULL
  );
  CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    body TEXT NOT NULL,
    added_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS deliveries_of_target ON deliveries (target, id);
  CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Milliseconds of one row of `raw` and `minutes`, and of `quarters`. */
export const minuteMs = 60_000;
export const quarterMs = 900_000;

/** Slots of one sensor: minutes fit for 8,000 years, and keys of 2 million sensors stay exact as numbers. */
const slotsPerSensor = 2 ** 32;

/** The key of one sensor's slot: `sensor` in the upper bits, the slot's number since 1970 in the lower 32. */
export function slotKey(sensor: number, slot: number): number {
  return sensor * slotsPerSensor + Math.max(0, Math.min(slotsPerSensor - 1, slot));
}

/** The slot of a key. */
export function slotOf(key: number): number {
  return key % slotsPerSensor;
}
