import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SrtpOpener } from '../../../src/transport/srtp/opener.ts';
import { SrtpSealer } from '../../../src/transport/srtp/sealer.ts';
import { masterKeys, profiles, rtcpCompound, rtpHeader } from './keys.ts';

const ssrc = 0xfedc_ba98;
const profile = fc.constantFrom(...profiles);

function pair(id: (typeof profiles)[number]) {
  const sealer = new SrtpSealer(masterKeys(id));
  const opener = new SrtpOpener(masterKeys(id));
  return {
    opener,
    seal: (index: number, text = `${index}`, from = ssrc) =>
      Buffer.concat(sealer.rtp(rtpHeader(from, index), undefined, Buffer.from(text), from, index)),
    sealRtcp: (more = '') => sealer.rtcp(rtcpCompound(ssrc, Buffer.from(more))),
  };
}
const textOf = (packet: Buffer | undefined) => packet?.subarray(12).toString();

test('over loss, reordering, duplicates and every wrap, each packet that arrives is opened once, and right', () => {
  fc.assert(
    fc.property(
      profile,
      // Just below one of the first wraps, so that the run goes over it.
      fc.integer({ min: 1, max: 3 }),
      fc.array(
        fc.record({
          // Lost in a row before this one.
          lost: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(5), fc.nat(30_000)),
          delay: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(20)),
          copies: fc.array(fc.nat(200), { maxLength: 2 }),
        }),
        { minLength: 20, maxLength: 60 },
      ),
      fc.nat(30),
      (id, wraps, packets, below) => {
        const { opener, seal } = pair(id);
        const started = wraps * 0x1_0000 - below;
        // The counter is only learnt by following it: one packet in each half of the numbers.
        let newest = 0;
        for (let at = 0x1000; at < started; newest = at, at += 0x7000)
          expect(opener.rtp(seal(at))).toBeDefined();
        let index = started - 1;
        const arrivals = packets.flatMap(({ lost, delay, copies }, place) => {
          index += lost + 1;
          return [delay, ...copies].map((late) => ({ at: place + late, index }));
        });
        arrivals.sort((left, right) => left.at - right.at);
        const opened = new Set<number>();
        for (const { index: arrived } of arrivals) {
          const text = textOf(opener.rtp(seal(arrived)));
          const fresh = !opened.has(arrived) && arrived > newest - 1_024;
          // A jump of more than half the numbers cannot be told from a step back (RFC 3711, 3.3.1).
          expect(text).toBe(fresh && arrived - newest < 0x8000 ? `${arrived}` : undefined);
          if (text !== undefined) opened.add(arrived);
          newest = text === undefined ? newest : Math.max(newest, arrived);
        }
        expect(opener.counts).toMatchObject({ malformed: 0, crowded: 0 });
      },
    ),
    { numRuns: 60 },
  );
});

test.each(profiles)('a packet replayed a thousand times is opened once (profile %i)', (id) => {
  const { opener, seal, sealRtcp } = pair(id);
  const media = seal(5);
  const control = sealRtcp('a goodbye');
  for (let time = 0; time < 1_000; time += 1) {
    expect(textOf(opener.rtp(media))).toBe(time === 0 ? '5' : undefined);
    expect(opener.rtcp(control) === undefined).toBe(time > 0);
  }
  expect(opener.counts).toMatchObject({ opened: 2, replayed: 1_998, forged: 0 });
});

test('a packet from before the window is too old, although nobody saw it', () => {
  const { opener, seal } = pair(7);
  opener.rtp(seal(2_000));
  expect(opener.rtp(seal(977))).toBeDefined();
  expect(opener.rtp(seal(976))).toBeUndefined();
  expect(opener.counts.tooOld).toBe(1);
});

test('a stream whose packets before its first wrap were all lost is heard', () => {
  for (const id of profiles) {
    const { opener, seal } = pair(id);
    expect(textOf(opener.rtp(seal(0x1_0002)))).toBe('65538');
    expect(textOf(opener.rtp(seal(0xfffe)))).toBe('65534');
    expect(textOf(opener.rtp(seal(0x1_0003)))).toBe('65539');
  }
});

