import { getRequestListener } from '@hono/node-server';
import { WhepSessions } from '../signaling/whep.ts';
import { createApp } from './app.ts';
import { callerOf, localCaller } from './caller.ts';
import type { DeviceServices } from './context.ts';
import { ControlSocket } from './control-socket.ts';
import { deviceNames, isLoopbackAddress, localName } from './hosts.ts';
import { Listener } from './listener.ts';
import { loadPage } from './page.ts';
import { Sockets } from './sockets.ts';
import { createCertificateSource, type TlsOptions } from './tls/source.ts';

/** What is under way at a stop has this long; the whole process has 2 s. */
const stopGraceMs = 700;

export interface HttpServerOptions extends DeviceServices {
  /** Address to listen on; `::` for all. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The socket file for commands of this machine; none where absent. */
  readonly controlSocket?: string;
  /** The built page, `dist/viewer`. */
  readonly pageFolder: string;
  readonly tls: TlsOptions;
  /** The address people use from outside, where a proxy or a real name leads here. */
  readonly publicUrl?: URL;
}

/** Where the device is reached. */
export interface HttpAddresses {
  readonly port: number;
  /** From the device itself. */
  readonly loopback: URL;
  /** The one canonical address for everybody else. */
  readonly canonical: URL;
  /** SHA-256 of the device's own authority, where there is one: people compare it before they trust it at `/trust`. */
  readonly authorityFingerprint: string | undefined;
}

/** The device's front door: page, WHEP, signaling, API and metrics on one TCP port. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  #stop: (() => Promise<void>) | undefined;

  constructor(options: HttpServerOptions) {
    this.#options = options;
  }

  /**
   * Listens and serves.
   * @throws VedetteError `http/port-taken`, `http/port-forbidden`, `http/no-address`, `tls/certificate`
   */
  async start(): Promise<HttpAddresses> {
    const { device, publicUrl, host, port, pageFolder, sessions, credentials, access, log, clock } =
      this.#options;
    const names = deviceNames(device, publicUrl);
    const certificates = createCertificateSource(this.#options.tls, { device, names, clock, log });
    const assets = await loadPage(pageFolder);
    const certificate = await certificates?.start((renewed) => listener.renew(renewed));
    const secured = certificate !== undefined;
    const rules = { credentials, access, names, publicUrl };
    const sockets = new Sockets({ services: this.#options, rules, secured });
    let addresses: HttpAddresses | undefined;
    // Who listens on loopback alone is reached there alone.
    const alone = publicUrl === undefined && isLoopbackAddress(host);
    const pageOf = (at: HttpAddresses | undefined) => (alone ? at?.loopback : at?.canonical)?.href ?? '';
    const parts = {
      services: this.#options,
      sessions: new WhepSessions(sessions),
      assets,
      secured,
      httpsUrl: () => (addresses?.canonical.protocol === 'https:' ? addresses.canonical.href : undefined),
      page: () => pageOf(addresses),
      trust: certificates?.trust,
    };
    const app = createApp({ ...parts, callerOf: (request) => callerOf(request, rules) });
    const localApp = createApp({ ...parts, callerOf: localCaller });
    const { controlSocket } = this.#options;
    const control =
      controlSocket === undefined
        ? undefined
        : new ControlSocket(
            controlSocket,
            getRequestListener((request, env) => localApp.fetch(request, env), {
              overrideGlobalObjects: false,
            }),
            log,
          );
    const listener = new Listener(
      {
        request: getRequestListener((request, env) => app.fetch(request, env), {
          overrideGlobalObjects: false,
        }),
        upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
      },
      certificate,
    );
    this.#stop = async () => {
      certificates?.stop();
      sockets.stop();
      await Promise.all([control?.stop(), listener.stop(stopGraceMs)]);
    };
    try {
      const bound = await listener.start(host, port);
      sockets.start();
      const scheme = secured ? 'https' : 'http';
      addresses = {
        port: bound,
        loopback: new URL(`http://127.0.0.1:${bound}/`),
        canonical: publicUrl ?? new URL(`${scheme}://${localName(device)}:${bound}/`),
        authorityFingerprint: certificates?.fingerprint,
      };
      await control?.start();
      return addresses;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops listening and ends every connection within a second; sessions are their owner's to end. Idempotent. */
  async stop(): Promise<void> {
    const stop = this.#stop;
    this.#stop = undefined;
    await stop?.();
  }
}
