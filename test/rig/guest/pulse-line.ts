/**
 * Run in the guest: makes a GPIO line active for a while, and says so. Arguments: the line's name, and for how long, ms.
 */
import { pino } from 'pino';
import { Gpio } from '../../../src/buses/gpio.ts';
import { systemClock } from '../../../src/clock.ts';

const gpio = new Gpio({ clock: systemClock, log: pino({ level: 'silent' }) });
const [, , line = '', ms = ''] = process.argv;
await gpio.rest({ line, activeLow: false });
const pulse = await gpio.pulse({ line, activeLow: false }, Number(ms));
console.log('active');
await pulse.over;
console.log('inactive');
