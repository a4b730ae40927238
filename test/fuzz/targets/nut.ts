import { NutReader } from '../../../src/media/nut-reader.ts';
import { NutWriter } from '../../../src/media/nut-writer.ts';
import { type FuzzTarget, promise } from '../target.ts';

function written(fourcc: string, frames: readonly number[]): Buffer {
  const writer = new NutWriter({ fourcc, width: 64, height: 48, frameRate: 30 });
  const parts = frames.flatMap((bytes, index) => [
    writer.frameHead(index * 3_000, index === 0, bytes),
    Buffer.alloc(bytes, 0xab),
  ]);
  return Buffer.concat([writer.headers(), ...parts]);
}

/** Cut anywhere, as pipes do it. A header of 64 KiB that comes in such pieces is joined anew with each of them. */
const chunkBytes = 509;
const words = [
  '4e4d7a561f5f04ad',
  '4e5311405bf2f9db',
  '4e4be4adeeca4569',
  '4e49ab68b596ba78',
  'ffffffffffffffffff7f',
  '80',
  '00',
];

export const target: FuzzTarget = {
  about: "what ffmpeg writes into its pipe: NUT's headers and frames",
  seeds: [
    written('H264', []),
    written('H264', [10]),
    written('I420', [300, 0, 70]),
    written('MJPG', [1, 2, 3, 2_000]),
  ],
  words: words.map((word) => Buffer.from(word, 'hex')),
  take(input) {
    const reader = new NutReader();
    let given = 0;
    let failures = 0;
    for (let at = 0; at < input.length; at += chunkBytes)
      for (const item of reader.push(input.subarray(at, at + chunkBytes))) {
        promise(failures === 0, 'nothing comes behind a failure');
        if (item.type === 'failure') failures += 1;
        if (item.type === 'packet') given += item.packet.data.length;
      }
    // A frame may leave out a beginning of at most a header's length, which the main header told.
    promise(given <= input.length * 65_536, 'frames are what came');
  },
  steps: { fixed: 2_000, perByte: 30 },
  bytes: { fixed: 4_000, perByte: 80 },
};
