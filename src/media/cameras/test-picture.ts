import { eachDot, glyphHeight, glyphWidth } from './test-picture-font.ts';
import { stripCells, stripLayout } from './test-picture-strip.ts';

export { readStrip } from './test-picture-strip.ts';

/** BT.601 limited range: what yuv420p without further word means. */
const black = 16;
const white = 235;
/** Y, U, V of white, yellow, cyan, green, magenta, red and blue at half their brightness. */
const bars = [
  [105, 128, 128],
  [91, 72, 137],
  [75, 141, 72],
  [62, 86, 81],
  [50, 170, 175],
  [36, 114, 184],
  [22, 184, 119],
] as const;
const yellow = [210, 16, 146] as const;
const grey = 128;

/** Seconds in which the ball crosses the picture, and rises and falls. */
const ballCrossMs = 4000;
const ballBounceMs = 1300;

interface TextLine {
  /** Its middle, from the top, in heights of the picture. */
  readonly place: number;
  /** Dots that would fill the picture's height: how small it is written. */
  readonly dotsInHeight: number;
}
const titleLine: TextLine = { place: 0.2, dotsInHeight: 120 };
const clockLine: TextLine = { place: 0.4, dotsInHeight: 60 };

/**
 * Draws the test picture as yuv420p: dimmed colour bars, a bouncing ball, the time of day, a title, and the strip
 * of test-picture-strip.ts. What stands still is drawn once; a frame is a copy of it and a few small regions.
 */
export class TestPicture {
  readonly #width: number;
  readonly #height: number;
  readonly #still: Uint8Array;

  /** Both sides must be even. */
  constructor({
    width,
    height,
    title,
  }: { readonly width: number; readonly height: number; readonly title: string }) {
    this.#width = width;
    this.#height = height;
    this.#still = new Uint8Array((width * height * 3) / 2);
    this.#drawBars();
    this.#fade(title, titleLine);
    this.#drawText(this.#still, title, titleLine);
    this.#fade('00:00:00.000', clockLine);
  }

  /** A new picture; `clock` is the text of the time of day. */
  draw(frame: number, wallMs: number, clock: string): Uint8Array {
    const picture = Buffer.allocUnsafeSlow(this.#still.length);
    picture.set(this.#still);
    this.#drawStrip(picture, frame, wallMs);
    this.#drawText(picture, clock, clockLine);
    this.#drawBall(picture, wallMs);
    return picture;
  }

  #drawBars(): void {
    const width = this.#width;
    const height = this.#height;
    const half = width / 2;
    const [lumaEnd, uEnd] = [width * height, (width * height * 5) / 4];
    for (let x = 0; x < width; x += 1) {
      const [y, u, v] = bars[Math.floor((x * bars.length) / width)] ?? bars[0];
      this.#still[x] = y;
      this.#still[lumaEnd + (x >> 1)] = u;
      this.#still[uEnd + (x >> 1)] = v;
    }
    for (let row = 1; row < height; row += 1) this.#still.copyWithin(row * width, 0, width);
    for (let row = 1; row < height / 2; row += 1) {
      this.#still.copyWithin(lumaEnd + row * half, lumaEnd, lumaEnd + half);
      this.#still.copyWithin(uEnd + row * half, uEnd, uEnd + half);
    }
    // The strip is grey in colour, or cells beside each other would bleed at half resolution.
    const stripRows = Math.ceil((stripLayout.rows * height) / stripLayout.rowsInPicture / 2);
    this.#still.fill(grey, lumaEnd, lumaEnd + stripRows * half);
    this.#still.fill(grey, uEnd, uEnd + stripRows * half);
  }

  #drawStrip(picture: Uint8Array, frame: number, wallMs: number): void {
    for (const [row, cells] of stripCells({ frame, wallMs }).entries()) {
      const top = Math.round((row * this.#height) / stripLayout.rowsInPicture);
      const bottom = Math.round(((row + 1) * this.#height) / stripLayout.rowsInPicture);
      const line = top * this.#width;
      for (const [column, lit] of cells.entries()) {
        const left = Math.round((column * this.#width) / stripLayout.columns);
        const right = Math.round(((column + 1) * this.#width) / stripLayout.columns);
        picture.fill(lit ? white : black, line + left, line + right);
      }
      for (let y = top + 1; y < bottom; y += 1) picture.copyWithin(y * this.#width, line, line + this.#width);
    }
  }

  /** White on black, in the middle of its line. */
  #drawText(picture: Uint8Array, text: string, line: TextLine): void {
    const { dot, left, top, wide, high } = this.#textBox(text, line);
    fillBox(picture, this.#width, left, top, wide, high, black);
    eachDot(text, (x, y) => {
      fillBox(picture, this.#width, left + (x + 1) * dot, top + (y + 1) * dot, dot, dot, white);
    });
  }

  /** Takes the bars' colour away where a text will stand. */
  #fade(text: string, line: TextLine): void {
    const { left, top, wide, high } = this.#textBox(text, line);
    const area = this.#width * this.#height;
    for (const plane of [area, (area * 5) / 4]) {
      const chroma = this.#still.subarray(plane, plane + area / 4);
      const halves = [left, top, wide, high].map((side) => side >> 1);
      const [x = 0, y = 0, w = 0, h = 0] = halves;
      fillBox(chroma, this.#width / 2, x, y, w, h, grey);
    }
  }

  #textBox(text: string, { place, dotsInHeight }: TextLine) {
    const columns = text.length * (glyphWidth + 1) + 1;
    const dot = Math.max(
      1,
      Math.min(Math.round(this.#height / dotsInHeight), Math.floor(this.#width / columns)),
    );
    const wide = columns * dot;
    const high = (glyphHeight + 2) * dot;
    const left = Math.max(0, (this.#width - wide) >> 1) & ~1;
    const top = Math.floor(this.#height * place - high / 2) & ~1;
    return { dot, left, top, wide: Math.min(wide, this.#width - left), high };
  }

  #drawBall(picture: Uint8Array, wallMs: number): void {
    const width = this.#width;
    const height = this.#height;
    const radius = Math.floor(height / 18) * 2;
    const across = triangle(wallMs, ballCrossMs);
    const up = Math.abs(Math.sin((Math.PI * wallMs) / ballBounceMs));
    const centreX = radius + Math.floor((across * (width - 2 * radius)) / 2) * 2;
    const centreY = height - radius - 2 - Math.floor((up * (height / 2 - 2 * radius)) / 2) * 2;
    const planes = [
      { at: 0, wide: width, scale: 1, value: yellow[0] },
      { at: width * height, wide: width / 2, scale: 2, value: yellow[1] },
      { at: (width * height * 5) / 4, wide: width / 2, scale: 2, value: yellow[2] },
    ];
    for (const { at, wide, scale, value } of planes) {
      const [x, y, r] = [centreX / scale, centreY / scale, radius / scale];
      for (let dy = -r; dy < r; dy += 1) {
        const reach = Math.round(Math.sqrt(r * r - (dy + 0.5) * (dy + 0.5)));
        const line = at + (y + dy) * wide + x;
        picture.fill(value, line - reach, line + reach);
      }
    }
  }
}

function fillBox(
  plane: Uint8Array,
  stride: number,
  x: number,
  y: number,
  wide: number,
  high: number,
  value: number,
): void {
  for (let row = y; row < y + high; row += 1) plane.fill(value, row * stride + x, row * stride + x + wide);
}

/** 0 to 1 and back. */
function triangle(time: number, period: number): number {
  const phase = (time % (2 * period)) / period;
  return phase < 1 ? phase : 2 - phase;
}
