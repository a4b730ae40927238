import type { DeviceEvent } from '../protocol/alarm.ts';

/** Of the picture's width, what a line's letters are high; and at the least, in pixels. */
const heightShare = 0.028;
const leastHeight = 14;

/** What is written onto an event's picture: its time in the device's zone, and the reading that caused it. */
export function inscriptionOf(event: DeviceEvent, what: 'time' | 'reading'): string {
  const time = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(
    event.time,
  );
  const { value, unit = '', sensor } = event;
  if (what === 'time' || value === undefined) return time;
  const reading = `${Math.round(value * 100) / 100}${unit === '' ? '' : ` ${unit}`}`;
  return [time, sensor, reading].filter((part) => part !== undefined).join('  ');
}

/** Writes one line into the lower left corner of a JPEG, white on black. @throws where it is no picture. */
export async function inscribe(jpeg: Uint8Array, line: string): Promise<Uint8Array> {
  // Loaded where a profile asks for it.
  const { default: sharp } = await import('sharp');
  const picture = sharp(jpeg);
  const { width, height } = await picture.metadata();
  const size = Math.max(leastHeight, Math.round(width * heightShare));
  const text = await sharp({
    text: {
      text: `<span foreground="white">${escaped(line)}</span>`,
      rgba: true,
      font: 'monospace',
      height: size,
    },
  })
    .extend({ top: 4, bottom: 4, left: 6, right: 6, background: '#00000000' })
    .flatten({ background: '#000000' })
    .png()
    .toBuffer({ resolveWithObject: true });
  const fits = text.info.width <= width && text.info.height <= height;
  if (!fits) return jpeg;
  return picture
    .composite([{ input: text.data, left: 0, top: height - text.info.height }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Pango reads the line as markup. */
function escaped(line: string): string {
  return line.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '');
}
