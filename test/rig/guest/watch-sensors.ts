/**
 * Run in the guest: opens sensors and prints readings and states, a JSON line each. Ends with its stdin.
 *
 * Argument: sensors as in a profile, as JSON.
 */
import { pino } from 'pino';
import { z } from 'zod';
import { Buses } from '../../../src/buses/buses.ts';
import { systemClock } from '../../../src/clock.ts';
import { entrySchema } from '../../../src/profile/entry.ts';
import { sensorKinds } from '../../../src/sensors/kinds.ts';
import { sensorProfile } from '../../../src/sensors/profile.ts';
import { Sensors } from '../../../src/sensors/sensors.ts';
import { SensorSettings } from '../../../src/sensors/settings.ts';

const print = (line: unknown) => console.log(JSON.stringify(line));
const log = pino({ level: 'silent' });
const clock = systemClock;
const buses = new Buses({ device: 'guest', clock, log });
const schema = z.record(z.string(), entrySchema(sensorKinds, SensorSettings.shape));
const entries = Object.entries(schema.parse(JSON.parse(process.argv[2] ?? '{}')));
const parts = { buses, camera: () => undefined, microphone: () => undefined, clock, log };
const sensors = new Sensors({
  sensors: entries.map(([name, entry]) => sensorProfile(name, entry)),
  parts,
  log,
});
sensors.onReading(({ sensor, value, time }, now) =>
  print({ sensor, value, at: now - (clock.wall() - time), nowMs: clock.now() }),
);
sensors.onState((state) =>
  print({
    sensor: state.sensor,
    state: state.state,
    ...(state.state === 'fault' && { reason: state.reason, detail: state.detail }),
  }),
);
sensors.start();
process.stdin.resume().once('end', async () => {
  await sensors.stop();
  await buses.stop();
});
