import type { VedetteError } from '../errors.ts';
import type { DeviceMessage, ViewerMessage } from './events.ts';

type StateMessage = Extract<DeviceMessage, { type: 'state' }>;

/** What is the case with a device beside its feeds. */
export type Situation = Pick<
  StateMessage,
  'sensors' | 'alarms' | 'rings' | 'locks' | 'privacy' | 'confirmations' | 'trust'
>;

/** Something about the situation changed. */
export type SituationChange = Extract<
  DeviceMessage,
  { type: 'sensor' | 'alarm' | 'ring' | 'lock' | 'event' | 'privacy' | 'confirm' | 'confirm-over' | 'trust' }
>;

/** What a viewer may ask for that is about the device, not about its own session. */
export type SituationRequest = Extract<
  ViewerMessage,
  {
    type:
      | 'acknowledge'
      | 'silence'
      | 'shelve'
      | 'answer'
      | 'decline'
      | 'reply'
      | 'hang-up'
      | 'privacy'
      | 'simulate';
  }
>;

/** Who asks. */
export interface Asker {
  readonly session: string;
  /** As the viewer calls itself; absent where it did not say. */
  readonly name?: string;
}

/** The device as sessions know it beside its feeds: handed in by the agent. */
export interface SituationHost {
  readonly situation: Situation;
  /** The newest value of every sensor that is well, for the `telemetry` channel. */
  readonly telemetry: Readonly<Record<string, number>>;
  /** Calls `listener` with each change, in order, until the returned function is called. */
  onChange(listener: (change: SituationChange) => void): () => void;
  /** Does what a viewer asks; gives the reason where it is refused. */
  obey(request: SituationRequest, by: Asker): VedetteError | undefined;
  /** The session is over: a call that it had ends. */
  left(session: string): void;
}
