import { join } from 'node:path';
import { Access } from './access/access.ts';
import { CodeSecretFile } from './access/code-secret.ts';
import { Credentials } from './access/credentials.ts';
import { DeviceIdentity } from './access/device-identity.ts';
import { synchronisedAt } from './access/synchronised.ts';
import { begunMarker } from './access/trust/begun.ts';
import { trustFileName } from './access/trust/database.ts';
import { KnownPeople } from './access/trust/known-people.ts';
import { Trust } from './access/trust/trust.ts';
import { TrustedClock } from './access/trusted-clock.ts';
import { composeAway } from './away.ts';
import { mustBeFinished } from './backup/put-in-place.ts';
import { composeButton, tellOwnerCame } from './button.ts';
import type { Clock } from './clock.ts';
import { settledWithin } from './deadline.ts';
import { DeviceCertificate } from './device-certificate.ts';
import { EventLoopDelay } from './event-loop-delay.ts';
import { composeFeeds } from './feeds.ts';
import { cameraVitals } from './health.ts';
import { controlSocketName } from './http/control-socket.ts';
import { isLoopbackAddress, localName } from './http/hosts.ts';
import { MdnsAnnouncer } from './http/mdns/announcer.ts';
import { type HttpAddresses, HttpServer } from './http/server.ts';
import { iceServersNow } from './ice-servers.ts';
import type { Logger, Secret } from './log.ts';
import { findFfmpeg } from './media/ffmpeg.ts';
import { mediaPorts, withPortErrors } from './media-ports.ts';
import { deviceMetrics } from './metrics.ts';
import type { Profile } from './profile/profile.ts';
import { Records } from './records/records.ts';
import { Requests } from './requests/requests.ts';
import { confirmersOf } from './second-steps/person.ts';
import { WaitingUnlocks } from './second-steps/waiting.ts';
import type { ServiceManager } from './service-manager.ts';
import { Sessions } from './session/sessions.ts';
import { SessionTrail } from './session-trail.ts';
import { withStateFolder } from './state-errors.ts';
import { Wire } from './transport/wire/wire.ts';
import { describeKeypad, TypedCodes } from './typed-codes.ts';
import { composeWatch, type Watch } from './watch.ts';
import { Watchdog } from './watchdog.ts';

/** Sensors and actions have this long to let go of what they hold: the whole stop has 1.8 s. */
const actsStopMs = 900;
/** A broker or a bus that does not answer. */
const busesStopMs = 600;

