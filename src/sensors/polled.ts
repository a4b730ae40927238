import { VedetteError } from '../errors.ts';
import type { SensorSink, SensorSource } from './kind.ts';

/** Reads a sensor that was found; rejects where it gives no value. */
export type Reader = () => Promise<number>;

/**
 * A source that is asked once a period: `find` looks for the sensor once a run and says how to read it. Where it is not
 * there or not any more, the run ends, so that the next one looks anew.
 */
export function polled(find: () => Promise<Reader>): SensorSource {
  let sink: SensorSink | undefined;
  let reader: Promise<Reader> | undefined;
  return {
    start: (to) => {
      sink = to;
    },
    read: async () => {
      try {
        reader ??= find();
        return await (await reader)();
      } catch (error) {
        reader = undefined;
        if (error instanceof VedetteError && ends.test(error.code)) {
          const told = sink;
          sink = undefined;
          told?.ended(error);
        }
        throw error;
      }
    },
    stop: () => {
      sink = undefined;
      return Promise.resolve();
    },
  };
}

/** What will not be there at the next reading either. */
const ends = /\/(not-found|lost|denied|ambiguous|tools-missing)$/;
