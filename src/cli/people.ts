import { randomUUID } from 'node:crypto';
import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { errorTable, VedetteError } from '../errors.ts';
import type { Grant, GrantLimits, Person } from '../protocol/access.ts';
import { durationMs } from '../protocol/duration.ts';
import {
  CodeResult,
  GrantResult,
  InviteResult,
  PeopleResult,
  Receipt,
  type Request,
  type RequestOf,
} from '../protocol/request.ts';
import { Scope } from '../protocol/scope.ts';
import { jsonOf, requireSocket } from './device-socket.ts';
import { print, printJson } from './output.ts';
import { qrCode } from './qr-code.ts';
import { timeOf, timeText } from './times.ts';

interface PeopleFlags {
  readonly action: 'list' | 'invite' | 'grant' | 'revoke';
  readonly who?: string | undefined;
  readonly profile?: string | undefined;
  readonly json: boolean;
  readonly may?: string | undefined;
  readonly beside: boolean;
  readonly until?: string | undefined;
  readonly uses?: number | undefined;
  readonly here: boolean;
  readonly watching: boolean;
  readonly elsewhere: boolean;
  readonly code: boolean;
  readonly passkey: boolean;
}

/** An invitation is to be opened by then, unless what it gives ends sooner. */
const openForMs = 24 * 3_600_000;

export const peopleCommand: CommandModule<object, PeopleFlags> = {
  command: 'people [action] [who]',
  describe: 'Who may do what at the device that runs here; invite, allow something else, or send away',
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['list', 'invite', 'grant', 'revoke'] as const,
        default: 'list' as const,
      })
      .positional('who', {
        type: 'string',
        describe: 'A name; to change what somebody may or to revoke, also an id (--json shows them)',
      })
      .option('profile', { type: 'string', requiresArg: true, describe: 'Of the device, where several run' })
      .option('may', {
        type: 'string',
        requiresArg: true,
        describe:
          'What they may do: view, listen, talk, unlock:<lock>, …; invited, else view and listen; granted, else what they may already',
      })
      .option('until', { type: 'string', requiresArg: true, describe: 'A time, or for how long: 2h' })
      .option('uses', { type: 'number', requiresArg: true, describe: 'So many unlocks' })
      .option('here', { type: 'boolean', default: false, describe: "Only in the device's own network" })
      .option('watching', {
        type: 'boolean',
        default: false,
        describe: 'Move things only while they see the live picture',
      })
      .option('elsewhere', {
        type: 'boolean',
        default: false,
        describe: 'A link that works from anywhere, over the broker of the profile',
      })
      .option('code', {
        type: 'boolean',
        default: false,
        describe: 'A code for the keypads of the profile in place of a link; printed this once',
      })
      .option('passkey', {
        type: 'boolean',
        default: false,
        describe: 'Revoke their passkey alone, so that they can add another',
      })
      .option('beside', {
        type: 'boolean',
        default: false,
        describe: 'Grant it beside what they may already',
      })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON, with ids' })
      .example('$0 people', 'everybody, and what they may do')
      .example('$0 people invite Courier --may view,unlock:mailbox --until 2h --uses 1', 'a link for one')
      .example('$0 people invite Courier --may unlock:mailbox --until 2h --uses 1 --code', 'a code for one')
      .example('$0 people grant Courier --until 2h --uses 3', 'the same as before, within other limits')
      .example('$0 people revoke Courier', 'at once, with what they have open')
      .example('$0 people revoke Anna --passkey', 'her passkey alone: she adds another on her page'),
  async handler(flags) {
    const socket = await requireSocket(flags.profile);
    const known = PeopleResult.parse(await ask(socket, { type: 'people' }));
    const { people, invitations, recovery } = known;
    if (flags.action === 'invite') return invite(socket, flags);
    if (flags.action === 'grant') return grant(socket, flags, people);
    if (flags.action === 'revoke') return revoke(socket, required(flags.who), flags.passkey, known);
    if (flags.json) return printJson(known);
    if (people.length === 0) print('nobody has paired yet: vedette pair');
    for (const person of people) for (const line of personLines(person)) print(line);
    for (const { name, scopes, expiresAt } of invitations)
      print(`${name} is invited until ${timeText(expiresAt)}: ${scopes.join(', ') || 'a further key'}`);
    if (people.length === 0) return;
    print(
      recovery
        ? `a recovery code, since ${timeText(recovery.since)}; another: vedette recovery`
        : 'no recovery code: vedette recovery makes one',
    );
  },
};

type Wish = { [T in Request['type']]: Omit<Extract<Request, { type: T }>, 'id'> }[Request['type']];

