import type { Metric } from './http/prometheus.ts';
import type { SessionFeed } from './session/feed.ts';
import type { Sessions } from './session/sessions.ts';
import type { DropCounts } from './transport/wire/demultiplexer.ts';

/** What `/metrics` tells of a running device. */
export function deviceMetrics(
  sessions: Sessions,
  feeds: readonly SessionFeed[],
  drops: Readonly<DropCounts>,
): readonly Metric[] {
  return [
    {
      name: 'vedette_viewers',
      help: 'Sessions that media flows to.',
      type: 'gauge',
      samples: [{ value: sessions.watching }],
    },
    {
      name: 'vedette_standby_sessions',
      help: 'Sessions that are connected and wait.',
      type: 'gauge',
      samples: [{ value: sessions.standby }],
    },
    {
      name: 'vedette_camera_live',
      help: '1 while the camera gives pictures.',
      type: 'gauge',
      samples: feeds.map(({ name, camera }) => ({
        labels: { feed: name },
        value: camera.state === 'live' ? 1 : 0,
      })),
    },
    {
      name: 'vedette_dropped_datagrams_total',
      help: "Datagrams on the media ports that were nobody's, by why; they were not answered.",
      type: 'counter',
      samples: Object.entries(drops).map(([reason, value]) => ({ labels: { reason }, value })),
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of the process.',
      type: 'gauge',
      samples: [{ value: process.memoryUsage.rss() }],
    },
  ];
}
