import { encode, renderUnicodeCompact } from 'uqr';

/** Light modules around it (ISO/IEC 18004, 6.3.8). */
const border = 2;
const pngBorder = 4;
/** Pixels a module: sharp on any screen, and on paper. */
const pngScale = 12;

/** Light squares are the characters; said in colours, they are light in terminals of any colour. */
export function qrCode(text: string, colors: boolean): readonly string[] {
  const lines = renderUnicodeCompact(text, { border }).split('\n');
  return lines.map((line) => (colors ? `  \u001b[97;40m${line}\u001b[0m` : `  ${line}`));
}

export async function qrPng(text: string): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const { data, size } = encode(text, { border: pngBorder });
  const pixels = Uint8Array.from(data.flat(), (dark) => (dark ? 0 : 255));
  return sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .resize(size * pngScale, size * pngScale, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
