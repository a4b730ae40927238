/**
 * The strip along the test picture's top edge that machines read; docs/test-picture.md draws it.
 *
 * ```
 *          4 cells     32 cells, most significant bit first                     4 cells
 *  row 0   W B W B     frame number, 32 bits                                    B W B W
 *  row 1   W B W B     wall clock in ms, upper 32 of 48 bits                    B W B W
 *  row 2   W B W B     wall clock, lower 16 bits │ CRC-16 of the 80 bits before B W B W
 * ```
 *
 * A cell is 1/40 of the picture wide and 1/45 high: 32x16 pixels at 1280x720, whole macroblocks.
 */
export const stripLayout = { columns: 40, rows: 3, rowsInPicture: 45, syncCells: 4 } as const;

/** What the strip tells. */
export interface StripReading {
  /** Counts the camera's frames from 0, skipped ones too. */
  readonly frame: number;
  /** Wall-clock time at which the frame was drawn, ms. */
  readonly wallMs: number;
}

/** The strip's cells, row by row, true for white. */
export function stripCells({ frame, wallMs }: StripReading): readonly (readonly boolean[])[] {
  const payload = new DataView(new ArrayBuffer(12));
  payload.setUint32(0, frame);
  payload.setUint32(4, Math.floor(wallMs / 65_536));
  payload.setUint16(8, wallMs % 65_536);
  payload.setUint16(10, crc16(new Uint8Array(payload.buffer, 0, 10)));
  return [0, 1, 2].map((row) => {
    const word = payload.getUint32(row * 4);
    const bits = Array.from({ length: 32 }, (_, bit) => ((word >>> (31 - bit)) & 1) === 1);
    return [true, false, true, false, ...bits, false, true, false, true];
  });
}

/** CRC-16/IBM-3740 ("CCITT-FALSE"): polynomial 0x1021, beginning with 0xffff. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

/**
 * Reads the strip off a picture; undefined where there is none or its checksum is wrong.
 *
 * Stands alone: it may be sent to a browser page as text (`readStrip.toString()`), so it uses nothing from outside.
 *
 * @param lumaAt brightness at a pixel, 0 to 255, in whatever range the decoder gives
 * @param width the picture's size in the same pixels
 */
export function readStrip(
  lumaAt: (x: number, y: number) => number,
  width: number,
  height: number,
): { frame: number; wallMs: number } | undefined {
  const cellWidth = width / 40;
  const cellHeight = height / 45;
  const cell = (row: number, column: number) => {
    let sum = 0;
    for (const dx of [0.35, 0.5, 0.65]) {
      for (const dy of [0.35, 0.65]) {
        sum += lumaAt(Math.floor((column + dx) * cellWidth), Math.floor((row + dy) * cellHeight));
      }
    }
    return sum / 6;
  };
  const bytes: number[] = [];
  for (let row = 0; row < 3; row += 1) {
    const whites = [0, 2, 37, 39].map((column) => cell(row, column));
    const blacks = [1, 3, 36, 38].map((column) => cell(row, column));
    // Compression greys the cells, but never so far that a white one is not clearly brighter than a black one.
    if (Math.min(...whites) - Math.max(...blacks) < 40) return undefined;
    const middle = (Math.min(...whites) + Math.max(...blacks)) / 2;
    for (let byte = 0; byte < 4; byte += 1) {
      let value = 0;
      for (let bit = 0; bit < 8; bit += 1)
        value = value * 2 + (cell(row, 4 + byte * 8 + bit) > middle ? 1 : 0);
      bytes.push(value);
    }
  }
  let crc = 0xffff;
  for (const byte of bytes.slice(0, 10)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  const number = (from: number, to: number) =>
    bytes.slice(from, to).reduce((sum, byte) => sum * 256 + byte, 0);
  if (number(10, 12) !== crc) return undefined;
  return { frame: number(0, 4), wallMs: number(4, 10) };
}
