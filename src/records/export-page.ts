import type { ExportedEvent, ExportIndex } from './export-index.ts';

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1f24 }
  table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .4rem .6rem; vertical-align: top }
  tr { border-bottom: 1px solid #d6dae0 } img, video { max-width: 20rem; display: block }
  .critical { color: #b3261e; font-weight: 600 } .warning { color: #8a5a00 }
  @media (prefers-color-scheme: dark) { body { background: #14171a; color: #e6e8ea } tr { border-color: #33383e } }
`;

/** The page of an export: all of it in one table, without scripts, so that it opens in thirty years. */
export function exportPage({ from, to, exportedAt, events, recordings, readings }: ExportIndex): string {
  const others = recordings.filter(({ file }) => !events.some(({ clipFile }) => clipFile === file));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Records of ${time(from)} to ${time(to)}</title>
<style>${style}</style>
<h1>Records of ${time(from)} to ${time(to)}</h1>
<p>Exported ${time(exportedAt)}. <code>sha256sum -c SHA256SUMS</code> says whether it is unchanged;
<a href="index.json">index.json</a> holds the same for programs. Times are in UTC.</p>
<h2>${events.length} events</h2>
<table><tr><th>Time<th>Event<th>Picture and clip</tr>
${events.map(eventRow).join('\n')}
</table>
<h2>${others.length} other recordings</h2>
<table>
${others.map(({ file, feed, from: since, to: until }) => `<tr><td>${time(since)} to ${time(until)}<td>${escaped(feed)}<td>${link(file)}</tr>`).join('\n')}
</table>
<h2>Readings of ${readings.length} sensors</h2>
<ul>
${readings.map(({ sensor, file, points }) => `<li>${link(file)} ${escaped(sensor)}, ${points} rows`).join('\n')}
</ul>
</html>
`;
}

function eventRow(event: ExportedEvent): string {
  const { title, severity, type, sensor, value, unit = '', detail, snapshotFile, clipFile } = event;
  const reading = value === undefined ? undefined : `${sensor ?? ''} ${value} ${unit}`;
  const acknowledged = event.acknowledgedBy && `acknowledged by ${event.acknowledgedBy}`;
  const over = event.clearedAt === undefined ? undefined : `over ${time(event.clearedAt)}`;
  const words = [type, reading, detail, event.outcome, over, acknowledged].filter(
    (word) => word !== undefined,
  );
  const picture = snapshotFile
    ? `<a href="${escaped(snapshotFile)}"><img src="${escaped(snapshotFile)}" alt="" loading="lazy"></a>`
    : '';
  const clip = clipFile
    ? `<video src="${escaped(clipFile)}" controls preload="none"></video>${link(clipFile)}`
    : '';
  return `<tr><td>${time(event.time)}<td><b class="${severity}">${escaped(title)}</b><br>${escaped(words.join(' · '))}<td>${picture}${clip}</tr>`;
}

function link(file: string): string {
  return `<a href="${escaped(file)}">${escaped(file)}</a>`;
}

function time(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('T', ' ').slice(0, 19);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
