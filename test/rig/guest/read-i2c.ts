/** Reads I2C sensors of the guest, one a line of options in JSON: prints each value, or the code of what went wrong. */
import { Buses } from '../../../src/buses/buses.ts';
import { systemClock } from '../../../src/clock.ts';
import { createLogger } from '../../../src/log.ts';
import { i2cOptions, i2cSensor } from '../../../src/sensors/i2c.ts';

const log = await createLogger({ level: 'silent', format: 'json' });
const buses = new Buses({ device: 'guest', clock: systemClock, log });
const parts = { buses, camera: () => undefined, microphone: () => undefined, clock: systemClock, log };
for (const text of process.argv.slice(2)) {
  const source = i2cSensor.open(i2cOptions.parse(JSON.parse(text)), parts);
  source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
  const said = await source
    .read?.()
    .catch((error: { code?: string; message: string }) => `${error.code}: ${error.message}`);
  console.log(JSON.stringify(said));
  await source.stop();
}
await buses.stop();
