import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeaderTemplate } from '../../src/rtp/header.ts';
import { type IncomingRtp, readRtp } from '../../src/rtp/incoming.ts';
import { MediaReceiver, type ReceivedSection } from '../../src/rtp/receiver.ts';
import { readRtcp } from '../../src/rtp/rtcp/read.ts';
import { readTransportFeedback } from '../../src/rtp/rtcp/transport-wide.ts';
import { ms } from './frames.ts';

const section: ReceivedSection = {
  mid: '0',
  payloadType: 111,
  rtxPayloadType: 112,
  clockRate: 48_000,
  ssrcs: [],
  nack: true,
  extensions: { mid: 1, transportWideCc: 2 },
};

interface Fields {
  ssrc?: number;
  payloadType?: number;
  mid?: string;
  transportSequence?: number;
  payload?: readonly number[];
}

/** A packet as it comes out of SRTP. */
function packet(sequenceNumber: number, fields: Fields = {}): IncomingRtp {
  const { ssrc = 7, payloadType = 111, mid = '', transportSequence, payload = [1, 2, 3] } = fields;
  const header = new HeaderTemplate({
    ssrc,
    payloadType,
    mid,
    extensions: { mid: 1, ...(transportSequence === undefined ? {} : { transportWideCc: 2 }) },
  });
  const bytes = Buffer.alloc(header.bytes + payload.length);
  header.write(bytes, 0, sequenceNumber, sequenceNumber * 960, false, transportSequence ?? 0);
  bytes.set(payload, header.bytes);
  return readRtp(bytes)!;
}

const rtx = (sequenceNumber: number, original: number, payload: readonly number[] = [1, 2, 3]) =>
  packet(sequenceNumber, {
    ssrc: 8,
    payloadType: 112,
    payload: [original >> 8, original & 0xff, ...payload],
  });

function receiver(...sections: ReceivedSection[]) {
  const made = new MediaReceiver();
  made.negotiate(sections.length > 0 ? sections : [section]);
  return made;
}

test('a media packet comes out with its section, as it is', () => {
  const came = packet(5);
  expect(receiver().receive(came, ms(0))).toEqual({ mid: '0', packet: came });
});

test('a lost packet is asked for over the wrap, and comes out as if it had never been lost', () => {
  const end = receiver();
  end.receive(packet(65_534), ms(0));
  end.receive(packet(1), ms(20));
  expect(end.deadline).toBe(25);
  const [feedback] = end.tick(ms(25), 99);
  expect(readRtcp(feedback!)).toEqual([{ type: 'nack', ssrc: 7, lost: [65_535, 0] }]);
  expect(Buffer.from(feedback!).readUInt32BE(4)).toBe(99);
  const found = end.receive(rtx(100, 65_535, [9]), ms(60));
  expect(found?.packet).toMatchObject({ ssrc: 7, payloadType: 111, sequenceNumber: 65_535 });
  expect([...found!.packet.payload]).toEqual([9]);
  expect(readRtcp(end.tick(ms(125), 99)[0]!)).toEqual([{ type: 'nack', ssrc: 7, lost: [0] }]);
});

test('a measured round trip is what asking again waits for', () => {
  const end = receiver();
  end.measured(40);
  end.receive(packet(0), ms(0));
  end.receive(packet(2), ms(0));
  end.tick(ms(5), 99);
  expect(end.deadline).toBe(45);
});

test('where it was not negotiated nothing is asked for', () => {
  const end = receiver({ ...section, nack: false });
  end.receive(packet(0), ms(0));
  end.receive(packet(2), ms(0));
  expect(end.deadline).toBeUndefined();
});

test('RTX of what was not missing, is too short, of padding alone, or comes before all media gives nothing', () => {
  const end = receiver();
  expect(end.receive(rtx(1, 5), ms(0))).toBeUndefined();
  end.receive(packet(5), ms(0));
  end.receive(packet(7), ms(0));
  expect(end.receive(rtx(2, 5), ms(0))).toBeUndefined();
  expect(end.receive(rtx(3, 9), ms(0))).toBeUndefined();
  expect(end.receive({ ...rtx(4, 6), payload: new Uint8Array(0) }, ms(0))).toBeUndefined();
  expect(end.receive({ ...rtx(4, 6), payload: Uint8Array.of(0) }, ms(0))).toBeUndefined();
  expect(end.receive(rtx(5, 6), ms(0))).toBeDefined();
  expect(end.receive(rtx(6, 6), ms(0))).toBeUndefined();
});

test('a packet of padding alone gives no media, but is not missed', () => {
  const end = receiver();
  end.receive(packet(0), ms(0));
  expect(end.receive(packet(1, { payload: [] }), ms(0))).toBeUndefined();
  end.receive(packet(2), ms(0));
  expect(end.deadline).toBeUndefined();
});

