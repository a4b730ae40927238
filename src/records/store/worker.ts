/**
 * The thread that has `records.sqlite` to itself: a sync on an SD card can take a second, and packets cannot wait for
 * it. Knows the file; what it means, the other side knows.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { faultOf, moveAside, openDatabase } from './database.ts';
import type { StoreReply, StoreRequest } from './messages.ts';
import { Operations } from './operations.ts';

const { path } = workerData as { path: string };
let operations: Operations | undefined;

function say(reply: StoreReply): void {
  parentPort?.postMessage(reply);
}

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
  closed();
  const movedAside = moveAside(path, Date.now());
  say({ movedAside, detail: reason instanceof Error ? reason.message : String(reason) });
}

function closed(): void {
  try {
    operations?.close();
  } catch {
    // It is given up either way.
  }
  operations = undefined;
}

function perform({ operation, given }: Extract<StoreRequest, { id: number }>): unknown {
  const run = () => {
    const all = opened();
    // The types hold on the other side, in `Store.call`.
    return (all[operation] as (...values: unknown[]) => unknown).apply(all, [...given]);
  };
  try {
    return run();
  } catch (error) {
    const fault = faultOf(error);
    // A file that became read-only stays so for whoever has it open, even when it no longer is.
    if (fault === 'unusable') closed();
    if (fault !== 'damaged') throw error;
    beginAnew(error);
    return run();
  }
}

parentPort?.on('message', (request: StoreRequest) => {
  if ('end' in request) {
    closed();
    parentPort?.close();
    return;
  }
  try {
    say({ id: request.id, value: perform(request) });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    say({ id: request.id, fault: faultOf(error), detail });
  }
});