/** @throws VedetteError `cli/refused` and what calling the device throws */
async function ask(socket: string, wish: Wish): Promise<unknown> {
  const body = { id: randomUUID(), ...wish };
  const receipt = Receipt.parse(await jsonOf(socket, { method: 'POST', path: '/api/requests', body }));
  if (receipt.state === 'done') return receipt.result;
  const { code, reason } =
    receipt.state === 'refused' ? receipt : { code: 'cli/silent', reason: 'no answer' };
  const cure = code in errorTable ? errorTable[code as keyof typeof errorTable].cure : 'look into its log';
  throw new VedetteError('cli/refused', { code, message: reason, cure });
}

async function invite(socket: string, flags: PeopleFlags): Promise<void> {
  const now = Date.now();
  const limits = limitsOf(flags, now);
  if (flags.code) return inviteByCode(socket, flags, limits, now);
  const before = flags.elsewhere ? await elsewhereLink(socket) : await homeLink(socket);
  const made = InviteResult.parse(
    await ask(socket, {
      ...{ type: 'invite', name: required(flags.who), scopes: scopesOf(flags.may ?? 'view,listen'), limits },
      expiresAt: Math.min(limits.until ?? Number.POSITIVE_INFINITY, now + openForMs),
    }),
  );
  const link = `${before}${made.invitation.id}.${made.secret}`;
  if (flags.json) return printJson({ ...made, link });
  for (const line of ['', ...qrCode(link, process.stdout.isTTY), '', `  ${link}`, '']) print(line);
  print(`good once, until ${timeText(made.invitation.expiresAt)}`);
}

async function inviteByCode(
  socket: string,
  { who, may, json }: PeopleFlags,
  limits: GrantLimits,
  now: number,
): Promise<void> {
  const made = CodeResult.parse(
    await ask(socket, {
      ...{ type: 'invite', name: required(who), scopes: scopesOf(may ?? 'view,listen'), limits },
      // It holds as long as what it gives does.
      ...{ expiresAt: limits.until ?? now + openForMs, code: true },
    }),
  );
  if (json) return printJson(made);
  const { code, keypads } = made;
  for (const line of ['', `  ${code.slice(0, 4)} ${code.slice(4)}`, '']) print(line);
  print(`to be typed, with Enter or # after it, at ${keypads.map(({ title }) => title).join(', ')}`);
  print('it is shown this once, and kept nowhere');
}

/** What is not named does not limit. @throws VedetteError `cli/bad-flag` */
function limitsOf({ until, uses, here, watching }: PeopleFlags, now: number): GrantLimits {
  return {
    ...(until === undefined ? {} : { until: untilOf(until, now) }),
    ...(uses === undefined ? {} : { uses }),
    ...(here ? { thisNetwork: true } : {}),
    ...(watching ? { whileWatching: true } : {}),
  };
}

/** @throws VedetteError `cli/bad-flag` where it is not clear whose or which, `access/unknown`, `cli/refused` */
async function grant(socket: string, flags: PeopleFlags, people: readonly Person[]): Promise<void> {
  const who = required(flags.who);
  const alive = ({ grants }: Person) => grants.filter(({ revokedAt }) => revokedAt === undefined);
  const named = people.filter(
    (person) =>
      person.id === who ||
      person.name.toLowerCase() === who.toLowerCase() ||
      alive(person).some(({ id }) => id === who),
  );
  const [person] = named;
  if (!person) throw new VedetteError('access/unknown', { what: `person "${who}"` });
  const grants = alive(person);
  const several =
    named.length > 1 ? named : flags.beside || grants.some(({ id }) => id === who) ? [] : grants;
  if (several.length > 1)
    throw new VedetteError('cli/bad-flag', {
      ...{ flag: 'grant', allowed: `one of ${several.map(({ id }) => id).join(', ')}` },
    });
  const old = flags.beside ? undefined : (grants.find(({ id }) => id === who) ?? grants[0]);
  if (flags.may === undefined && !old)
    throw new VedetteError('cli/usage', {
      sentence: `what may ${person.name} do? --may`,
      command: 'people ',
    });
  const given = await ask(socket, {
    ...{ type: 'grant', person: person.id, limits: limitsOf(flags, Date.now()) },
    scopes: flags.may === undefined ? (old?.scopes ?? []) : scopesOf(flags.may),
    ...(old ? { instead: old.id } : {}),
  });
  const made = GrantResult.parse(given);
  if (flags.json) printJson(made);
  else print(`${person.name} may ${grantText(made.grant)}`);
}

/** What an invitation's id and secret are added to, at the device's own page. */
async function homeLink(socket: string): Promise<string> {
  const { page } = z.object({ page: z.string() }).parse(await jsonOf(socket, { path: '/api/pairing' }));
  return new URL('#join=', page).href;
}

