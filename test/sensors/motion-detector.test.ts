import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  contains,
  MotionDetector,
  type MotionOptions,
  type Zone,
} from '../../src/sensors/motion-detector.ts';

const width = 160;
const height = 90;
const whole: MotionOptions = { zones: [], ignore: [], sensitivity: 50 };
const rightHalf: Zone = [
  [0.5, 0],
  [1, 0],
  [1, 1],
  [0.5, 1],
];

/** A picture of one brightness, or of `at`. */
function picture(at: (x: number, y: number) => number = () => 100): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) =>
    Math.min(255, Math.max(0, Math.round(at(i % width, Math.floor(i / width))))),
  );
}
/** Somebody of 20 by 40 pixels stands there. */
const person = (left: number, light = 0) =>
  picture((x, y) => light + (x >= left && x < left + 20 && y >= 40 && y < 80 ? 30 : 100 + (x % 7)));

function run(pictures: readonly Uint8Array[], options: Partial<MotionOptions> = {}): number[] {
  const detector = new MotionDetector({ ...whole, ...options });
  return pictures.map((pixels) => detector.take(pixels, width, height));
}

test('nothing moves in the first picture, nor where all stays', () => {
  expect(run([person(20), person(20), person(20)])).toEqual([0, 0, 0]);
});

test('who walks by is motion, as large as where they left and where they came', () => {
  const [, moved = 0] = run([person(20), person(60)]);
  expect(moved).toBeCloseTo((2 * 20 * 40) / (width * 88), 2);
});

test('motion outside the zones, and in what is ignored, is none', () => {
  expect(run([person(20), person(40)], { zones: [rightHalf] })[1]).toBe(0);
  expect(run([person(120), person(90)], { zones: [rightHalf] })[1]).toBeGreaterThan(0.05);
  expect(run([person(120), person(90)], { ignore: [rightHalf] })[1]).toBe(0);
});

test('a lamp that is switched, and a cloud, are no motion', () => {
  expect(run([person(20), person(20, 60), person(20, 60), person(20)])).toEqual([0, 0, 0, 0]);
  expect(run(Array.from({ length: 20 }, (_, i) => person(20, i * 4)))).toEqual(new Array(20).fill(0));
});

test('light that comes from one side, and so is stronger there, is no motion', () => {
  const lit = picture((x) => 100 + x);
  expect(run([picture(), lit, lit, picture(), picture()])).toEqual([0, 0, 0, 0, 0]);
});

test('who moves after the light has changed is seen again soon', () => {
  const values = run([person(20), ...[0, 1, 2, 3, 4, 5].map((i) => person(20 + i * 20, 60))]);
  expect(values.slice(-2).every((value) => value > 0.03)).toBe(true);
});

test('the noise of a camera in the dark is no motion', () => {
  let seed = 1;
  const noise = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (seed / 2_147_483_648 - 0.5) * 30;
  };
  const values = run(Array.from({ length: 20 }, () => picture(() => 40 + noise())));
  expect(Math.max(...values)).toBeLessThan(0.01);
});

test('the more sensitive, the more is seen', () => {
  const faint = (left: number) => picture((x) => (x >= left && x < left + 20 ? 110 : 100));
  const at = (sensitivity: number) => run([faint(20), faint(80)], { sensitivity })[1] ?? 0;
  expect(at(10)).toBe(0);
  expect(at(100)).toBeGreaterThan(0.2);
});

test('another size of picture is a new beginning', () => {
  const detector = new MotionDetector(whole);
  detector.take(person(20), width, height);
  expect(detector.take(new Uint8Array(160 * 120), 160, 120)).toBe(0);
});

test('a zone contains what is inside it, whatever its shape', () => {
  const arrow: Zone = [
    [0, 0],
    [1, 0.5],
    [0, 1],
    [0.4, 0.5],
  ];
  expect(contains(arrow, 0.6, 0.5)).toBe(true);
  expect(contains(arrow, 0.2, 0.5)).toBe(false);
  expect(contains(arrow, 0.9, 0.1)).toBe(false);
});

test('any pictures and zones give a share between 0 and 1', () => {
  const corner = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const zones = fc.array(fc.array(corner, { minLength: 3, maxLength: 6 }), { maxLength: 3 });
  const shapes = fc.record({
    width: fc.nat(40),
    height: fc.nat(40),
    pixels: fc.uint8Array({ maxLength: 1_600 }),
  });
  fc.assert(
    fc.property(
      zones,
      zones,
      fc.integer({ min: 1, max: 100 }),
      fc.array(shapes, { maxLength: 5 }),
      (areas, ignore, sensitivity, pictures) => {
        const detector = new MotionDetector({ zones: areas, ignore, sensitivity });
        for (const { pixels, ...size } of pictures) {
          const share = detector.take(pixels, size.width, size.height);
          expect(share >= 0 && share <= 1).toBe(true);
        }
      },
    ),
  );
});
