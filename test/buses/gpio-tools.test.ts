import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Debounce, type Level } from '../../src/buses/debounce.ts';
import {
  chipsOf,
  edgeOf,
  findLine,
  holdArgs,
  linesOf,
  reasonOf,
  toolsOf,
  watchArgs,
} from '../../src/buses/gpio-tools.ts';
import type { MonotonicMs } from '../../src/clock.ts';

const byVersion1 = `gpiochip0 - 3 lines:
	line   0:     "button"       unused   input  active-high 
	line   1:      unnamed       unused   input  active-high 
	line   2:      "relay"    "gpioset"  output  active-high [used]
gpiochip1 - 1 lines:
	line   0:     "button" "sysfs thing"  input   active-low [used pull-up]
`;
const byVersion2 = `gpiochip0 - 3 lines:
	line   0:	"button"        	input
	line   1:	unnamed         	input
	line   2:	"relay"         	output consumer="gpioset"
gpiochip1 - 1 lines:
	line   0:	"button"        	input active-low bias=pull-up consumer="sysfs thing"
`;

describe.each([
  ['1.6', byVersion1],
  ['2', byVersion2],
])('the list of gpioinfo %s', (_, text) => {
  test('tells every line with its chip, number and name', () => {
    expect(linesOf(text)).toEqual([
      { chip: 'gpiochip0', offset: 0, name: 'button' },
      { chip: 'gpiochip0', offset: 1 },
      { chip: 'gpiochip0', offset: 2, name: 'relay' },
      { chip: 'gpiochip1', offset: 0, name: 'button' },
    ]);
  });

  test('a line is found by its name, or by its number with its chip', () => {
    const lines = linesOf(text);
    const labels = chipsOf(
      'gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip1 [raspberrypi-exp-gpio] (8 lines)\n',
    );
    expect(findLine({ line: 'relay' }, lines, labels)).toMatchObject({ chip: 'gpiochip0', offset: 2 });
    expect(findLine({ line: 2 }, lines, labels)).toMatchObject({ name: 'relay' });
    expect(findLine({ line: 'button', chip: 'gpiochip1' }, lines, labels)).toMatchObject({
      chip: 'gpiochip1',
    });
    expect(findLine({ line: 0, chip: '/dev/gpiochip0' }, lines, labels)).toMatchObject({ chip: 'gpiochip0' });
    expect(findLine({ line: 0, chip: 'raspberrypi-exp-gpio' }, lines, labels)).toMatchObject({
      chip: 'gpiochip1',
    });
  });

  test('one that could be several, or is none, is said so', () => {
    const find = (name: { line: string | number; chip?: string }) => () =>
      findLine(name, linesOf(text), new Map());
    expect(find({ line: 'button' })).toThrow(expect.objectContaining({ code: 'gpio/ambiguous' }));
    expect(find({ line: 0 })).toThrow(expect.objectContaining({ code: 'gpio/ambiguous' }));
    expect(find({ line: 'bell' })).toThrow(expect.objectContaining({ code: 'gpio/not-found' }));
    expect(find({ line: 'relay', chip: 'gpiochip1' })).toThrow(
      expect.objectContaining({ code: 'gpio/not-found' }),
    );
  });
});

test('both versions are known by what they tell, and no other', () => {
  expect(toolsOf('gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018')).toBe(1);
  expect(toolsOf('gpiomon (libgpiod) v2.2.1\nCopyright (C) 2017-2024')).toBe(2);
  expect(toolsOf('gpiomon (libgpiod) v3.0')).toBeUndefined();
  expect(toolsOf('')).toBeUndefined();
});

test('each version is asked in its own words', () => {
  const line = { chip: 'gpiochip0', offset: 3 };
  const wiring = { activeLow: true, bias: 'disabled' } as const;
  expect(watchArgs(1, line, wiring).join(' ')).toBe(
    '--line-buffered --format=%e %s %n --active-low --bias=disable gpiochip0 3',
  );
  expect(watchArgs(2, line, wiring).join(' ')).toBe(
    '--format %e %S --active-low --bias=disabled --chip gpiochip0 3',
  );
  expect(holdArgs(1, line, false, 1).join(' ')).toBe('--mode=wait gpiochip0 3=1');
  expect(holdArgs(2, line, true, 0).join(' ')).toBe('--active-low --chip gpiochip0 3=0');
});

test('an edge is read with its time from either version, and nothing else is an edge', () => {
  expect(edgeOf('1 12345 678901234')).toEqual({ level: 1, at: 12_345_678.901_234 });
  expect(edgeOf('0 12345 000000005')).toEqual({ level: 0, at: 12_345_000.000_005 });
  expect(edgeOf('2 12345.678901234')).toEqual({ level: 0, at: 12_345_678.901_234 });
  fc.assert(
    fc.property(fc.string(), (text) => {
      const edge = edgeOf(text);
      return edge === undefined || Number.isFinite(edge.at);
    }),
  );
});

test.each([
  ['gpiomon: error waiting for events: Permission denied', 'gpio/denied'],
  ['gpioset: error setting the GPIO line values: Device or resource busy', 'gpio/busy'],
  ["gpiomon: cannot find line 'x'", 'gpio/not-found'],
  ["gpiomon: unable to open chip '/dev/gpiochip9': No such file or directory", 'gpio/not-found'],
  ['gpiomon: something else', 'gpio/failed'],
  [undefined, 'gpio/failed'],
])('%s is %s', (words, code) => {
  expect(reasonOf('x', words).code).toBe(code);
});

describe('debouncing', () => {
  const ms = (value: number) => value as MonotonicMs;

  test('a contact that bounces is one change, since its last edge', () => {
    const contact = new Debounce(10, 0);
    for (const [level, at] of [
      [1, 100],
      [0, 101],
      [1, 103],
      [0, 104],
      [1, 106],
    ] as const) {
      contact.edge(level, ms(at));
      expect(contact.settled(ms(at))).toBeUndefined();
    }
    expect(contact.dueMs).toBe(116);
    expect(contact.settled(ms(115))).toBeUndefined();
    expect(contact.settled(ms(116))).toEqual({ level: 1, at: 106 });
    expect(contact.dueMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('a spike is nothing', () => {
    const contact = new Debounce(10, 0);
    contact.edge(1, ms(100));
    contact.edge(0, ms(104));
    expect(contact.settled(ms(1_000))).toBeUndefined();
  });

  test('without a time each change counts at once', () => {
    const contact = new Debounce(0, 0);
    contact.edge(1, ms(100));
    expect(contact.settled(ms(100))).toEqual({ level: 1, at: 100 });
  });

  test('whatever the edges: levels alternate, and the last one is what the line has', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Level>(0, 1),
        fc.nat(50),
        fc.array(fc.tuple(fc.constantFrom<Level>(0, 1), fc.nat(100)), { maxLength: 50 }),
        (first, forMs, edges) => {
          const contact = new Debounce(forMs, first);
          let now = 0;
          let last = first;
          const told: Level[] = [first];
          const look = () => {
            const settled = contact.settled(ms(now));
            if (settled) told.push(settled.level);
          };
          for (const [level, waitMs] of edges) {
            now += waitMs;
            look();
            contact.edge(level, ms(now));
            look();
            last = level;
          }
          now += forMs;
          look();
          expect(told.every((level, index) => index === 0 || level !== told[index - 1])).toBe(true);
          expect(told.at(-1)).toBe(last);
        },
      ),
    );
  });
});
