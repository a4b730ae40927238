import type { DeviceMessage } from '../protocol/events.ts';
import type { TelemetryMessage } from '../protocol/reading.ts';
import type { SignalingBody, SignalingMessage } from '../protocol/signaling.ts';
import type { ConnectionInput } from './connection.ts';
import type { SessionCarrier } from './connector.ts';
import type { Line, OpenLine } from './line.ts';
import { Peer, type PeerEvents } from './peer.ts';
import { randomId, readSignaling, SignalingWriter } from './signaling.ts';

/** Why a line was lost before the device said a word. */
export type Lost = 'unauthorized' | 'unreachable';

export interface SignalCarrierEvents {
  /** Opens what carries a session's signaling. */
  readonly line: OpenLine;
  /** A refused line looks like any other loss: asks which it was. Never rejects. */
  whyLost(): Promise<Lost>;
  /** A session's peer connection was made; its tracks are there, if still silent. */
  opened(session: string, peer: Peer, hello: Hello): void;
  message(message: DeviceMessage): void;
  telemetry(message: TelemetryMessage): void;
  readonly control: NonNullable<PeerEvents['control']>;
  /** Whether a session that begins now shall connect without media. */
  standby(): boolean;
}

/** The device's first word. */
export type Hello = Extract<SignalingBody, { type: 'hello' }>;

type Report = (input: ConnectionInput) => void;

/** A page's name for itself, as long as it lives. */
const viewerId = `viewer-${randomId()}`;

/** Carries sessions over signaling, a line for each. */
export class SignalCarrier implements SessionCarrier {
  readonly #events: SignalCarrierEvents;
  #open: OpenSession | undefined;

  constructor(events: SignalCarrierEvents) {
    this.#events = events;
  }

  open(report: Report): void {
    this.close();
    this.#open = new OpenSession(this.#events, report);
  }

  restart(): void {
    this.#open?.restart();
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}

class OpenSession {
  readonly #session = randomId();
  readonly #writer = new SignalingWriter(viewerId, this.#session);
  readonly #line: Line;
  readonly #events: SignalCarrierEvents;
  readonly #report: Report;
  #peer: Peer | undefined;
  /** Candidates found before their offer was sent wait: the device could not place them. */
  #held: SignalingBody[] | undefined = [];
  #unanswered = true;

  constructor(events: SignalCarrierEvents, report: Report) {
    this.#events = events;
    this.#report = report;
    this.#line = events.line({
      message: (text) => {
        const message = readSignaling(text);
        if (message) this.#receive(message);
      },
      lost: () => this.#lost(),
    });
  }

  restart(): void {
    this.#settle(this.#offer(true));
  }

  close(): void {
    this.#send({ type: 'bye', reason: 'left' });
    this.#line.close();
    this.#peer?.close();
  }

  #receive({ from, session, body }: SignalingMessage): void {
    // What belongs to no session of ours: the greeting, and errors of what the device could not read.
    if (session !== this.#session && body.type !== 'hello' && body.type !== 'error') return;
    switch (body.type) {
      case 'hello':
        if (this.#peer) return; // said once a socket; a second one changes nothing
        this.#writer.to = from;
        this.#peer = new Peer(body.feeds, body.iceServers, {
          report: this.#report,
          candidate: (candidate) => this.#trickle({ type: 'candidate', ...candidate }),
          message: (message) => this.#deviceSaid(message),
          control: this.#events.control,
          telemetry: (message) => this.#events.telemetry(message),
        });
        this.#events.opened(this.#session, this.#peer, body);
        this.#settle(this.#offer(false));
        break;
      case 'answer':
        this.#unanswered = false;
        if (this.#peer) this.#settle(this.#peer.answer(body.sdp));
        break;
      case 'candidate':
        this.#peer?.addIceCandidate(body).catch(() => undefined); // it reports nothing that would help
        break;
      case 'bye':
        this.#report({ type: 'ended', down: { reason: 'goodbye' } });
        break;
      case 'error':
        // Only an offer can fail the session; a candidate the device did not like is one candidate less.
        if (this.#unanswered) this.#report({ type: 'ended', down: { reason: 'refused', code: body.code } });
        break;
      default: // a viewer's own messages: not for us
    }
  }

  #deviceSaid(message: DeviceMessage): void {
    this.#events.message(message);
    if (message.type === 'goodbye') this.#report({ type: 'ended', down: { reason: 'goodbye' } });
  }

  async #offer(restart: boolean): Promise<void> {
    if (!this.#peer) return;
    this.#held ??= [];
    this.#unanswered = true;
    const sdp = await this.#peer.offer(restart);
    const standby = this.#events.standby();
    this.#send({ type: 'offer', sdp, media: this.#peer.assignments(), standby });
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const candidate of held) this.#send(candidate);
  }

  #trickle(candidate: SignalingBody): void {
    if (this.#held) this.#held.push(candidate);
    else this.#send(candidate);
  }

  /** A description one side cannot use ends the attempt; the next one is made from scratch. */
  #settle(step: Promise<void>): void {
    step.catch(() => this.#report({ type: 'failed' }));
  }

  #send(body: SignalingBody): void {
    if (this.#line.open) this.#line.send(this.#writer.write(body));
  }

  #lost(): void {
    if (this.#peer) {
      this.#report({ type: 'signaling-lost' });
      return;
    }
    void this.#events
      .whyLost()
      .then((why) => this.#report({ type: why === 'unauthorized' ? why : 'signaling-lost' }));
  }
}
