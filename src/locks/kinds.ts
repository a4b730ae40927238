import { httpLock } from './drivers/http.ts';
import { motorLock } from './drivers/motor.ts';
import { mqttLock } from './drivers/mqtt.ts';
import { simulatedLock } from './drivers/simulated.ts';
import { strikeLock } from './drivers/strike.ts';

/** Every kind of lock a profile may name. */
export const lockKinds = [simulatedLock, strikeLock, motorLock, mqttLock, httpLock] as const;
