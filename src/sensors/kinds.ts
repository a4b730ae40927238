import { simulatedSensor } from './simulated.ts';

/** Every kind of sensor a profile may name. */
export const sensorKinds = [simulatedSensor] as const;