/** The same at the page of `signaling.page`. @throws VedetteError `cli/bad-flag` where the profile has none */
async function elsewhereLink(socket: string): Promise<string> {
  const About = z.object({ inviteLink: z.string().optional() });
  const { inviteLink } = About.parse(await jsonOf(socket, { path: '/api/device' }));
  if (inviteLink === undefined)
    throw new VedetteError('cli/bad-flag', {
      ...{ flag: 'elsewhere', allowed: 'for a device whose profile has signaling.mqtt and signaling.page' },
    });
  return inviteLink;
}

async function revoke(
  socket: string,
  who: string,
  passkeyAlone: boolean,
  known: z.infer<typeof PeopleResult>,
): Promise<void> {
  const meant = passkeyAlone ? passkeysOf(who, known) : revocable(who, known);
  if (meant.length > 1) {
    const allowed = `one of ${meant.map(({ what, of }) => `${of} (${what})`).join(', ')}`;
    throw new VedetteError('cli/bad-flag', { flag: 'revoke', allowed });
  }
  if (!meant[0])
    throw new VedetteError('access/unknown', { what: `${passkeyAlone ? 'passkey of' : 'person'} "${who}"` });
  await ask(socket, { type: 'revoke', ...meant[0] });
  print(passkeyAlone ? `the passkey of ${who} is taken back` : `${who} may no more`);
}

type Revocation = Pick<RequestOf<'revoke'>, 'what' | 'of'>;

const isNamed =
  (who: string) =>
  ({ id, name }: { readonly id: string; readonly name: string }): boolean =>
    id === who || name.toLowerCase() === who.toLowerCase();

/** What goes by this name or id. */
function revocable(who: string, { people, invitations }: z.infer<typeof PeopleResult>): Revocation[] {
  const byId = (what: Revocation['what'], things: readonly { readonly id: string }[]): Revocation[] =>
    things.filter(({ id }) => id === who).map(({ id: of }) => ({ what, of }));
  return [
    ...people.filter(isNamed(who)).map(({ id: of }): Revocation => ({ what: 'person', of })),
    ...people.flatMap(({ keys, codes = [], passkeys = [], grants }) => [
      ...byId('key', keys),
      ...byId('code', codes),
      ...byId('passkey', passkeys),
      ...byId('grant', grants),
    ]),
    ...invitations.filter(isNamed(who)).map(({ id: of }): Revocation => ({ what: 'invitation', of })),
  ];
}

/** The passkeys of whoever goes by this name or id. */
const passkeysOf = (who: string, { people }: z.infer<typeof PeopleResult>): Revocation[] =>
  people
    .filter(isNamed(who))
    .flatMap(({ passkeys = [] }) => passkeys.map(({ id: of }): Revocation => ({ what: 'passkey', of })));

/** `Ada: everything; Chrome, Android since 2026-05-05 17:30:12` */
function personLines({ id, name, keys, codes = [], passkeys = [], grants }: Person): readonly string[] {
  return [
    `${name}  (${id})`,
    ...keys.map(({ label, addedAt }) => `  ${label}, since ${timeText(addedAt)}`),
    ...passkeys.map(
      ({ label, rpId, addedAt }) => `  a passkey on ${label} for ${rpId}, since ${timeText(addedAt)}`,
    ),
    ...codes.map(
      (code) =>
        `  a code for keypads, since ${timeText(code.createdAt)}${code.lost ? '; it is lost, give a new one' : ''}  (${code.id})`,
    ),
    ...grants.filter(({ revokedAt }) => revokedAt === undefined).map((grant) => `  may ${grantText(grant)}`),
  ];
}

function grantText({ scopes, limits, used }: Grant): string {
  const { from, until, windows, zone, uses, thisNetwork, whileWatching, whileDoorClosed } = limits;
  const parts = [
    scopes.join(', '),
    from === undefined ? undefined : `from ${timeText(from)}`,
    until === undefined ? undefined : `until ${timeText(until)}`,
    windows && `${windows.map((it) => `${it.days.join(', ')} ${it.from}–${it.to}`).join('; ')} (${zone})`,
    uses === undefined ? undefined : `${used} of ${uses} unlocks used`,
    thisNetwork ? 'in its network' : undefined,
    whileWatching ? 'while watching' : undefined,
    whileDoorClosed === undefined ? undefined : `while ${whileDoorClosed} is closed`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

function scopesOf(text: string): Scope[] {
  const scopes = z
    .array(Scope)
    .min(1)
    .safeParse(text.split(',').map((word) => word.trim()));
  if (scopes.success) return scopes.data;
  throw new VedetteError('cli/bad-flag', {
    flag: '--may',
    allowed: scopes.error.issues[0]?.message ?? 'scopes',
  });
}

function untilOf(text: string, now: number): number {
  const length = durationMs(text);
  return length === undefined ? timeOf('--until', text, now) : now + length;
}

/** @throws VedetteError `cli/usage` */
function required(who: string | undefined): string {
  if (who !== undefined) return who;
  throw new VedetteError('cli/usage', { sentence: 'who?', command: 'people ' });
}
