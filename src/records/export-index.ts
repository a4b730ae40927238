import type { DeviceEvent } from '../protocol/alarm.ts';
import type { Recording } from './recording.ts';

/** A time, wall time in ms: from (inclusive) to (exclusive). */
export interface ExportSpan {
  readonly from: number;
  readonly to: number;
}

/** One event, and where its picture and clip lie in the export. */
export interface ExportedEvent extends DeviceEvent {
  readonly snapshotFile?: string;
  readonly clipFile?: string;
}

/** What `index.json` holds. */
export interface ExportIndex extends ExportSpan {
  readonly exportedAt: number;
  readonly events: readonly ExportedEvent[];
  readonly recordings: readonly (Recording & { readonly file: string })[];
  readonly readings: readonly { readonly sensor: string; readonly file: string; readonly points: number }[];
}
