import { gpioSensor } from './gpio.ts';
import { httpSensor } from './http.ts';
import { hwmonSensor } from './hwmon.ts';
import { i2cSensor } from './i2c.ts';
import { iioSensor } from './iio.ts';
import { modbusSensor } from './modbus.ts';
import { motionSensor } from './motion.ts';
import { mqttSensor } from './mqtt.ts';
import { serialSensor } from './serial.ts';
import { simulatedSensor } from './simulated.ts';
import { soundLevelSensor } from './sound-level.ts';
import { systemSensor } from './system.ts';
import { w1Sensor } from './w1.ts';

/** Every kind of sensor a profile may name. */
export const sensorKinds = [
  simulatedSensor,
  hwmonSensor,
  iioSensor,
  i2cSensor,
  w1Sensor,
  gpioSensor,
  httpSensor,
  mqttSensor,
  serialSensor,
  modbusSensor,
  motionSensor,
  soundLevelSensor,
  systemSensor,
] as const;
