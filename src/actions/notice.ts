import type { DeviceEvent } from '../protocol/alarm.ts';
import type { Occasion } from './kind.ts';

/** What people read on a phone. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** Puts an occasion into words: what, where, how much, when. */
export function noticeOf(
  { event, on }: Occasion,
  device: { readonly title: string },
  feedTitle: (feed: string) => string,
): Notice {
  const parts = [
    event.feed === undefined ? undefined : feedTitle(event.feed),
    measured(event),
    event.detail,
    timeOf(event.time),
  ];
  return {
    title: `${device.title}: ${event.title}${suffixes[on]}`,
    body: parts.filter((part) => part !== undefined).join(' · '),
  };
}

const suffixes: Readonly<Record<Occasion['on'], string>> = {
  raise: '',
  escalate: ' – nobody has acknowledged it',
  clear: ' – over',
  fault: ' – sensor fault',
};

/** `machine.temperature 84.2 °C` */
function measured({ sensor, value, unit }: DeviceEvent): string | undefined {
  if (sensor === undefined || value === undefined) return sensor;
  const rounded = Number(value.toPrecision(4));
  return `${sensor} ${rounded}${unit ? ` ${unit}` : ''}`;
}

/** In the device's zone, with its name: the phone may be elsewhere. */
function timeOf(wallMs: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(wallMs);
}
