import { describe, expect, test } from 'vitest';
import { quality, readStats, type StatsRow } from '../../src/viewer/stats.ts';

const report = (change: Record<string, unknown> = {}): StatsRow[] => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
  {
    id: 'P',
    type: 'candidate-pair',
    localCandidateId: 'L',
    remoteCandidateId: 'R',
    currentRoundTripTime: 0.031,
  },
  { id: 'L', type: 'local-candidate', candidateType: 'host' },
  { id: 'R', type: 'remote-candidate', candidateType: 'srflx' },
  { id: 'C', type: 'codec', mimeType: 'video/H264' },
  {
    id: 'I',
    type: 'inbound-rtp',
    kind: 'video',
    trackIdentifier: 'track',
    codecId: 'C',
    bytesReceived: 1_000_000,
    packetsReceived: 1_000,
    packetsLost: 0,
    frameWidth: 1280,
    frameHeight: 720,
    framesPerSecond: 30,
    ...change,
  },
];

describe('stats', () => {
  test('they tell route, codec, size, bitrate, round trip and loss', () => {
    const { totals } = readStats(report(), undefined, 5_000);
    const { stats } = readStats(
      report({ bytesReceived: 1_250_000, packetsReceived: 1_198, packetsLost: 2 }),
      totals,
      6_000,
    );
    expect(stats).toMatchObject({ route: 'direct', roundTripMs: 31, bitrateBps: 2_000_000, loss: 0.01 });
    expect(stats.feeds.get('track')).toEqual({
      codec: 'H.264',
      width: 1280,
      height: 720,
      framesPerSecond: 30,
    });
  });

  test('one relayed end makes it relayed', () => {
    const rows = report().map((row) => (row.id === 'R' ? { ...row, candidateType: 'relay' } : row));
    expect(readStats(rows, undefined, 0).stats.route).toBe('relay');
  });

  test('Firefox marks its pair in its own way', () => {
    const rows = report()
      .filter(({ type }) => type !== 'transport')
      .map((row) => (row.id === 'P' ? { ...row, selected: true } : row));
    expect(readStats(rows, undefined, 0).stats.route).toBe('direct');
  });

  test('a new connection is not measured against the old one', () => {
    const { totals } = readStats(report(), undefined, 0);
    expect(readStats(report({ bytesReceived: 10 }), totals, 1_000).stats.bitrateBps).toBeUndefined();
  });

  test('three bars are good, one is bad, none is unknown', () => {
    const stats = readStats(report(), undefined, 0).stats;
    expect(quality(stats)).toBe(3);
    expect(quality({ ...stats, loss: 0.02 })).toBe(2);
    expect(quality({ ...stats, loss: 0.2 })).toBe(1);
    expect(quality({ ...stats, route: undefined })).toBe(0);
  });
});
