import { AccessUnitSplitter } from '../../../src/media/access-unit-splitter.ts';
import { AccessUnits, hasBSlice } from '../../../src/media/annex-b.ts';
import { packetizeH264 } from '../../../src/rtp/packetizers/h264.ts';
import { maxPayloadBytes } from '../../../src/rtp/payload.ts';
import { annexB, nal } from '../../rtp/payloads.ts';
import { type FuzzTarget, promise } from '../target.ts';

const keyframe = annexB([nal(7, 20), nal(8, 6), nal(5, 2_900)]);
const slice = annexB([nal(1, 900)]);
const chopped = annexB([nal(9, 2), nal(6, 12), nal(1, 40), nal(1, 40)], (place) => place === 0);
/** Bytes a pipe gives at once; small, so that start codes are cut in every place. */
const chunkBytes = 61;
/** An FU header for each fragment, a size for each unit of a STAP-A. */
const overheadPerPayload = 3;

/** Start codes, NAL headers of every kind that matters, an Exp-Golomb number without end. */
const words = [
  '000001',
  '00000001',
  '0000010a',
  '00000167',
  '00000168',
  '0000016580',
  '0000014180',
  '00000000',
  '00',
  '000003',
];

export const target: FuzzTarget = {
  about: "a camera's H.264: cut into access units, cleaned, packetized",
  seeds: [
    keyframe,
    slice,
    chopped,
    Buffer.concat([keyframe, slice, slice]),
    Buffer.concat([slice, chopped, keyframe]),
  ],
  words: words.map((word) => Buffer.from(word, 'hex')),
  take(input) {
    const splitter = new AccessUnitSplitter();
    const units = new AccessUnits(new Uint8Array(0));
    let out = 0;
    const packetize = (unit: Uint8Array) => {
      out += unit.length;
      hasBSlice(unit);
      const { data } = units.clean(unit);
      const payloads = packetizeH264(data);
      let bytes = 0;
      for (const payload of payloads) {
        promise(payload.length <= maxPayloadBytes, 'no payload is longer than a packet holds');
        bytes += payload.length;
      }
      promise(
        bytes <= data.length + overheadPerPayload * (payloads.length + data.length / 4),
        'payloads are the unit',
      );
    };
    for (let at = 0; at < input.length; at += chunkBytes)
      for (const unit of splitter.push(input.subarray(at, at + chunkBytes))) packetize(unit);
    const last = splitter.flush();
    if (last) packetize(last);
    promise(out <= input.length, 'access units hold what came, once');
  },
  steps: { fixed: 100, perByte: 20 },
  bytes: { fixed: 1_000, perByte: 200 },
};
