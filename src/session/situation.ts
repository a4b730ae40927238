import type { Scope } from '../protocol/scope.ts';
import type { Situation, SituationChange, SituationHost } from '../protocol/situation.ts';

/** A device that has feeds, and nothing beside them. */
export const nothingBeside: SituationHost = {
  situation: { sensors: [], alarms: [], rings: [], privacy: { on: false } },
  telemetry: {},
  onChange: () => () => undefined,
  obey: () => 'this device knows of no such thing',
  left: () => undefined,
};

/** What of a device's situation a viewer with these scopes is told: rings and privacy concern everybody who looks. */
export function situationFor(situation: Situation, scopes: readonly Scope[]): Situation {
  return scopes.includes('telemetry') ? situation : { ...situation, sensors: [], alarms: [] };
}

/** Whether a viewer with these scopes is told of a change. */
export function mayHear({ type }: SituationChange, scopes: readonly Scope[]): boolean {
  switch (type) {
    case 'sensor':
    case 'alarm':
      return scopes.includes('telemetry');
    case 'event':
      return scopes.includes('history');
    case 'ring':
    case 'privacy':
      return true;
  }
}
