import { afterEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Buses } from '../../src/buses/buses.ts';
import type { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import { systemClock } from '../../src/clock.ts';
import type { VedetteError } from '../../src/errors.ts';
import type { KeypadKind, KeypadSource } from '../../src/keypads/kind.ts';
import { quiet, until } from '../media/ready.ts';

/** Real ones. */
export const keypadBuses = (mqtt?: MqttSettings): Buses =>
  new Buses({ device: 'test', mqtt, clock: systemClock, log: quiet });

/** What one run told, in order. */
export interface Typed {
  readonly keys: string[];
  readonly codes: string[];
  readonly ended: VedetteError[];
}

export function typedAt(source: KeypadSource): Typed {
  const typed: Typed = { keys: [], codes: [], ended: [] };
  source.start({
    key: (key) => typed.keys.push(key),
    code: (text) => typed.codes.push(text),
    ended: (reason) => typed.ended.push(reason),
  });
  return typed;
}

/** What a kind's test says of it, so that its contract can be tried. */
export interface KeypadCase<Schema extends z.ZodObject> {
  readonly kind: KeypadKind<Schema>;
  /** As they stand in a profile, of one that works. */
  readonly options: () => Readonly<Record<string, unknown>>;
  readonly buses?: () => Buses;
  /** Resolves when it would hear a key. */
  readonly ready: () => Promise<void>;
  /** Presses a digit, # or *. */
  readonly press: (key: string) => void | Promise<void>;
  /** It is gone, and where it is `back`, there again. Absent for what is never lost. */
  readonly pull?: { readonly out: () => void | Promise<void>; readonly code: string };
  /** Options of one that is not there, and what is said then. */
  readonly absent?: { readonly options: Readonly<Record<string, unknown>>; readonly code: string };
}

/** What every kind of keypad keeps to. */
export function testKeypad<Schema extends z.ZodObject>(name: string, given: KeypadCase<Schema>): void {
  describe(`a keypad of kind ${name}`, () => {
    const opened: KeypadSource[] = [];
    const used: Buses[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((source) => source.stop()));
      await Promise.all(used.splice(0).map((buses) => buses.stop()));
    });
    const open = (options = given.options()) => {
      const buses = given.buses?.() ?? keypadBuses();
      used.push(buses);
      const source = given.kind.open(given.kind.options.parse(options), buses);
      opened.push(source);
      return source;
    };

    test('tells each key once, in order', async () => {
      const typed = typedAt(open());
      await given.ready();
      for (const key of '1029384756#*') await given.press(key);
      await until('all keys', () => typed.keys.length >= 12);
      expect(typed).toEqual({ keys: [...'1029384756', 'enter', 'clear'], codes: [], ended: [] });
    });

    test('says nothing after it was stopped, and may be stopped twice', async () => {
      const source = open();
      const typed = typedAt(source);
      await given.ready();
      await given.press('1');
      await until('a key', () => typed.keys.length === 1);
      await source.stop();
      await source.stop();
      expect(typed).toEqual({ keys: ['1'], codes: [], ended: [] });
    });

    const { pull, absent } = given;
    test.skipIf(!pull)('says once that it is gone', async () => {
      const typed = typedAt(open());
      await given.ready();
      await pull?.out();
      await until('its end', () => typed.ended.length > 0);
      expect(typed.ended.map(({ code }) => code)).toEqual([pull?.code]);
    });

    test.skipIf(!absent)('says that it is not there, by its check too', async () => {
      const typed = typedAt(open(absent?.options));
      await until('its end', () => typed.ended.length > 0);
      expect(typed.ended.map(({ code }) => code)).toEqual([absent?.code]);
      const options = given.kind.options.parse(absent?.options);
      const buses = keypadBuses();
      used.push(buses);
      await expect(given.kind.check(options, buses)).rejects.toMatchObject({ code: absent?.code });
    });
  });
}
