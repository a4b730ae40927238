import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type NutItem, NutReader } from '../../src/media/nut-reader.ts';
import { NutWriter } from '../../src/media/nut-writer.ts';

// A reader of bytes from a process never throws: an exception here is our bug, whatever the bytes.

const video = { fourcc: 'I420', width: 64, height: 48, frameRate: 30 };

function written(frames: readonly { pts: number; keyframe: boolean; data: Uint8Array }[]): Buffer {
  const writer = new NutWriter(video);
  const parts = frames.flatMap(({ pts, keyframe, data }) => [
    writer.frameHead(pts, keyframe, data.length),
    data,
  ]);
  return Buffer.concat([writer.headers(), ...parts]);
}

function readWhole(bytes: Uint8Array): readonly NutItem[] {
  return new NutReader().push(bytes);
}

function readChopped(bytes: Uint8Array, cuts: readonly number[]): NutItem[] {
  const reader = new NutReader();
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  return ends.flatMap((end) => {
    const chunk = bytes.slice(from, end);
    from = end;
    return [...reader.push(chunk)];
  });
}

/** Items with their bytes as text, so that views and copies compare. */
function plain(items: readonly NutItem[]) {
  return items.map((item) =>
    item.type === 'packet'
      ? { ...item.packet, data: Buffer.from(item.packet.data).toString('base64') }
      : item,
  );
}

const frames = fc.array(
  fc.record({
    pts: fc.integer({ min: 0, max: 2 ** 45 }),
    keyframe: fc.boolean(),
    data: fc.uint8Array({ maxLength: 6000 }),
  }),
  { maxLength: 6 },
);

describe('what the writer writes', () => {
  test('is read back as it was, wherever the pipe cuts it', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(40_000), { maxLength: 20 }), (given, cuts) => {
        const items = readChopped(written(given), cuts);
        const packets = items.flatMap((item) => (item.type === 'packet' ? [item.packet] : []));
        expect(
          packets.map(({ pts, keyframe, data }) => ({ pts, keyframe, data: Buffer.from(data) })),
        ).toEqual(given.map((frame) => ({ ...frame, data: Buffer.from(frame.data) })));
        expect(items.some(({ type }) => type === 'failure')).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('is understood by ffmpeg, each frame at its time', () => {
    const data = new Uint8Array((64 * 48 * 3) / 2);
    const given = [1, 2, 3, 4].map((index) => ({ pts: 9e11 + index * 3001, keyframe: true, data }));
    const args = ['-v', 'error', '-f', 'nut', '-i', 'pipe:0', '-show_entries'];
    const shown = execFileSync(
      'ffprobe',
      [...args, 'packet=pts,size:stream=r_frame_rate', '-of', 'csv=p=0'],
      {
        input: written(given),
        encoding: 'utf8',
      },
    );
    expect(shown.trim().split('\n')).toEqual([
      ...given.map(({ pts }) => `${pts},${data.length}`),
      '30000/1000',
    ]);
  });
});

describe.each([
  ['h264', ['-c:v', 'libx264', '-tune', 'zerolatency', '-an'], 'H264', 12],
  ['h264 with B-frames', ['-c:v', 'libx264', '-bf', '2', '-an'], 'H264', 12],
  ['vp8', ['-c:v', 'libvpx', '-deadline', 'realtime', '-an'], 'VP80', 12],
  ['mjpeg', ['-c:v', 'mjpeg', '-an'], 'MJPG', 12],
  ['raw', ['-c:v', 'rawvideo', '-pix_fmt', 'yuyv422', '-an'], 'YUY2', 12],
  ['sound', ['-c:a', 'pcm_s16le', '-vn'], 'PSD\x10', undefined],
] as const)('%s from ffmpeg', (_name, codec, fourcc, count) => {
  let bytes: Buffer;
  let items: readonly NutItem[];

  beforeAll(() => {
    const input = ['-f', 'lavfi', '-i', 'testsrc2=s=160x96:r=30:d=0.4', '-f', 'lavfi', '-i', 'sine=d=0.4'];
    const args = [
      '-v',
      'error',
      ...input,
      ...codec,
      '-f',
      'nut',
      '-write_index',
      '0',
      '-flush_packets',
      '1',
      'pipe:1',
    ];
    bytes = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 26 });
    items = readWhole(bytes);
  });

  test('has its stream told and every packet where ffprobe sees it', () => {
    const [first, ...packets] = items;
    expect(first).toMatchObject({ type: 'streams', streams: [{ fourcc }] });
    if (count !== undefined) expect(packets).toHaveLength(count);
    const shown = execFileSync(
      'ffprobe',
      [
        '-v',
        'error',
        '-f',
        'nut',
        '-i',
        'pipe:0',
        '-show_entries',
        'packet=pts,size,flags',
        '-of',
        'csv=p=0',
      ],
      { input: bytes, encoding: 'utf8' },
    );
    const told = packets.map((item) => {
      if (item.type !== 'packet') throw new TypeError(item.type);
      const { pts, data, keyframe } = item.packet;
      return `${pts},${data.length},${keyframe ? 'K' : '_'}_`;
    });
    expect(told).toEqual(shown.trim().split('\n'));
  });

  test('is the same chopped into single bytes', () => {
    const some = bytes.subarray(0, 20_000);
    const cuts = Array.from({ length: some.length }, (_, at) => at);
    expect(plain(readChopped(some, cuts))).toEqual(plain(readWhole(some)));
  });

  test('is the same chopped anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        expect(plain(readChopped(bytes, cuts))).toEqual(plain(items));
      }),
      { numRuns: 20 },
    );
  });

  test('with any bytes broken it neither throws nor goes on after a failure', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (damages) => {
          const broken = Buffer.from(bytes.subarray(0, 50_000));
          for (const [at, value] of damages) broken[at % broken.length] = value;
          const read = readChopped(broken, [1000, 2000, 3000]);
          const failed = read.findIndex(({ type }) => type === 'failure');
          expect(failed === -1 || failed === read.length - 1).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('garbage', () => {
  test('never throws, in any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 10 }), (chunks) => {
        const reader = new NutReader();
        for (const chunk of chunks) reader.push(chunk);
      }),
    );
  });

  test('behind good headers never throws, in any chunks', () => {
    const headers = Buffer.from(written([{ pts: 5, keyframe: true, data: new Uint8Array(3) }]));
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (chunks) => {
        const reader = new NutReader();
        reader.push(headers);
        for (const chunk of chunks) reader.push(chunk);
      }),
      { numRuns: 300 },
    );
  });

  test('a frame that says it is 2 GB is a failure, not 2 GB of memory', () => {
    const writer = new NutWriter(video);
    const bytes = Buffer.concat([writer.headers(), writer.frameHead(1, true, 2 ** 31)]);
    expect(readWhole(bytes).at(-1)).toEqual({ type: 'failure', reason: 'a frame is too large' });
  });

  test('a number that never ends is a failure', () => {
    const bytes = Buffer.concat([written([]), Buffer.alloc(200_000, 0x80)]);
    expect(readWhole(bytes).at(-1)?.type).toBe('failure');
  });
});
