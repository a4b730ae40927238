/** What a connection is like, read from `getStats()` (W3C webrtc-stats). Pure. */

/** A row of the report, as far as we look into it. */
export type StatsRow = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

export interface FeedStats {
  readonly codec: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly framesPerSecond: number | undefined;
}

export interface ConnectionStats {
  /** Whether media goes through a TURN server. */
  readonly route: 'direct' | 'relay' | undefined;
  readonly roundTripMs: number | undefined;
  /** All that came in, over the time since the last reading. */
  readonly bitrateBps: number | undefined;
  /** Of the packets since the last reading, 0 to 1. */
  readonly loss: number | undefined;
  /** By the `id` of the received track. */
  readonly feeds: ReadonlyMap<string, FeedStats>;
}

/** Totals to take the next differences from. */
export interface StatsTotals {
  readonly atMs: number;
  readonly bytes: number;
  readonly packets: number;
  readonly lost: number;
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function readStats(
  report: Iterable<StatsRow>,
  before: StatsTotals | undefined,
  nowMs: number,
): { readonly stats: ConnectionStats; readonly totals: StatsTotals } {
  const rows = new Map(Array.from(report, (row) => [row.id, row]));
  const inbound = [...rows.values()].filter(({ type }) => type === 'inbound-rtp');
  const sum = (key: string): number => inbound.reduce((all, row) => all + (number(row[key]) ?? 0), 0);
  const totals: StatsTotals = {
    atMs: nowMs,
    bytes: sum('bytesReceived'),
    packets: sum('packetsReceived'),
    lost: sum('packetsLost'),
  };
  const pair = selectedPair(rows);
  const roundTrip = number(pair?.currentRoundTripTime);
  return {
    totals,
    stats: {
      route: routeOf(rows, pair),
      roundTripMs: roundTrip === undefined ? undefined : roundTrip * 1000,
      ...since(before, totals),
      feeds: new Map(
        inbound
          .filter(({ kind }) => kind === 'video')
          .map((row) => [text(row.trackIdentifier) ?? '', feedStats(rows, row)]),
      ),
    },
  };
}

function since(
  before: StatsTotals | undefined,
  now: StatsTotals,
): Pick<ConnectionStats, 'bitrateBps' | 'loss'> {
  // Totals that shrank are those of another connection.
  if (!before || now.atMs <= before.atMs || now.bytes < before.bytes) {
    return { bitrateBps: undefined, loss: undefined };
  }
  const lost = Math.max(0, now.lost - before.lost); // duplicates make it fall (RFC 3550, 6.4.1)
  const expected = now.packets - before.packets + lost;
  return {
    bitrateBps: ((now.bytes - before.bytes) * 8000) / (now.atMs - before.atMs),
    loss: expected > 0 ? lost / expected : undefined,
  };
}

function selectedPair(rows: ReadonlyMap<string, StatsRow>): StatsRow | undefined {
  for (const row of rows.values()) {
    const id = row.type === 'transport' ? text(row.selectedCandidatePairId) : undefined;
    if (id !== undefined) return rows.get(id);
  }
  // Firefox marks the pair itself.
  return [...rows.values()].find((row) => row.type === 'candidate-pair' && row.selected === true);
}

function routeOf(
  rows: ReadonlyMap<string, StatsRow>,
  pair: StatsRow | undefined,
): 'direct' | 'relay' | undefined {
  if (!pair) return undefined;
  const ends = [pair.localCandidateId, pair.remoteCandidateId].map((id) => rows.get(text(id) ?? ''));
  return ends.some((end) => end?.candidateType === 'relay') ? 'relay' : 'direct';
}

function feedStats(rows: ReadonlyMap<string, StatsRow>, row: StatsRow): FeedStats {
  const mimeType = text(rows.get(text(row.codecId) ?? '')?.mimeType);
  return {
    codec: mimeType === undefined ? undefined : codecName(mimeType),
    width: number(row.frameWidth),
    height: number(row.frameHeight),
    framesPerSecond: number(row.framesPerSecond),
  };
}

/** `video/H264` as people write it. */
export function codecName(mimeType: string): string {
  const subtype = mimeType.split('/', 2)[1] ?? mimeType;
  return subtype.toUpperCase() === 'H264' ? 'H.264' : subtype;
}

/** Good (3), usable (2) or bad (1): at 1 % loss a picture begins to break up, at 5 % speech does; 0 without figures. */
export function quality({ route, loss = 0, roundTripMs = 0 }: ConnectionStats): 0 | 1 | 2 | 3 {
  if (route === undefined) return 0;
  if (loss < 0.01 && roundTripMs < 200) return 3; // ITU-T G.114: up to 150 ms one way nobody notices
  return loss < 0.05 && roundTripMs < 500 ? 2 : 1;
}
