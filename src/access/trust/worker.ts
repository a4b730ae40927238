/** The thread that has `trust.sqlite` to itself. Knows the file; what it means, the other side knows. */
import { workerData } from 'node:worker_threads';
import { damaged, faultOf } from '../../sqlite-file.ts';
import { answerCalls } from '../../sqlite-thread.ts';
import { genesisHash } from './chain.ts';
import { openTrust, openTrustForReading } from './database.ts';
import { Operations } from './operations.ts';
import type { TrustThreadData } from './thread-data.ts';

const { path, firstKey, mayCreate } = workerData as TrustThreadData;
const genesis = genesisHash(firstKey);
/** What only reads, and so is done even where nobody can write. */
const reading = new Set(['load', 'entries', 'asked']);

let operations: Operations | undefined;
/** Once it was here, a file that is gone is no reason to begin another. */
let seen = !mayCreate;
/** The last try failed by the disk. */
let failed = false;

function opened(): Operations {
  operations ??= new Operations(openTrust(path, !seen), genesis);
  seen = true;
  return operations;
}

function close(): void {
  try {
    operations?.close();
  } catch {
    // It is given up either way.
  }
  operations = undefined;
}

function run(all: Operations, operation: string, given: readonly unknown[]): unknown {
  return (all[operation as keyof Operations] as (...values: unknown[]) => unknown).apply(all, [...given]);
}

function perform(operation: string, given: readonly unknown[]): unknown {
  try {
    const result = run(opened(), operation, given);
    failed = false;
    return result;
  } catch (error) {
    const fault = faultOf(error);
    // A table that is gone, a row that is no JSON: the disk is well, the file is not.
    if (fault === 'other' && operation === 'load') throw damaged(String(error));
    if (fault !== 'unusable' && fault !== 'full') throw error;
    if (reading.has(operation)) return readWithoutWriting(operation, given, error);
    // The first time it stays open: what failed is undone in it, while a log that is read anew may bring it back.
    const again = failed && operations !== undefined;
    failed = true;
    if (!again || fault === 'full') throw error;
    // A file that became read-only stays so for whoever has it open, even when it no longer is.
    close();
    return run(opened(), operation, given);
  }
}

function readWithoutWriting(operation: string, given: readonly unknown[], reason: unknown): unknown {
  let only: Operations;
  try {
    only = new Operations(openTrustForReading(path), genesis);
  } catch {
    throw reason;
  }
  try {
    return run(only, operation, given);
  } finally {
    only.close();
  }
}

answerCalls({ perform, close });
