import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Away, readAway } from '../../src/identity/away.ts';
import { keyIdOf, sha256 } from '../../src/identity/keys.ts';
import { joinStatement } from '../../src/identity/statements.ts';
import { sealedOrigin } from '../../src/protocol/join.ts';
import { ChallengeResult, InviteResult } from '../../src/protocol/request.ts';
import type { Scope } from '../../src/protocol/scope.ts';
import { meet } from '../../src/viewer/away/broker.ts';
import type { SealedEnds } from '../../src/viewer/sealed-line.ts';
import { speaker } from '../identity/parties.ts';
import { FarViewer } from '../signaling/far-viewer.ts';
import type { Device } from './device.ts';
import { askDevice, requested } from './terminal.ts';

const hour = 3_600_000;

/** What a profile needs for people who come by a broker. */
export const signalingBy = (url: string) => ({
  mqtt: { url, viewers: 'ws://broker.test' },
  page: 'https://page.test/',
});

/** Somebody who is known to a device and meets it at a broker, by the page's own code. */
export class FarPerson {
  readonly ends: SealedEnds;
  /** Of the device, as topics have it. */
  readonly device: string;
  readonly topic: string;
  /** Of the invitation they came in by. */
  readonly secret: string;
  readonly #away: Away;

  /**
   * Invites them at the terminal, and joins over the broker.
   * @param broker where viewers connect to
   * @param state the device's state folder
   */
  static async join(
    device: Device,
    broker: string,
    scopes: readonly Scope[],
    state = join(device.folder, 'state'),
  ): Promise<FarPerson> {
    const socket = join(state, 'control.sock');
    const { body } = await askDevice(socket, 'GET', '/api/device');
    const { inviteLink = '' } = JSON.parse(body) as { inviteLink?: string };
    const at = readAway(/#at=([\w-]+)/.exec(inviteLink)?.[1] ?? '');
    if (!at) throw new Error(`no link leads here from elsewhere: ${inviteLink}`);
    const given = await requested(socket, {
      ...{ type: 'invite', name: 'Anna', scopes: [...scopes], limits: {}, expiresAt: Date.now() + hour },
    });
    const { invitation, secret } = InviteResult.parse(given);
    const own = await speaker();
    const id = await keyIdOf(at.device);
    const person = new FarPerson({ ...at, broker }, id, own, secret);
    const viewer = person.converse();
    await Promise.race([viewer.ready, viewer.lost]);
    if (viewer.isLost) throw new Error('nobody is met at the broker');
    const parts = { device: id, key: own.publicKey, invitation: invitation.id, origin: sealedOrigin };
    const signature = await own.sign(joinStatement({ ...parts, secretHash: await sha256(secret) }));
    const said = { invitation: invitation.id, secret, key: own.publicKey, label: 'test', signature };
    viewer.line.send(JSON.stringify({ type: 'join', ...said }));
    const answer = await viewer.otherText();
    viewer.close();
    if (!answer?.includes('"joined"')) throw new Error(`nobody came in: ${answer}`);
    return person;
  }

  private constructor(away: Away, device: string, own: SealedEnds['own'], secret: string) {
    this.#away = away;
    this.device = device;
    this.topic = away.topic;
    this.secret = secret;
    this.ends = { device: { publicKey: away.device, sealKey: away.seal }, own };
  }

  /** Begins a conversation. */
  converse(): FarViewer {
    return new FarViewer(this.ends, (session, events) =>
      meet(this.#away, this.device, session, { ...events, presence: () => undefined }),
    );
  }

  /** A valid unlock, with a challenge that was asked for over `viewer`. */
  async unlock(viewer: FarViewer, lock: string) {
    const given = await viewer.ask({ id: randomUUID(), type: 'challenge' });
    const { challenge } = ChallengeResult.parse(given?.state === 'done' ? given.result : undefined);
    return { id: randomUUID(), type: 'unlock', lock, challenge };
  }

  /** As {@link unlock}, in a conversation of its own. */
  async unlockNow(lock: string) {
    const viewer = this.converse();
    try {
      await viewer.ready;
      return await this.unlock(viewer, lock);
    } finally {
      viewer.close();
    }
  }
}
