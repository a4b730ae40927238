/** What rules know of a sensor. Times are monotonic; NaN where it never happened. */
export interface SensorNow {
  readonly state: 'waiting' | 'well' | 'fault';
  /** The last one, also while at fault. */
  readonly value: number;
  readonly at: number;
  readonly changedAt: number;
}

/** Before it says anything. */
export const sensorAtStart: SensorNow = {
  state: 'waiting',
  value: Number.NaN,
  at: Number.NaN,
  changedAt: Number.NaN,
};
