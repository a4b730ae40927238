import { expect, test } from 'vitest';
import { renderMetrics } from '../../src/http/prometheus.ts';

test('metrics come in the text format, labels and help escaped', async () => {
  const { text, type } = await renderMetrics([
    { name: 'vedette_viewers', help: 'Viewers\nnow \\ here.', type: 'gauge', samples: [{ value: 2 }] },
    {
      name: 'vedette_frames_total',
      help: 'Frames.',
      type: 'counter',
      samples: [
        { labels: { feed: 'a"b\\c\nd', codec: 'H264' }, value: 12 },
        { labels: { feed: 'door' }, value: 0.5 },
      ],
    },
  ]);
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toBe(
    [
      '# HELP vedette_viewers Viewers\\nnow \\\\ here.',
      '# TYPE vedette_viewers gauge',
      'vedette_viewers 2',
      '',
      '# HELP vedette_frames_total Frames.',
      '# TYPE vedette_frames_total counter',
      'vedette_frames_total{feed="a\\"b\\\\c\\nd",codec="H264"} 12',
      'vedette_frames_total{feed="door"} 0.5',
      '',
    ].join('\n'),
  );
});

test('what has no values is left out, and what is not a number is told as such', async () => {
  const { text } = await renderMetrics([
    { name: 'vedette_nothing', help: 'Nothing.', type: 'gauge', samples: [] },
    { name: 'vedette_age_seconds', help: 'Age.', type: 'gauge', samples: [{ value: Number.NaN }] },
  ]);
  expect(text).not.toContain('vedette_nothing');
  expect(text).toContain('vedette_age_seconds Nan');
});

test('one answer knows nothing of the one before', async () => {
  const metric = { name: 'vedette_seen_total', help: 'Seen.', type: 'counter' as const };
  for (const value of [3, 4]) {
    const { text } = await renderMetrics([{ ...metric, samples: [{ value }] }]);
    expect(text).toContain(`\nvedette_seen_total ${value}\n`);
  }
});
