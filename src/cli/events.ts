import type { CommandModule } from 'yargs';
import type { DeviceEvent } from '../protocol/alarm.ts';
import { profileArgument } from './flags.ts';
import { print, printJson } from './output.ts';
import { openedRecords } from './records-of.ts';
import { timeOf, timeText } from './times.ts';

interface EventsFlags {
  readonly profile: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly type?: readonly DeviceEvent['type'][] | undefined;
  readonly severity?: readonly DeviceEvent['severity'][] | undefined;
  readonly limit: number;
  readonly json: boolean;
}

const types = ['alarm', 'ring', 'fault', 'message', 'device'] as const;
const severities = ['info', 'warning', 'critical'] as const;
const defaultLimit = 50;

export const eventsCommand: CommandModule<object, EventsFlags> = {
  command: 'events <profile>',
  describe: 'List what happened, newest first; the device may be running',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('from', { type: 'string', requiresArg: true, describe: 'Not before: a time, or how long ago' })
      .option('to', { type: 'string', requiresArg: true, describe: 'Before this time' })
      .option('type', { array: true, choices: types, describe: 'Only of this type; may be given again' })
      .option('severity', { array: true, choices: severities, describe: 'Only of this severity' })
      .option('limit', { type: 'number', default: defaultLimit, requiresArg: true, describe: 'So many' })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON, with all that is known' })
      .example('$0 events porch.yaml --from 24h', 'the last day')
      .example('$0 events porch.yaml --type ring --from 2026-05-01 --to 2026-05-08', 'who rang in a week')
      .example('$0 events porch.yaml --json | jq .[].title', 'for scripts'),
  async handler({ profile, from, to, type, severity, limit, json }) {
    const now = Date.now();
    const query = {
      limit: Math.max(1, Math.floor(limit) || defaultLimit),
      ...(from === undefined ? {} : { from: timeOf('--from', from, now) }),
      ...(to === undefined ? {} : { to: timeOf('--to', to, now) }),
      ...(type ? { types: type } : {}),
      ...(severity ? { severities: severity } : {}),
    };
    const records = await openedRecords(profile);
    try {
      const events = records.events(query);
      if (json) printJson(events);
      else if (events.length === 0) print('nothing happened');
      else for (const event of events) print(eventLine(event));
    } finally {
      records.close();
    }
  },
};

/** `2026-05-05 17:30:12  critical  alarm  Machine too hot  machine.temperature 81.5 °C  acknowledged by Ada` */
export function eventLine(event: DeviceEvent): string {
  const { time, severity, type, title, sensor, value, unit = '', detail, outcome, clearedAt } = event;
  const reading =
    value === undefined ? sensor : `${sensor ?? ''} ${value}${unit === '' ? '' : ` ${unit}`}`.trim();
  const more = [
    reading,
    detail,
    outcome,
    clearedAt === undefined ? undefined : `over ${timeText(clearedAt)}`,
    event.acknowledgedBy && `acknowledged by ${event.acknowledgedBy}`,
    event.clip,
  ];
  return [timeText(time), severity.padEnd(8), type.padEnd(7), title, ...more]
    .filter((part) => part !== undefined && part !== '')
    .join('  ');
}
