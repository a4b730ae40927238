import type { Access } from './access/access.ts';
import type { DeviceIdentity } from './access/device-identity.ts';
import { MqttBus } from './buses/mqtt.ts';
import { type Clock, systemZone } from './clock.ts';
import { sealedHost } from './http/sealed.ts';
import { type Away, writeAway } from './identity/away.ts';
import { keyIdOf } from './identity/keys.ts';
import { writeMoved } from './identity/moved.ts';
import type { Logger } from './log.ts';
import type { Profile } from './profile/profile.ts';
import type { AuditDraft } from './protocol/access.ts';
import { covers } from './protocol/scope.ts';
import type { SessionHost } from './protocol/session.ts';
import type { IceServer } from './protocol/signaling.ts';
import type { Requests } from './requests/requests.ts';
import { Seldom } from './seldom.ts';
import { LinkServer } from './signaling/link-server.ts';
import { MqttSignaling, signalPresence, signalTopics } from './signaling/mqtt.ts';

/** The first of each such time gets into the trail. */
const keptNotedEveryMs = 10 * 60_000;

export interface AwayParts {
  readonly profile: Profile;
  readonly identity: DeviceIdentity;
  readonly access: Access;
  readonly requests: Requests;
  readonly sessions: SessionHost;
  /** Puts an entry into the trail. */
  readonly audit: (draft: AuditDraft) => Promise<unknown>;
  readonly iceServers: () => readonly IceServer[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The device as it is met from elsewhere. */
export interface AwayDoor {
  /** After the identity was started. */
  start(): Promise<void>;
  /** The link of the page elsewhere, to which `#…` of an invitation may be added. */
  link(invitation: string): string | undefined;
  stop(): Promise<void>;
}

/** Composes the way in over a broker, where the profile names one. */
export function composeAway(parts: AwayParts): AwayDoor | undefined {
  const { profile, identity, access, requests, sessions, audit, iceServers, clock, log } = parts;
  const settings = profile.signaling;
  if (!settings) return undefined;
  const { topic, viewers, ...mqtt } = settings.mqtt;
  let started: { readonly bus: MqttBus; readonly signaling: MqttSignaling } | undefined;
  const noted = new Seldom(keptNotedEveryMs, clock);
  /** A broker that brings such messages over and over fills no trail. */
  const noteKept = () => {
    const title = 'the broker had kept a request, which was refused';
    if (!noted.first(title)) return;
    audit({ type: 'refusal', title }).catch((error: unknown) =>
      log.warn({ err: error }, 'a refusal did not get into the trail'),
    );
  };
  const links = new LinkServer({ device: profile.device, sessions, iceServers, clock, log });
  const link = (invitation: string): string | undefined => {
    if (!settings.page) return undefined;
    const { title } = profile;
    const { publicKey: device, sealKey: seal } = identity;
    const away: Away = { title, device, seal, broker: viewers, topic };
    return new URL(`#at=${writeAway(away)}&join=${invitation}`, settings.page).href;
  };

  const forwarding = async (earlier: readonly string[]) => ({
    presences: earlier.map((id) => signalTopics(topic, id).presence),
    text: await writeMoved(identity),
  });

  return {
    async start() {
      const topics = signalTopics(topic, identity.id);
      const will = { topic: topics.presence, payload: signalPresence.gone, retain: true };
      const earlier = await Promise.all(identity.succession.map(({ from }) => keyIdOf(from)));
      // Over all changes of its key the same: where the broker has not noticed yet that the device went, the will of that
      // connection is said when this one begins (MQTT 5, 3.1.4), and not after the word of where it moved.
      const [first = identity.id] = earlier;
      const clientId = mqtt.clientId ?? `vedette-${first.slice(0, 12)}`;
      const bus = new MqttBus({ settings: { ...mqtt, clientId }, device: profile.device, will, clock, log });
      const signaling = new MqttSignaling({
        ...{ bus, topics, clock, log },
        ...(earlier.length > 0 && { moved: await forwarding(earlier) }),
        kept: noteKept,
        host: sealedHost({ identity, access, requests, log }, links, {
          network: 'remote',
          about: (peer) => ({
            title: profile.title,
            zone: systemZone(),
            person: { id: peer.person, name: access.nameOf(peer) },
            scopes: [...access.scopesOf(peer)],
            ...(covers(access.scopesOf(peer), 'invite') ? { inviteLink: link('') } : {}),
          }),
        }),
      });
      signaling.start();
      started = { bus, signaling };
    },
    link,
    async stop() {
      started?.signaling.stop();
      await started?.bus.stop();
    },
  };
}
