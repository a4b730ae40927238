/** A wire on loopback's ports of the system's choice, and a certificate, for tests. */
import { pino } from 'pino';
import { systemClock } from '../../src/clock.ts';
import type { IceServer } from '../../src/protocol/signaling.ts';
import { makeDtlsCertificate, readDtlsCertificate } from '../../src/transport/dtls/certificate.ts';
import type { PeerParts } from '../../src/transport/peer.ts';
import { Wire } from '../../src/transport/wire/wire.ts';

const certificate = readDtlsCertificate(await makeDtlsCertificate(systemClock.wall()))!;

/** A started wire and the rest of what peers share; `wire.close()` gives the ports back. */
export async function startWire(iceServers: readonly IceServer[] = []): Promise<PeerParts> {
  const parts = idleWire(iceServers);
  await parts.wire.start();
  return parts;
}

/** The same, not started. */
export function idleWire(iceServers: readonly IceServer[] = []): PeerParts {
  const wire = new Wire({
    ports: { udp: 0, tcp: 0 },
    iceServers: () => iceServers,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  return { wire, certificate: () => certificate, clock: systemClock };
}
