import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import type { TrailKeys } from '../access/trust/trail-keys.ts';
import type { NotedEntry } from '../access/trust/verify-trail.ts';
import { VedetteError } from '../errors.ts';
import { AuditEntry } from '../protocol/access.ts';
import { badLine } from './audit-bad-line.ts';
import { auditRecoverCommand } from './audit-recover.ts';
import { trustOf } from './audit-trust.ts';
import { profileArgument } from './flags.ts';
import { print, printJson } from './output.ts';
import { timeOf, timeText } from './times.ts';

interface ListFlags {
  readonly profile: string;
  readonly person?: string | undefined;
  readonly type?: AuditEntry['type'] | undefined;
  readonly lock?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
  readonly json: boolean;
}

interface VerifyFlags {
  readonly profile: string;
  readonly noted?: string | undefined;
  readonly key?: string | undefined;
  readonly json: boolean;
}

const defaultLimit = 50;
const time = { type: 'string', requiresArg: true } as const;

const listCommand: CommandModule<object, ListFlags> = {
  command: '$0 <profile>',
  describe: 'Who did what, the newest last; the device may be running',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('person', { type: 'string', requiresArg: true, describe: 'Of one person: a name or an id' })
      .option('type', { choices: AuditEntry.shape.type.options, describe: 'Only of this type' })
      .option('lock', { type: 'string', requiresArg: true, describe: 'Of one lock' })
      .option('from', { ...time, describe: 'Not before: a time, or how long ago' })
      .option('until', { ...time, describe: 'Before this time' })
      .option('limit', { type: 'number', default: defaultLimit, requiresArg: true, describe: 'So many' })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON, with all that is known' })
      .example('$0 audit porch.yaml --lock mailbox --from 7d', 'who opened the mailbox this week')
      .example('$0 audit porch.yaml --person Ada --limit 1000', 'what Ada did')
      .example('$0 audit porch.yaml --json | jq .[].title', 'for scripts'),
  async handler({ profile, person, type, lock, from, until, limit, json }) {
    const now = Date.now();
    const { TrailReader } = await import('../access/trust/trail-reader.ts');
    const reader = new TrailReader((await trustOf(profile)).path);
    try {
      const entries = reader.newest({
        limit: Math.max(1, Math.floor(limit) || defaultLimit),
        ...(person === undefined ? {} : { person }),
        ...(type === undefined ? {} : { type }),
        ...(lock === undefined ? {} : { lock }),
        ...(from === undefined ? {} : { from: timeOf('--from', from, now) }),
        ...(until === undefined ? {} : { until: timeOf('--until', until, now) }),
      });
      if (json) printArray(entries);
      else for (const entry of entries) print(entryLine(entry));
    } finally {
      reader.close();
    }
  },
};

const verifyCommand: CommandModule<object, VerifyFlags> = {
  command: 'verify <profile>',
  describe: 'Follow the whole trail, and name the first entry that is not as the device wrote it',
  builder: (yargs) =>
    yargs
      .positional('profile', profileArgument)
      .option('noted', {
        type: 'string',
        requiresArg: true,
        describe: 'An entry that an earlier verify named, as 1204:<hash>; it has to be in the trail',
      })
      .option('key', {
        type: 'string',
        requiresArg: true,
        describe: "The device's public key, where its identity is not on this machine",
      })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON, for scripts' })
      .example('$0 audit verify porch.yaml', 'exit code 1 where an entry is bad'),
  async handler({ profile, noted, key, json }) {
    const { verifyTrail } = await import('../access/trust/verify-trail.ts');
    const { TrailReader } = await import('../access/trust/trail-reader.ts');
    const trust = await trustOf(profile);
    // Says what is wrong where it cannot be opened.
    new TrailReader(trust.path).close();
    const keys = key === undefined ? await trust.identity() : await keysTo(key, trust.folder);
    const report = await verifyTrail(trust.path, keys, noted === undefined ? undefined : notedEntry(noted));
    const { bad, entries, signed, newest } = report;
    if (json) printJson(report);
    if (bad) throw new VedetteError('trust/broken-trail', { count: entries, problem: badLine(bad) });
    if (json) return;
    print(
      `entries that hold: ${entries}${newest ? `, to ${timeText(newest.time)}; signed to ${signed}` : ''}`,
    );
    if (newest) print(`note down elsewhere: ${newest.seq}:${newest.hash}`);
  },
};

export const auditCommand: CommandModule = {
  command: 'audit',
  describe: 'Show who did what, and verify that it is what was written',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(verifyCommand)
      .command(auditRecoverCommand)
      .example('$0 audit porch.yaml --from 24h', 'the last day')
      .example('$0 audit verify porch.yaml', 'is it still what was written?'),
  handler() {
    // One of the commands within is.
  },
};

/** `   12  2026-05-05 17:30:12  lock           Mailbox opened for Ada` */
function entryLine({ seq, time, type, title, detail = {} }: AuditEntry): string {
  const more = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return [String(seq).padStart(6), timeText(time), type.padEnd(13), title, ...more].join('  ');
}

/** One array, an entry a line, however many there are. */
function printArray(entries: Iterable<AuditEntry>): void {
  let before = '[';
  for (const entry of entries) {
    print(`${before}${JSON.stringify(entry)}`);
    before = ' ,';
  }
  print(before === '[' ? '[]' : ']');
}

/** A key that is not on this machine, with the chain that leads to it, where that lies beside the trail. */
async function keysTo(publicKey: string, folder: string): Promise<TrailKeys> {
  const { readSuccession, successionName } = await import('../access/device-identity.ts');
  const succession = await readSuccession(join(folder, 'identity', successionName));
  return succession.at(-1)?.to === publicKey ? { publicKey, succession } : { publicKey };
}

/** @throws VedetteError `cli/bad-flag` */
function notedEntry(text: string): NotedEntry {
  const [, seq, hash] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new VedetteError('cli/bad-flag', { flag: '--noted', allowed: 'what verify said: 1204:<hash>' });
  return { seq: Number(seq), hash };
}
