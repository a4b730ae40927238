/**
 * Run in the guest: drives a GPIO line active and says so. Gives it back when its stdin ends.
 *
 * Arguments: the line's name, and the word `low` where low is active.
 */
import { pino } from 'pino';
import { Gpio } from '../../../src/buses/gpio.ts';
import { systemClock } from '../../../src/clock.ts';

const gpio = new Gpio({ clock: systemClock, log: pino({ level: 'silent' }) });
const [, , name = '', low] = process.argv;
const line = await gpio.openOutput(name, { activeLow: low === 'low' });
console.log('inactive');
await line.set(true);
console.log('active');
process.stdin.resume().once('end', () => line.close());