test('a packet goes to the section it names, or was announced for, or that alone has its payload type', () => {
  const second = { ...section, mid: '1', ssrcs: [20, 21] };
  const other = { ...section, mid: '2', payloadType: 96, rtxPayloadType: 97 };
  const end = receiver(section, second, other);
  const midOf = (fields: Fields) => end.receive(packet(1, fields), ms(0))?.mid;
  expect(midOf({ ssrc: 1, mid: '1' })).toBe('1');
  expect(midOf({ ssrc: 1 })).toBe('1'); // learnt
  expect(midOf({ ssrc: 20 })).toBe('1');
  expect(midOf({ ssrc: 2 })).toBe('0'); // the other section of that type has announced its SSRCs
  expect(midOf({ ssrc: 3, payloadType: 96 })).toBe('2');
  expect(midOf({ ssrc: 4, mid: '3' })).toBeUndefined();
  expect(midOf({ ssrc: 5, payloadType: 100 })).toBeUndefined();
  // Known, but with a payload type that is another section's.
  expect(midOf({ ssrc: 1, payloadType: 96 })).toBeUndefined();
});

test('between two sections that a packet could belong to it belongs to none', () => {
  const end = receiver(section, { ...section, mid: '1' });
  expect(end.receive(packet(1), ms(0))).toBeUndefined();
});

test('a renegotiation keeps what is known of sections that stay, and forgets those that go', () => {
  const second = { ...section, mid: '1', ssrcs: [20] };
  const end = receiver(section, second);
  end.receive(packet(0, { mid: '0' }), ms(0));
  end.receive(packet(0, { ssrc: 20 }), ms(0));
  end.negotiate([{ ...section }]);
  end.receive(packet(2), ms(0));
  expect(end.reports(ms(100))).toMatchObject([{ ssrc: 7, packetsLost: 1 }]);
  expect(end.receive(packet(1, { ssrc: 20, mid: '1' }), ms(0))).toBeUndefined();
});

test('reports tell of every SSRC that was heard, its RTX too, with the last sender report', () => {
  const end = receiver();
  for (const n of [0, 1, 3]) end.receive(packet(n), ms(n * 20));
  end.receive(rtx(9, 2), ms(70));
  end.senderReport(
    {
      type: 'sender-report',
      ssrc: 7,
      ntp: 0x1122_3344_5566_7788n,
      rtpTimestamp: 0,
      packetCount: 3,
      octetCount: 9,
    },
    ms(1_000),
  );
  expect(end.reports(ms(1_500))).toMatchObject([
    { ssrc: 7, fractionLost: 0.25, lastSenderReport: 0x3344_5566, delaySinceLastSenderReport: 32_768 },
    { ssrc: 8, fractionLost: 0, packetsLost: 0 },
  ]);
  expect(end.reports(ms(2_500))).toEqual([]);
});

test('a stream that said goodbye is no longer reported, and nothing of it is asked for', () => {
  const end = receiver();
  end.receive(packet(0), ms(0));
  end.receive(packet(2), ms(0));
  end.goodbye([7]);
  expect(end.deadline).toBeUndefined();
  expect(end.reports(ms(100))).toEqual([]);
});

test('transport-wide feedback tells when packets of all streams came, RTX and padding too', () => {
  const end = receiver();
  end.receive(packet(0, { transportSequence: 65_535 }), ms(64));
  end.receive(packet(1, { transportSequence: 0, payload: [] }), ms(84));
  end.receive({ ...rtx(9, 5), extensions: packet(0, { transportSequence: 2 }).extensions }, ms(104));
  expect(end.deadline).toBe(64);
  const [feedback, more] = end.tick(ms(164), 99);
  expect(more).toBeUndefined();
  expect(readTransportFeedback(feedback!)).toMatchObject({
    baseSequence: 65_535,
    packetCount: 4,
    received: [
      { sequenceNumber: 65_535, atMs: 64 },
      { sequenceNumber: 0, atMs: 84 },
      { sequenceNumber: 2, atMs: 104 },
    ],
  });
  expect(end.deadline).toBeUndefined();
});

test('whatever a peer sends, memory and what goes out stay bounded', () => {
  const any = fc.record({
    sequenceNumber: fc.nat(0xffff),
    timestamp: fc.nat(0xffff_ffff),
    ssrc: fc.nat(40),
    payloadType: fc.constantFrom(111, 112, 100),
    wait: fc.nat(50),
    mid: fc.constantFrom('', '0', '1'),
    transportSequence: fc.nat(0xffff),
    payload: fc.array(fc.nat(255), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 50, maxLength: 400 }), (packets) => {
      const end = receiver(section, { ...section, mid: '1' });
      let now = 0;
      for (const { wait, timestamp, sequenceNumber, ...fields } of packets) {
        now += wait;
        end.receive({ ...packet(sequenceNumber, fields), timestamp }, ms(now));
        // 8 streams of 256 missing packets, 40 feedbacks.
        const out = end.tick(ms(now), 99);
        expect(out.length).toBeLessThanOrEqual(48);
        for (const bytes of out) expect(bytes.length).toBeLessThanOrEqual(1_150);
      }
      expect(end.reports(ms(now)).length).toBeLessThanOrEqual(8);
    }),
    { numRuns: 50 },
  );
});
