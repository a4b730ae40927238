/** Rises when the tables change. */
export const schemaVersion = 1;

/**
 * The tables of `trust.sqlite`. What an entry is looked up by comes out of the entry itself, which its hash covers: an
 * entry cannot be hidden by a column that says something else.
 */
export const schema = `
  CREATE TABLE rows (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    entry TEXT NOT NULL,
    hash BLOB NOT NULL,
    time REAL AS (json_extract(entry, '$.time')),
    type TEXT AS (json_extract(entry, '$.type')),
    person TEXT AS (json_extract(entry, '$.person')),
    lock TEXT AS (json_extract(entry, '$.lock'))
  );
  CREATE INDEX entries_by_type ON entries (type, seq);
  CREATE INDEX entries_by_person ON entries (person, seq) WHERE person IS NOT NULL;
  CREATE INDEX entries_by_lock ON entries (lock, seq) WHERE lock IS NOT NULL;
  CREATE TABLE heads (number INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL, signature TEXT NOT NULL);
  CREATE TABLE requests (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, digest TEXT NOT NULL, taken_at REAL NOT NULL, receipt TEXT
  ) WITHOUT ROWID;
  ${appendOnly('entries', 'seq')}
  ${appendOnly('heads', 'number')}
`;

/** A mistake of ours cannot change what was written; somebody who writes to the file can, and leaves the chain broken. */
function appendOnly(table: string, counter: string): string {
  const refuse = `BEGIN SELECT RAISE(ABORT, 'what is in ${table} stays'); END`;
  return `
    CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} ${refuse};
    CREATE TRIGGER ${table}_undeleted BEFORE DELETE ON ${table} ${refuse};
    CREATE TRIGGER ${table}_in_order BEFORE INSERT ON ${table}
      WHEN NEW.${counter} IS NOT (SELECT coalesce(max(${counter}), 0) + 1 FROM ${table}) ${refuse};
  `;
}
