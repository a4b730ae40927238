import { evdevKeypad } from './evdev.ts';
import { mqttKeypad } from './mqtt.ts';
import { serialKeypad } from './serial.ts';

/** Every kind of keypad a profile may name. */
export const keypadKinds = [evdevKeypad, serialKeypad, mqttKeypad] as const;
