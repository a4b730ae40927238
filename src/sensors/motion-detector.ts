/** A corner, in shares of the picture: 0, 0 is its upper left, 1, 1 its lower right. */
export type Corner = readonly [x: number, y: number];
/** Where to look: corners in order, the last joined to the first. */
export type Zone = readonly Corner[];

export interface MotionOptions {
  /** The whole picture, where there is none. */
  readonly zones: readonly Zone[];
  /** What is left out of them: a tree, a street, a clock that is written into the picture. */
  readonly ignore: readonly Zone[];
  /** 1 to 100: from a shout to a whisper. */
  readonly sensitivity: number;
}

/** Pixels of a cell a side: their mean has a quarter of the noise of one. */
const cellPixels = 4;
/** Levels of brightness that a cell must change by, for sensitivity 0 and for 100. */
const leastThreshold = 3;
const mostThreshold = 27;
/** If so much of the whole picture changes at once, a lamp was switched or the camera set itself anew: no motion. */
const illuminationShare = 0.6;
/** After that, it goes on for so many pictures: lamps flicker, exposure swings. */
const settlingPictures = 3;

/**
 * Tells how much of its zones moved from one small grey picture to the next, in shares of 1. Pure. A change of all
 * brightness at once is light, not motion: what all cells have in common is taken off, and a picture that is different
 * everywhere only becomes the new ground.
 */
export class MotionDetector {
  readonly #options: MotionOptions;
  readonly #threshold: number;
  #width = 0;
  #height = 0;
  #watched: Uint8Array = new Uint8Array(0);
  #watchedCells = 0;
  #before: Float32Array | undefined;
  #settling = 0;

  constructor(options: MotionOptions) {
    this.#options = options;
    this.#threshold = mostThreshold - ((mostThreshold - leastThreshold) * options.sensitivity) / 100;
  }

  /** The share of the zones that moved since the picture before; 0 for the first one. */
  take(pixels: Uint8Array, width: number, height: number): number {
    if (width !== this.#width || height !== this.#height) this.#resize(width, height);
    const cells = this.#cellsOf(pixels);
    const before = this.#before;
    this.#before = cells;
    if (!before || cells.length === 0) return 0;
    const changes = cells.map((cell, i) => cell - (before[i] ?? cell));
    const common = median(changes);
    let everywhere = 0;
    let inZones = 0;
    for (const [i, change] of changes.entries()) {
      if (Math.abs(change - common) < this.#threshold) continue;
      everywhere += 1;
      inZones += this.#watched[i] ?? 0;
    }
    if (everywhere > illuminationShare * cells.length) this.#settling = settlingPictures;
    else if (Math.abs(common) >= this.#threshold) this.#settling = settlingPictures;
    if (this.#settling > 0) {
      this.#settling -= 1;
      return 0;
    }
    return this.#watchedCells === 0 ? 0 : inZones / this.#watchedCells;
  }

  #resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#before = undefined;
    const columns = Math.floor(width / cellPixels);
    const rows = Math.floor(height / cellPixels);
    this.#watched = new Uint8Array(columns * rows);
    for (let i = 0; i < this.#watched.length; i++) {
      const x = ((i % columns) + 0.5) / columns;
      const y = (Math.floor(i / columns) + 0.5) / rows;
      this.#watched[i] = this.#watches(x, y) ? 1 : 0;
    }
    this.#watchedCells = this.#watched.reduce((sum, watched) => sum + watched, 0);
  }

  #watches(x: number, y: number): boolean {
    const { zones, ignore } = this.#options;
    const within = (zone: Zone) => contains(zone, x, y);
    return (zones.length === 0 || zones.some(within)) && !ignore.some(within);
  }

  /** The mean brightness of each cell, row by row. */
  #cellsOf(pixels: Uint8Array): Float32Array {
    const columns = Math.floor(this.#width / cellPixels);
    const cells = new Float32Array(this.#watched.length);
    for (let i = 0; i < cells.length; i++) {
      const corner = Math.floor(i / columns) * cellPixels * this.#width + (i % columns) * cellPixels;
      let sum = 0;
      for (let y = 0; y < cellPixels; y++) {
        const row = corner + y * this.#width;
        for (let x = 0; x < cellPixels; x++) sum += pixels[row + x] ?? 0;
      }
      cells[i] = sum / (cellPixels * cellPixels);
    }
    return cells;
  }
}

/** Whether a point lies in a zone: a ray from it crosses an odd number of sides. */
export function contains(zone: Zone, x: number, y: number): boolean {
  let inside = false;
  for (const [i, [x1, y1]] of zone.entries()) {
    const [x2, y2] = zone[(i + 1) % zone.length] ?? [x1, y1];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}

function median(values: Float32Array): number {
  const sorted = values.toSorted();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