test('a packet changed in any bit is refused and moves nothing', () => {
  fc.assert(
    fc.property(profile, fc.boolean(), fc.nat(10_000), fc.nat(7), (id, control, place, bit) => {
      const { opener, seal, sealRtcp } = pair(id);
      const honest = control ? sealRtcp('some reports') : seal(7, 'a payload');
      const forged = Buffer.from(honest);
      forged[place % forged.length]! ^= 1 << bit;
      const open = (datagram: Buffer) => (control ? opener.rtcp(datagram) : opener.rtp(datagram));
      expect(open(forged)).toBeUndefined();
      expect(open(honest)).toBeDefined();
      expect(opener.counts).toMatchObject({ opened: 1, replayed: 0, tooOld: 0 });
    }),
    { numRuns: 500 },
  );
});

test('forged packets of a thousand streams leave no trace of any', () => {
  const { opener, seal } = pair(7);
  for (let from = 0; from < 1_000; from += 1) {
    const forged = seal(1, 'x', from);
    forged[forged.length - 1]! ^= 1;
    expect(opener.rtp(forged)).toBeUndefined();
  }
  expect(opener.counts).toMatchObject({ opened: 0, forged: 1_000, crowded: 0 });
  expect(opener.rtp(seal(1))).toBeDefined();
});

test('of a peer with more streams than it may have, the first 64 are heard on', () => {
  const { opener, seal } = pair(7);
  for (let from = 1; from <= 70; from += 1)
    expect(opener.rtp(seal(1, 'x', from)) !== undefined).toBe(from <= 64);
  expect(opener.rtp(seal(2, 'x', 64))).toBeDefined();
  expect(opener.counts).toMatchObject({ opened: 65, crowded: 6 });
});

test('bytes of any kind and length never throw and are never opened', () => {
  const openers = profiles.map((id) => new SrtpOpener(masterKeys(id)));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    // As if it were ours: version 2, extensions and contributing sources by chance.
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((rest) => {
      rest[0] = 0x80 | ((rest[0] ?? 0) & 0x3f);
      return rest;
    }),
    // With E set at either trailer's place.
    fc
      .tuple(fc.uint8Array({ minLength: 30, maxLength: 80 }), fc.constantFrom(4, 14))
      .map(([rest, fromEnd]) => {
        rest[0] = 0x80;
        rest[rest.length - fromEnd]! |= 0x80;
        return rest;
      }),
  );
  fc.assert(
    fc.property(bytes, (datagram) => {
      for (const opener of openers) {
        expect(opener.rtp(datagram)).toBeUndefined();
        expect(opener.rtcp(datagram)).toBeUndefined();
      }
    }),
    { numRuns: 1_000 },
  );
});

test('every truncation of a packet is refused', () => {
  for (const id of profiles) {
    const { opener, seal, sealRtcp } = pair(id);
    const media = seal(1, 'x'.repeat(40));
    const control = sealRtcp('x'.repeat(40));
    for (let bytes = 0; bytes < media.length; bytes += 1)
      expect(opener.rtp(media.subarray(0, bytes))).toBeUndefined();
    for (let bytes = 0; bytes < control.length; bytes += 1)
      expect(opener.rtcp(control.subarray(0, bytes))).toBeUndefined();
    expect(opener.counts.opened).toBe(0);
  }
});

test('RTCP that says it is not encrypted is refused before its tag is looked at', () => {
  for (const [id, fromEnd] of [
    [7, 4],
    [1, 14],
  ] as const) {
    const { opener, sealRtcp } = pair(id);
    const control = sealRtcp();
    control[control.length - fromEnd]! &= 0x7f;
    expect(opener.rtcp(control)).toBeUndefined();
    expect(opener.counts).toMatchObject({ malformed: 1, forged: 0 });
  }
});
