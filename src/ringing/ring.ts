/**
 * One ring, from the press to the last word on it.
 *
 * ```
 *  ringing ──answer, reply──▶ answered ──hang-up, left, reply played──▶ over
 *     │                          ▲
 *     ├──all declined──▶ declined ┼──▶ message ──▶ over      (without a message: over at once)
 *     └──nobody came────▶ missed ─┘ answer, reply
 * ```
 *
 * Who declines silences it for that page. The others go on ringing, as family members expect of each other's phones;
 * when everybody who is there has declined, the visitor need not wait any longer. Where time runs out after somebody
 * declined, the ring was declined, not missed: somebody saw it.
 */

import type { MonotonicMs, WallMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { RingStatus } from '../protocol/alarm.ts';
import type { Asker } from '../protocol/situation.ts';

/** A visitor who presses again while being talked to is impatient; after so long in a call, somebody forgot to hang up. */
export const forgottenCallMs = 60_000;
/** A reply is a sentence; one whose end is not heard of is over by then. */
export const longestReplyMs = 60_000;

/** What a press begins. */
export interface RingPress {
  /** Id of its event. */
  readonly ring: string;
  readonly feed: string;
  /** What people read. */
  readonly title: string;
  readonly since: WallMs;
  /** Nobody came: over after this time. */
  readonly answerMs: number;
  /** How long a visitor may speak when nobody came; 0: not at all. */
  readonly messageMs: number;
  readonly replies: RingStatus['replies'];
}

export interface Ring extends RingPress {
  readonly state: RingStatus['state'];
  /** When it came to be in this state. */
  readonly stateMs: MonotonicMs;
  /** Who answered. */
  readonly caller?: Asker;
  /** A ready reply is being played. */
  readonly replying: boolean;
  readonly declined: readonly Asker[];
}

/** `present`: sessions that may answer and are there. */
export type RingInput =
  | { readonly type: 'answer'; readonly by: Asker }
  | { readonly type: 'reply'; readonly reply: string; readonly by: Asker }
  | { readonly type: 'decline'; readonly by: Asker; readonly present: readonly string[] }
  | { readonly type: 'hang-up'; readonly by: Asker }
  /** A session ended. */
  | { readonly type: 'left'; readonly session: string; readonly present: readonly string[] }
  /** The reply was heard. */
  | { readonly type: 'played' }
  /** The visitor pressed anew, and that is another ring. */
  | { readonly type: 'replaced' }
  | { readonly type: 'tick' };

export interface RingStep {
  readonly ring: Ring;
  /** A ready reply to be played at the door. */
  readonly play?: string;
  /** Why what was asked for is not done. */
  readonly refused?: VedetteError;
}

export function beginRing(press: RingPress, now: MonotonicMs): Ring {
  return { ...press, state: 'ringing', stateMs: now, replying: false, declined: [] };
}

/** The ring after `input`. Pure. */
export function stepRing(ring: Ring, input: RingInput, now: MonotonicMs): RingStep {
  switch (input.type) {
    case 'answer':
      return take(ring, input.by, now);
    case 'reply':
      return reply(ring, input.reply, input.by, now);
    case 'decline':
      return decline(ring, input.by, input.present, now);
    case 'hang-up':
      if (ring.state !== 'answered') return { ring, refused: new VedetteError('ring/no-call') };
      return isCaller(ring, input.by.session)
        ? { ring: become(ring, 'over', now) }
        : { ring, refused: taken(ring) };
    case 'left':
      if (ring.state === 'answered' && isCaller(ring, input.session) && !ring.replying)
        return { ring: become(ring, 'over', now) };
      return { ring: declinedByAll(ring, input.present, now) };
    case 'played':
      return { ring: ring.replying ? become(ring, 'over', now) : ring };
    case 'replaced':
      return { ring: ring.state === 'over' ? ring : become(ring, 'over', now) };
    case 'tick':
      return { ring: (dueMs(ring) ?? Number.POSITIVE_INFINITY) <= now ? goOn(ring, now) : ring };
  }
}

/** When {@link stepRing} wants its next tick; undefined where nothing is due by time alone. */
export function dueMs({ state, stateMs, answerMs, messageMs, replying }: Ring): number | undefined {
  switch (state) {
    case 'ringing':
      return stateMs + answerMs;
    case 'declined':
    case 'missed':
      return stateMs;
    case 'message':
      return stateMs + messageMs;
    case 'answered':
      return replying ? stateMs + longestReplyMs : undefined;
    case 'over':
      return undefined;
  }
}

/** Whether a press now is this ring's and no other: it rings, or somebody has just come. */
export function isSameRing({ state, stateMs }: Ring, now: MonotonicMs): boolean {
  return state === 'ringing' || (state === 'answered' && now - stateMs < forgottenCallMs);
}

/** As pages know it. */
export function statusOf(ring: Ring): RingStatus {
  const { feed, title, since, state, caller, replying, replies } = ring;
  const who = caller ?? ring.declined.at(-1);
  return {
    ring: ring.ring,
    feed,
    title,
    since,
    state,
    ...(who?.name === undefined ? {} : { by: who.name }),
    ...(caller ? { session: caller.session } : {}),
    replying,
    replies,
  };
}

function take(ring: Ring, by: Asker, now: MonotonicMs): RingStep {
  switch (ring.state) {
    case 'ringing':
    case 'message':
      return { ring: { ...become(ring, 'answered', now), caller: by } };
    case 'answered':
      return isCaller(ring, by.session) ? { ring } : { ring, refused: taken(ring) };
    case 'declined':
    case 'missed':
    case 'over':
      return { ring, refused: over() };
  }
}

function reply(ring: Ring, name: string, by: Asker, now: MonotonicMs): RingStep {
  if (!ring.replies.some((known) => known.reply === name))
    return { ring, refused: new VedetteError('ring/no-reply') };
  if (ring.replying) return { ring, refused: new VedetteError('ring/replying') };
  const step = take(ring, by, now);
  return step.refused === undefined
    ? { ring: { ...step.ring, replying: true, stateMs: now }, play: name }
    : step;
}

function decline(ring: Ring, by: Asker, present: readonly string[], now: MonotonicMs): RingStep {
  if (ring.state !== 'ringing') return { ring, refused: ring.state === 'answered' ? taken(ring) : over() };
  const others = ring.declined.filter(({ session }) => session !== by.session);
  return { ring: declinedByAll({ ...ring, declined: [...others, by] }, [...present, by.session], now) };
}

function declinedByAll(ring: Ring, present: readonly string[], now: MonotonicMs): Ring {
  if (ring.state !== 'ringing' || present.length === 0) return ring;
  const all = present.every((session) => ring.declined.some((by) => by.session === session));
  return all ? become(ring, 'declined', now) : ring;
}

/** Its time is up. */
function goOn(ring: Ring, now: MonotonicMs): Ring {
  switch (ring.state) {
    case 'ringing':
      return become(ring, ring.declined.length > 0 ? 'declined' : 'missed', now);
    case 'declined':
    case 'missed':
      return become(ring, ring.messageMs > 0 ? 'message' : 'over', now);
    case 'message':
    case 'answered':
    case 'over':
      return become(ring, 'over', now);
  }
}

function become(ring: Ring, state: Ring['state'], now: MonotonicMs): Ring {
  return { ...ring, state, stateMs: now, replying: false };
}

function isCaller({ caller }: Ring, session: string): boolean {
  return caller?.session === session;
}

function over(): VedetteError {
  return new VedetteError('ring/over');
}

function taken({ caller }: Ring): VedetteError {
  return new VedetteError('ring/taken', { by: caller?.name ?? 'somebody else' });
}
