import { pino } from 'pino';
import type { DeviceMessage } from '../../src/protocol/events.ts';
import { ownerScopes, type Scope } from '../../src/protocol/scope.ts';
import type { IceCandidateInit, SessionHandle } from '../../src/protocol/session.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { FarEnd, type FarEndOptions } from '../transport/far-end.ts';
import { idleWire } from '../transport/wires.ts';
import { FakeFeed } from './fake-feed.ts';
import { FakeSituation } from './fake-situation.ts';

export interface ViewerOptions extends FarEndOptions {
  readonly standby?: boolean;
  readonly scopes?: readonly Scope[];
  /** Who it is, as the device knows them: their id as well. */
  readonly name?: string;
  /** The id of their key. */
  readonly key?: string;
}

/** A viewer with a connection of another implementation, and the device's session for it. */
export class Viewer {
  readonly far: FarEnd;
  readonly session: SessionHandle;
  readonly ended: string[] = [];

  constructor(sessions: Sessions, id: string, options: ViewerOptions) {
    this.far = new FarEnd(options);
    this.session = sessions.open(
      {
        ...{ id, scopes: options.scopes ?? ownerScopes, standby: options.standby ?? false },
        who: {
          name: options.name ?? 'Somebody',
          ...(options.name === undefined ? {} : { person: options.name }),
          ...(options.key === undefined ? {} : { key: options.key }),
        },
      },
      {
        candidate: (candidate) => this.far.addCandidate(candidate),
        ended: (reason) => {
          this.ended.push(reason);
          this.far.changed();
        },
      },
    );
  }

  async negotiate(options: { iceRestart?: boolean } = {}): Promise<void> {
    const candidate = (it: IceCandidateInit) => void this.session.addIceCandidate(it);
    const offer = await this.far.offer(candidate, options);
    await this.far.accept(await this.session.answer(offer, []));
  }

  get messages(): readonly DeviceMessage[] {
    return this.far.messages as DeviceMessage[];
  }

  ask(message: unknown): void {
    this.far.channel?.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** First bytes of the video payloads that came, which tell frames apart; RTX is not among them. */
  marks(payloadType: number): number[] {
    return this.far.rtp
      .filter(({ header }) => header.payloadType === payloadType)
      .map(({ payload }) => payload[1]!);
  }
}

/** A device with one feed, or two, and its viewers. */
export class Stage {
  readonly feed = new FakeFeed();
  readonly other = new FakeFeed('yard');
  readonly situation = new FakeSituation();
  readonly sessions: Sessions;
  readonly logs: string[] = [];
  readonly #viewers: Viewer[] = [];
  readonly #parts = idleWire();

  private constructor(limits: { viewers: number; standby: number }, { feeds = 1 }: { feeds?: 1 | 2 }) {
    this.sessions = new Sessions({
      ...this.#parts,
      feeds: feeds === 1 ? [this.feed] : [this.feed, this.other],
      situation: this.situation,
      limits,
      logger: pino({ level: 'info' }, { write: (line: string) => void this.logs.push(line) }),
    });
  }

  /** A stage with its ports open. */
  static async open(limits = { viewers: 20, standby: 50 }, options: { feeds?: 1 | 2 } = {}): Promise<Stage> {
    const stage = new Stage(limits, options);
    await stage.#parts.wire.start();
    return stage;
  }

  viewer(options: ViewerOptions = {}): Viewer {
    const viewer = new Viewer(this.sessions, `viewer-${this.#viewers.length + 1}`, options);
    this.#viewers.push(viewer);
    return viewer;
  }

  /** A viewer that is connected and has the full state. */
  async watching(options: ViewerOptions = {}): Promise<Viewer> {
    const viewer = this.viewer(options);
    await viewer.negotiate();
    await viewer.far.until('the state', () => viewer.messages.length > 0);
    return viewer;
  }

  async close(): Promise<void> {
    await this.sessions.close('the test is over');
    for (const { far } of this.#viewers) await far.connection.close();
    this.#parts.wire.close();
  }
}
