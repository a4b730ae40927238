import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/buses/line-splitter.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('lines end with LF, CR or both, and empty ones are none', () => {
  expect(new LineSplitter().take(bytes('a\nb\r\n\r\nc\rd'))).toEqual(['a', 'b', 'c']);
});

test('a line that never ends is left out, and the next one is heard', () => {
  const splitter = new LineSplitter();
  for (let i = 0; i < 1_000; i++) expect(splitter.take(bytes('x'.repeat(1_000)))).toEqual([]);
  expect(splitter.take(bytes('x\nT=1\n'))).toEqual(['T=1']);
});

test('a line that had begun when we came is left out', () => {
  const splitter = new LineSplitter();
  expect(splitter.take(bytes('old\n21'))).toEqual(['old']);
  splitter.skip();
  expect(splitter.take(bytes('.5\n22.5\n'))).toEqual(['22.5']);
  splitter.skip();
  expect(splitter.take(bytes('23.5\n'))).toEqual(['23.5']);
});

test('bytes that are no text are replaced', () => {
  expect(new LineSplitter().take(Uint8Array.of(0xff, 0x41, 0x0a))).toEqual(['\ufffdA']);
});

test('however a stream is cut, the lines are the same', () => {
  const stream = fc.array(fc.constantFrom(0x0a, 0x0d, 0x41, 0xc2, 0xb0, 0x00), { maxLength: 200 });
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200)), (data, cuts) => {
      const whole = new LineSplitter().take(Uint8Array.from(data));
      const splitter = new LineSplitter();
      const ends = [...cuts.map((cut) => Math.min(cut, data.length)), data.length].sort((a, b) => a - b);
      let from = 0;
      const parts = ends.flatMap((end) => {
        const chunk = splitter.take(Uint8Array.from(data.slice(from, end)));
        from = end;
        return chunk;
      });
      expect(parts).toEqual(whole);
    }),
  );
});