/** What an agent needs beside its profile. */
export interface AgentOptions {
  /** The device's state folder; made where it is not there. */
  readonly stateDir: string;
  /** The built page. */
  readonly pageFolder: string;
  /** systemd's credential store, where it gives one: `$CREDENTIALS_DIRECTORY`. */
  readonly credentialsFolder?: string | undefined;
  /** Who started this process and waits for word from it. */
  readonly manager?: ServiceManager | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A device that runs. */
export interface Agent {
  /**
   * Starts everything, in order; what was started is stopped again where a part fails.
   * @throws VedetteError what the parts throw: `ffmpeg/missing`, `state/unusable`, `http/port-taken`, …
   */
  start(): Promise<AgentStarted>;
  /** Says goodbye to every viewer and gives everything back. Idempotent. */
  stop(reason: string): Promise<void>;
}

export interface AgentStarted {
  readonly addresses: HttpAddresses;
  /** Of the printed link; whoever holds it is the owner, until somebody has paired: then there is none. */
  readonly secret?: Secret;
}

/** Composes one device. Reads like the picture in docs/architecture.md, from the camera to the door. */
export function createAgent(
  profile: Profile,
  { stateDir, pageFolder, credentialsFolder, manager, clock, log }: AgentOptions,
): Agent {
  const iceServers = () => iceServersNow(profile.iceServers, clock.wall());
  const identity = join(stateDir, 'identity');
  const { tls, publicUrl } = profile.http;
  const feeds = composeFeeds(profile, { clock, log });
  const wire = new Wire({ ports: mediaPorts(profile), iceServers, clock, log });
  const certificate = new DeviceCertificate(identity, clock);
  let page = publicUrl ?? pageUrl(profile, profile.http.port);
  /** As a browser on this machine itself opens it. */
  let atHome: readonly URL[] = [];
  const link = (feed?: string) =>
    feed === undefined ? page.href : new URL(`?feed=${encodeURIComponent(feed)}`, page).href;
  const deviceIdentity = new DeviceIdentity({
    folder: identity,
    credentials: credentialsFolder,
    witnesses: [join(stateDir, trustFileName), begunMarker(stateDir)],
  });
  const trust = new Trust({ folder: stateDir, identity: deviceIdentity, clock, log });
  const records = new Records({ folder: stateDir, settings: profile.records, clock, log });
  const waiting = new WaitingUnlocks(clock);
  const watch: Watch = composeWatch({
    ...{ profile, feeds, records, stateDir, sessions: () => sessions, link, waiting, clock, log },
    trust: {
      get trouble() {
        return trust.refusal;
      },
      onTrouble: (listener) => trust.onTrouble(listener),
    },
    audit: (draft) => trust.commit({ audit: [draft] }),
    confirmers: (lock) => confirmersOf(lock, access),
  });
  const sessions = new Sessions({
    feeds: feeds.session,
    situation: watch.situation,
    wire,
    certificate: () => certificate.loaded,
    limits: profile.limits,
    visited: (visit) => sessionTrail.note(visit),
    watched: (watching) => watch.liveSign.watched(watching),
    clock,
    logger: log,
  });
  const sessionTrail = new SessionTrail({
    trust,
    feedTitle: (name) => feeds.session.find((feed) => feed.name === name)?.title ?? name,
    log,
  });
  const codeSecret = new CodeSecretFile(identity);
  const access: Access = new Access({
    keypads: { keypads: profile.keypads.map(describeKeypad), secret: codeSecret },
    store: trust,
    known: new KnownPeople({ folder: identity, identity: deviceIdentity, log }),
    identity: deviceIdentity,
    time: new TrustedClock({ clock, synchronisedAt: synchronisedAt(profile.access.clock) }),
    loopback: profile.access.loopback,
    watches: (key) => sessions.watches(key),
    pages: () => [page, ...atHome, ...(profile.signaling?.page ? [new URL(profile.signaling.page)] : [])],
    firstCame: () => credentials.end(),
    ownerCame: (joined, how) => tellOwnerCame(joined, how, watch.alarms),
    clock,
  });
  access.onChange(() => waiting.review());
  access.onChange(() => sessions.review());
  access.onChange(() => watch.situation.peopleChanged());
  const credentials = new Credentials({ folder: identity, paired: () => access.paired, clock, log });
  const presence = composeButton({ profile, access, trust, watch, clock, log });
  const requests = new Requests({ access, trust, locks: watch.locks, waiting, clock, log });
  const away = composeAway({
    ...{ profile, identity: deviceIdentity, access, requests, sessions, iceServers, clock, log },
    audit: (draft) => trust.commit({ audit: [draft] }),
  });
  const { alarms, actions, buses } = watch;
  const keypads = new TypedCodes({
    ...{ keypads: profile.keypads, codes: access.codes, requests, buses, actions, alarms, clock, log },
  });
  const eventLoop = new EventLoopDelay();
  const http = new HttpServer({
    device: profile.device,
    title: profile.title,
    sessions,
    credentials,
    access,
    identity: deviceIdentity,
    ...(presence ? { presence } : {}),
    requests,
    awayLink: (invitation) => away?.link(invitation),
    iceServers,
    snapshot: (feed) => feeds.snapshot(feed),
    history: records,
    push: watch.push,
    metrics: () =>
      deviceMetrics({
        sessions,
        feeds: feeds.session,
        streams: feeds.streams,
        drops: wire.demultiplexer.drops,
        sensors: watch.sensors,
        rules: { known: knownRules(profile), alarms: watch.alarms.statuses },
        records: { ...records.status(), waiting: Object.fromEntries(watch.actions.waiting()) },
        ...(watch.buses.mqtt ? { brokerConnected: watch.buses.mqtt.connected } : {}),
        trustTrouble: trust.trouble,
        eventLoop,
      }),
    clock,
    log,
    pageFolder,
    controlSocket: join(stateDir, controlSocketName),
    host: profile.http.host,
    port: profile.http.port,
    tls: tls.mode === 'auto' ? { mode: 'device', folder: identity } : tls,
    ...(publicUrl ? { publicUrl } : {}),
  });

  const watchdog = new Watchdog({
    manager,
    cameras: () => cameraVitals(feeds.session, feeds.streams, { now: clock.now(), wall: clock.wall() }),
    askStore: () => records.kept('watchdog'),
    status: () => `${sessions.watching} watching, ${watch.alarms.statuses.length} alarms`,
    clock,
    log,
  });

  let announcer: MdnsAnnouncer | undefined;

  return {
    async start() {
      // Without it there is no picture to be had: better said now than to the first viewer.
      findFfmpeg();
      const addresses = await withStateFolder(stateDir, async () => {
        mustBeFinished(stateDir);
        await deviceIdentity.start();
        await codeSecret.start();
        await access.start();
        await credentials.start();
        await certificate.start();
        await withPortErrors(() => wire.start());
        await records.start();
        // Before anybody can look: privacy mode may be on.
        await watch.start();
        requests.start();
        keypads.start();
        await away?.start();
        return http.start();
      });
      page = addresses.canonical;
      atHome = [
        new URL(`http://localhost:${addresses.port}/`),
        new URL(`https://localhost:${addresses.port}/`),
      ];
      if (profile.http.mdns && !isLoopbackAddress(profile.http.host)) {
        const { port, canonical } = addresses;
        const secured = canonical.protocol === 'https:';
        const service = { hostName: localName(profile.device), title: profile.title, port, secured };
        announcer = new MdnsAnnouncer(service, { log });
        await announcer.start();
      }
      watchdog.start();
      return { addresses, ...(access.paired ? {} : { secret: credentials.secret }) };
    },
    async stop(reason) {
      watchdog.stop();
      watch.halt();
      waiting.stop();
      const typing = keypads.stop();
      // Side by side, and what hangs is left behind: the records have to have their turn.
      const doors = [sessions.close(reason), announcer?.stop(), http.stop(), away?.stop()];
      await Promise.all([...doors, settledWithin(Promise.all([typing, watch.stop()]), actsStopMs)]);
      // Clips end whole, so their frames go last.
      await Promise.all([records.stop(), settledWithin(watch.buses.stop(), busesStopMs)]);
      await feeds.stop();
      wire.close();
      eventLoop.stop();
      requests.stop();
      presence?.stop();
      await sessionTrail.flush();
      await access.stop();
      await Promise.all([trust.stop(), credentials.stop()]);
    },
  };
}

/** The rules of a profile, for metrics. */
function knownRules({ rules }: Profile) {
  return rules.rules.map(({ name, options }) => ({ rule: name, severity: options.severity }));
}

/** The page's address for everybody else, before the door is open. */
function pageUrl({ device, http }: Profile, port: number): URL {
  return new URL(`${http.tls.mode === 'off' ? 'http' : 'https'}://${localName(device)}:${port}/`);
}
