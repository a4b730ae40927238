import { afterEach } from 'vitest';
import type { z } from 'zod';
import type { DeliveryStore } from '../../src/actions/delivery.ts';
import type { ActionKind, ActionParts, DeviceParts } from '../../src/actions/kind.ts';
import { Outbox } from '../../src/actions/outbox.ts';
import type { VedetteError } from '../../src/errors.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { deviceParts, MemoryDeliveries } from './parts.ts';

const stops: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** An action of one kind, opened and started as a device would; stopped with the test. */
export async function opened<Schema extends z.ZodObject>(
  kind: ActionKind<Schema>,
  options: z.input<Schema>,
  given: Partial<DeviceParts> & { readonly store?: DeliveryStore; readonly name?: string } = {},
) {
  const { store = new MemoryDeliveries(), name = 'this-action', ...partsGiven } = given;
  const device = deviceParts(partsGiven);
  const { clock, log } = device;
  // A failed try is made again soon: the waits themselves are tried by a clock that is turned by hand.
  const outbox = new Outbox({ store, clock, log, backoff: { first: 5, most: 20 } });
  const failures: { error: VedetteError; event: DeviceEvent | undefined }[] = [];
  const waiting: (() => void)[] = [];
  const parts: ActionParts = {
    ...device,
    name,
    outbox,
    failed: (error, event) => {
      failures.push({ error, event });
      for (const tell of waiting.splice(0)) tell();
    },
  };
  device.push.connect(outbox, parts.failed);
  const action = kind.open(kind.options.parse(options) as z.output<Schema>, parts);
  const stop = async () => {
    await Promise.all([action.stop?.(), outbox.stop()]);
  };
  stops.push(stop);
  await action.start?.();
  return {
    action,
    outbox,
    failures,
    stop,
    /** Resolves with the next failure. */
    async failed() {
      const count = failures.length;
      while (failures.length === count) await new Promise<void>((resolve) => waiting.push(resolve));
      return failures[count]?.error as VedetteError;
    },
  };
}

/** For a run that nobody stops. */
export const unstopped = new AbortController().signal;
