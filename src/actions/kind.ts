import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Speaker } from '../media/sound/speaker.ts';
import type { Release } from '../media/stream.ts';
import type { DeviceEvent } from '../protocol/alarm.ts';
import type { ActionBuses } from './buses.ts';
import type { Outbox } from './outbox.ts';
import type { Pictures } from './pictures.ts';
import type { RingOptions } from './ring-options.ts';
import type { PushPeople } from './web-push/people.ts';

/** Why an action is run: what happened, and at which point of it. */
export interface Occasion {
  readonly event: DeviceEvent;
  /** `escalate`: nobody has acknowledged it. `clear`: it is over. `fault`: a sensor cannot be believed. */
  readonly on: 'raise' | 'escalate' | 'clear' | 'fault';
}

/** A clip that is being written. */
export interface Recording {
  /** Goes on for so long from now, where it would have ended earlier. */
  extend(ms: number): void;
  /** Resolves with its name when it is whole and its event names it; undefined where nothing was recorded. */
  readonly clip: Promise<string | undefined>;
}

/** What a device hands to its actions; made by the agent. */
export interface DeviceParts {
  readonly device: { readonly name: string; readonly title: string };
  /** What people call a feed. */
  feedTitle(feed: string): string;
  /** The page of the device, at this feed: an address that people can open, with no secret in it. */
  link(feed?: string): string;
  /** Starts the picture, with or without its sound, for all who stand by, until it is released. */
  showFeed(feed: string, options: { readonly sound: boolean }): Release;
  /** Rings the pages of those who may answer. A ring that goes on already is the same one. */
  ring(feed: string, occasion: Occasion, options: RingOptions): void;
  /** Writes a clip that begins `beforeMs` before now, and names it in the event when it is whole. */
  record(
    feed: string,
    event: DeviceEvent,
    span: { readonly beforeMs: number; readonly afterMs: number },
  ): Recording;
  readonly pictures: Pictures;
  /** Where this feed's visitors are heard; undefined where it has no speaker. */
  speaker(feed: string): Speaker | undefined;
  readonly buses: ActionBuses;
  /** Whose browsers are told by Web Push. */
  readonly push: PushPeople;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What one action is opened with. */
export interface ActionParts extends DeviceParts {
  /** Its name in the profile. */
  readonly name: string;
  /** What must arrive, even after a restart, goes through here. */
  readonly outbox: Outbox;
  /** Tells that something failed after `run` had returned: it is recorded like a failure of `run`. */
  failed(error: VedetteError, event?: DeviceEvent): void;
}

/** Something the device does. One run at a time; the runs of one action come in order. */
export interface Action {
  /** Before the first run: opens what must be in a known state from the beginning. */
  start?(): Promise<void>;
  /**
   * Resolves when it is done, or safely on its way.
   * @param signal aborts when the device stops
   * @throws VedetteError what went wrong, for people
   */
  run(occasion: Occasion, signal: AbortSignal): Promise<void>;
  /** The alarm is over: whatever lasts as long as it does ends. */
  release?(event: DeviceEvent): Promise<void>;
  /** Somebody silenced the alarm: whatever makes noise ends. */
  silence?(event: DeviceEvent): Promise<void>;
  /** Gives back everything. Idempotent. */
  stop?(): Promise<void>;
}

/** What `vedette check` says of an action. */
export interface CheckNote {
  /** A sentence: who will see what, or what is there. */
  readonly text: string;
  /** It cannot work like this. */
  readonly problem?: VedetteError;
}

/** A kind of action: one file, and one row in `kinds.ts`. */
export interface ActionKind<Schema extends z.ZodObject> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind`. */
  readonly options: Schema;
  /** What people should know before it runs: who sees pictures, which program is missing. Opens nothing. */
  check?(options: z.output<Schema>): Promise<readonly CheckNote[]>;
  open(options: z.output<Schema>, parts: ActionParts): Action;
}
