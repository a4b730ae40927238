import { z } from 'zod';
import type { WallMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import { DeviceEvent } from '../protocol/alarm.ts';
import { durationBetween } from '../protocol/duration.ts';
import type { PushMessage } from '../protocol/push.ts';
import { httpAddress, secretText } from '../protocol/secret.ts';
import type { Attempt } from './delivery.ts';
import type { Action, ActionKind, ActionParts, CheckNote, Occasion } from './kind.ts';
import type { Lane } from './lane.ts';
import { noticeOf } from './notice.ts';
import { priorityOf, sendNtfy, tagsOf } from './ntfy.ts';

/** A picture that takes longer comes too late: the words go alone. */
const pictureMs = 4_000;
/** Nobody stands at the door any longer. */
const ringExpiresMs = 120_000;

export const NotifyOptions = z
  .strictObject({
    to: z.enum(['ntfy', 'webpush']).describe('ntfy: a topic; webpush: the browsers that asked for it'),
    url: httpAddress
      .optional()
      .describe(
        'ntfy: the address of the topic, https://ntfy.sh/<topic>; a secret, who knows it can read it',
      ),
    token: secretText.optional().describe('ntfy: access token, where the topic is protected'),
    picture: z
      .boolean()
      .default(false)
      .describe(
        'Attach the picture of the event; with ntfy its server sees it, with webpush only the browser',
      ),
    people: z
      .array(z.string().min(1).max(40))
      .min(1)
      .optional()
      .describe('webpush: only these; all by default'),
    expires: durationBetween('10s', '7d').prefault('1h').describe('After this time nobody wants it any more'),
  })
  .refine(({ to, url }) => to !== 'ntfy' || url !== undefined, { path: ['url'], error: 'ntfy needs a `url`' })
  .refine(({ to, url }) => to !== 'webpush' || url === undefined, {
    path: ['url'],
    error: 'only for ntfy: browsers bring their own addresses',
  });
type NotifyOptions = z.output<typeof NotifyOptions>;

/** Tells people, on their phones. */
export const notifyAction: ActionKind<typeof NotifyOptions> = {
  kind: 'notify',
  options: NotifyOptions,
  check: async (options) => notes(options),
  open: (options, parts) =>
    options.to === 'ntfy' ? new NtfyAction(options, parts) : new WebPushAction(options, parts),
};

/** As it waits on disk; its picture waits with the event. */
const Kept = z.strictObject({ event: DeviceEvent, on: z.enum(['raise', 'escalate', 'clear', 'fault']) });

class NtfyAction implements Action {
  readonly #options: NotifyOptions;
  readonly #parts: ActionParts;
  /** Pictures that are being taken, by event. */
  readonly #taking = new Map<string, Promise<void>>();
  #lane: Lane<Occasion> | undefined;

  constructor(options: NotifyOptions, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#lane = this.#parts.outbox.open<Occasion>({
      target: this.#parts.name,
      payload: Kept,
      expiresAfterMs: this.#options.expires,
      send: (occasion, { leftMs }, signal) => this.#send(occasion, leftMs, signal),
      lost: ({ event }, error) => this.#parts.failed(error, event),
    });
  }

  async run(occasion: Occasion): Promise<void> {
    const { event, on } = occasion;
    if (this.#options.picture && event.feed !== undefined) {
      const taking = this.#takePicture(occasion).finally(() => {
        if (this.#taking.get(event.id) === taking) this.#taking.delete(event.id);
      });
      this.#taking.set(event.id, taking);
    }
    // Kept before its picture is there: what happens is told, with or without one, whatever comes in between.
    await this.#lane?.add({ event, on });
  }

  async #send(occasion: Occasion, leftMs: number, signal: AbortSignal): Promise<Attempt> {
    const { url, token, picture, expires } = this.#options;
    const { device, feedTitle, link, pictures } = this.#parts;
    const { event } = occasion;
    if (!url) return { result: 'refused', reason: 'it has no address' };
    if (event.type === 'ring' && expires - leftMs > ringExpiresMs) {
      return { result: 'refused', reason: 'the visitor is gone' };
    }
    await unlessAborted(this.#taking.get(event.id), signal);
    if (signal.aborted) return { result: 'later', reason: 'the device stops' };
    const jpeg = picture ? await pictures.kept(event.id) : undefined;
    return sendNtfy(
      url,
      {
        ...noticeOf(occasion, device, feedTitle),
        priority: priorityOf(occasion),
        tags: tagsOf(occasion),
        click: link(event.feed),
        ...(jpeg ? { picture: jpeg } : {}),
      },
      token ? `Bearer ${token.reveal()}` : undefined,
      signal,
    );
  }

  /** Waits for the picture, but not long. */
  async #takePicture({ event }: Occasion): Promise<void> {
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pictureMs);
    const taken = this.#parts.pictures.of(event).then(
      () => {},
      (error: unknown) => {
        if (error instanceof VedetteError) this.#parts.failed(error, event);
      },
    );
    await Promise.race([taken, tooLong]);
    clearTimeout(timer);
  }
}

/** Waits for `work`, or until the device stops. */
async function unlessAborted(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (!work || signal.aborted) return;
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener('abort', stop);
  await Promise.race([work, stopped]);
  signal.removeEventListener('abort', stop);
}

class WebPushAction implements Action {
  readonly #options: NotifyOptions;
  readonly #parts: ActionParts;

  constructor(options: NotifyOptions, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async run(occasion: Occasion): Promise<void> {
    const { people, expires } = this.#options;
    const { event, on } = occasion;
    const { push, clock } = this.#parts;
    const wall = clock.wall();
    await push.tell(push.disturbable(event.severity, wall as WallMs, people), this.#message(occasion), {
      urgent: on !== 'clear' && (event.type === 'ring' || event.severity !== 'info'),
      expiresAfterMs: event.type === 'ring' ? Math.min(ringExpiresMs, expires) : expires,
    });
  }

  #message(occasion: Occasion): PushMessage {
    const { device, feedTitle } = this.#parts;
    const { event, on } = occasion;
    return {
      ...noticeOf(occasion, device, feedTitle),
      // What is over takes the place of what was.
      tag: event.id,
      path: event.feed === undefined ? '/' : `/?feed=${encodeURIComponent(event.feed)}`,
      severity: event.severity,
      type: event.type,
      on,
      event: event.id,
      time: event.time,
      ...(this.#options.picture && event.feed !== undefined
        ? { image: `/api/events/${encodeURIComponent(event.id)}.jpg` }
        : {}),
    };
  }
}

function notes({ to, url, picture }: NotifyOptions): readonly CheckNote[] {
  if (to === 'webpush') {
    return [
      { text: 'the push services of browsers see when something happens, not what' },
      ...(picture ? [{ text: 'browsers that asked show pictures, which they get from this device' }] : []),
    ];
  }
  const { protocol, hostname } = new URL(url?.reveal() ?? 'http:');
  return [
    { text: `${hostname} and all who know the topic read what happens` },
    ...(picture ? [{ text: `${hostname} and all who know the topic see pictures` }] : []),
    ...(protocol === 'http:' ? [{ text: 'not encrypted: the network between can read it' }] : []),
  ];
}
