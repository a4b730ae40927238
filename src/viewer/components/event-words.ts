import type { DeviceEvent } from '../../protocol/alarm.ts';
import { decimal, lengthOf, strings } from '../strings.ts';
import { icons } from './icons.ts';

/** An event's or alarm's value, as far as it has one: `84.2 °C`. That a bell's contact is 1 says nothing to people. */
export function eventValue({ value, unit = '' }: Pick<DeviceEvent, 'value' | 'unit'>): string | undefined {
  if (value === undefined || (unit === '' && (value === 0 || value === 1))) return undefined;
  return `${decimal(value, Number.isInteger(value) ? 0 : 1)} ${unit}`.trimEnd();
}

/** What became of it: how a ring ended, how long an alarm lasted, who took it. */
export function eventOutcome({
  type,
  outcome,
  time,
  clearedAt,
  acknowledgedBy,
  acknowledgedAt,
}: DeviceEvent): string {
  const parts = [
    outcome && strings[outcome],
    type !== 'alarm' || clearedAt === undefined ? undefined : strings.lasted(lengthOf(clearedAt - time)),
    type === 'alarm' && clearedAt === undefined ? strings.stillRaised : undefined,
    acknowledgedAt === undefined ? undefined : strings.gotItBy(acknowledgedBy ?? strings.someone),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** What the kind of an event looks like. */
export const eventIcons = {
  alarm: icons.alarm,
  ring: icons.bell,
  fault: icons.fault,
  message: icons.message,
  device: icons.note,
} as const;

export const typeWords = {
  alarm: strings.typeAlarm,
  ring: strings.typeRing,
  fault: strings.typeFault,
  message: strings.typeMessage,
  device: strings.typeDevice,
} as const;

export const severityWords = {
  critical: strings.severityCritical,
  warning: strings.severityWarning,
  info: strings.severityInfo,
} as const;
