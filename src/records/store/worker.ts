/** The thread that has `records.sqlite` to itself. Knows the file; what it means, the other side knows. */
import { workerData } from 'node:worker_threads';
import { faultOf, moveAside } from '../../sqlite-file.ts';
import { answerCalls, tellOwner } from '../../sqlite-thread.ts';
import { openDatabase } from './database.ts';
import type { MovedAside } from './moved-aside.ts';
import { Operations } from './operations.ts';

const { path } = workerData as { path: string };
let operations: Operations | undefined;

/** Opens the file where it is not open; a damaged one is moved aside first, once a try. */
function opened(): Operations {
  if (operations) return operations;
  try {
    operations = new Operations(openDatabase(path));
  } catch (error) {
    if (faultOf(error) !== 'damaged') throw error;
    beginAnew(error);
    operations = new Operations(openDatabase(path));
  }
  return operations;
}

function beginAnew(reason: unknown): void {
  close();
  const detail = reason instanceof Error ? reason.message : String(reason);
  tellOwner({ movedAside: moveAside(path, Date.now()), detail } satisfies MovedAside);
}

function close(): void {
  try {
    operations?.close();
  } catch {
    // It is given up either way.
  }
  operations = undefined;
}

function perform(operation: string, given: readonly unknown[]): unknown {
  const run = () => {
    const all = opened();
    return (all[operation as keyof Operations] as (...values: unknown[]) => unknown).apply(all, [...given]);
  };
  try {
    return run();
  } catch (error) {
    const fault = faultOf(error);
    // A file that became read-only stays so for whoever has it open, even when it no longer is.
    if (fault === 'unusable') close();
    if (fault !== 'damaged') throw error;
    beginAnew(error);
    return run();
  }
}

answerCalls({ perform, close });
