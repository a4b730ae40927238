import { VedetteError } from '../errors.ts';
import type { LockStatus } from '../protocol/lock.ts';
import { covers, type Scope } from '../protocol/scope.ts';
import type { Confirmation } from '../protocol/second-step.ts';
import type { Situation, SituationChange, SituationHost } from '../protocol/situation.ts';

/** A device that has feeds, and nothing beside them. */
export const nothingBeside: SituationHost = {
  situation: { sensors: [], alarms: [], rings: [], locks: [], privacy: { on: false }, confirmations: [] },
  telemetry: {},
  onChange: () => () => undefined,
  obey: () => new VedetteError('session/look-only'),
  left: () => undefined,
};

/**
 * What of a device's situation a viewer with these scopes is told.
 * @param person whose session it is, where that is somebody with an id
 */
export function situationFor(
  situation: Situation,
  scopes: readonly Scope[],
  person: string | undefined,
): Situation {
  return {
    ...situation,
    ...(scopes.includes('telemetry') ? {} : { sensors: [], alarms: [] }),
    ...(concernsHouse(scopes) ? {} : { rings: [], privacy: { on: false } }),
    locks: situation.locks
      .filter(({ lock }) => seesLock(lock, scopes))
      .map((status) => lockFor(status, scopes, person)),
    confirmations: situation.confirmations.filter((asked) => mayConfirm(asked, scopes, person)),
  };
}

/** A change as a viewer with these scopes is told of it; undefined for what is not for them. */
export function changeFor(
  change: SituationChange,
  scopes: readonly Scope[],
  person: string | undefined,
): SituationChange | undefined {
  if (!mayHear(change, scopes, person)) return undefined;
  return change.type === 'lock' ? { ...change, status: lockFor(change.status, scopes, person) } : change;
}

function mayHear(change: SituationChange, scopes: readonly Scope[], person: string | undefined): boolean {
  switch (change.type) {
    case 'sensor':
    case 'alarm':
      return scopes.includes('telemetry');
    case 'event':
      return scopes.includes('history');
    case 'lock':
      return seesLock(change.status.lock, scopes);
    case 'confirm':
    case 'confirm-over':
      return mayConfirm(change.confirmation, scopes, person);
    case 'ring':
    case 'privacy':
      return concernsHouse(scopes);
    case 'trust':
      return true;
  }
}

/** Whoever may open it is told whom that would ask, beside themselves; to the others it is nobody's business. */
function lockFor(
  { confirmers, ...status }: LockStatus,
  scopes: readonly Scope[],
  person: string | undefined,
): LockStatus {
  if (confirmers === undefined || !covers(scopes, `unlock:${status.lock}`)) return status;
  return { ...status, confirmers: confirmers.filter((one) => one.person !== person) };
}

/** Whoever may open a lock is asked to confirm what somebody else asks of it. */
function mayConfirm(
  { lock, person: asker }: Confirmation,
  scopes: readonly Scope[],
  person: string | undefined,
): boolean {
  return person !== undefined && person !== asker && covers(scopes, `unlock:${lock}`);
}

/** Who rings, and that the camera is closed, concerns whoever looks or decides there; nobody who comes with a parcel. */
const concernsHouse = (scopes: readonly Scope[]): boolean =>
  scopes.includes('view') || scopes.includes('control');

/** Whoever looks sees how the locks stand, and whoever may open one sees how that one stands. */
function seesLock(lock: string, scopes: readonly Scope[]): boolean {
  return covers(scopes, 'view') || covers(scopes, `unlock:${lock}`);
}
