/**
 * What `seal` measures, in processes of their own. `sink <viewers>` binds a socket for each viewer, prints their ports,
 * and reads. `headers|sealed|sent <profile> <ports>` sends frames to them as a device does, and prints µs a packet.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { systemClock, type WallMs } from '../src/clock.ts';
import type { EncodedFrame } from '../src/media/frame.ts';
import type { EncodedStream } from '../src/media/stream.ts';
import { beginContinuity } from '../src/rtp/continuity.ts';
import { maxQueuedPackets, type PacketSink } from '../src/rtp/outgoing.ts';
import { Broadcast } from '../src/session/broadcast.ts';
import { Outlet } from '../src/session/outlet.ts';
import { masterKeyBytes, type SrtpProfile } from '../src/transport/srtp/keys.ts';
import { SrtpSealer } from '../src/transport/srtp/sealer.ts';
import { UdpPath } from '../src/transport/wire/udp.ts';
import { quantile } from './statistics.ts';

/** 2 Mbit/s at 30 frames a second, with a keyframe every two seconds. */
const frameBytes = 8_300;
const keyframeBytes = 40_000;
const framesInGroup = 60;
const framesInRun = 600;
const runs = 7;

/** One NAL unit: 5 an IDR slice, 1 another. */
function accessUnit(type: 1 | 5, bytes: number): Uint8Array {
  const unit = Buffer.alloc(bytes, 0xab);
  unit.writeUInt32BE(1, 0);
  unit[4] = 0x60 | type;
  return unit;
}

async function bindSinks(viewers: number): Promise<void> {
  const ports: number[] = [];
  for (let viewer = 0; viewer < viewers; viewer += 1) {
    const socket = createSocket('udp4', () => undefined);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    ports.push(socket.address().port);
  }
  console.log(JSON.stringify(ports));
}

async function measure(end: string, profile: SrtpProfile, ports: readonly number[]): Promise<void> {
  const listeners = new Set<(frame: EncodedFrame) => void>();
  const stream: EncodedStream = {
    codec: 'H264',
    keyframesOnDemand: false,
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    requestKeyframe: () => undefined,
  };
  const broadcast = new Broadcast(stream);
  const path = new UdpPath(4, () => undefined);
  await path.start(0);
  let packets = 0;
  for (const [viewer, port] of ports.entries()) {
    const socket = await path.connect({ address: '127.0.0.1', port });
    const sizes = masterKeyBytes[profile];
    const sealer = new SrtpSealer({
      profile,
      key: Buffer.alloc(sizes.key, viewer),
      salt: Buffer.alloc(sizes.salt, viewer),
    });
    const sink: PacketSink = {
      congested: false,
      packet: (header, prefix, payload, ssrc, packetIndex) => {
        packets += 1;
        if (end === 'headers') return true;
        if (socket && socket.queued >= maxQueuedPackets) return false;
        const sealed = sealer.rtp(header, prefix, payload, ssrc, packetIndex);
        if (end === 'sent') socket?.send(sealed);
        return true;
      },
    };
    let transportSequence = 0;
    new Outlet(
      broadcast,
      {
        ssrc: viewer + 1,
        payloadType: 96,
        clockRate: 90_000,
        mid: '0',
        extensions: { mid: 1, transportWideCc: 2, playoutDelay: 3 },
        continuity: beginContinuity(() => 0),
        wallAt: () => 0 as WallMs,
      },
      {
        transportSequence: { next: () => transportSequence++ & 0xffff },
        media: () => sink,
        clock: systemClock,
        onKeyframe: () => undefined,
      },
    ).start();
  }
  const units = { key: accessUnit(5, keyframeBytes), other: accessUnit(1, frameBytes) };
  const run = async () => {
    const packetsBefore = packets;
    const before = process.cpuUsage();
    for (let frame = 0; frame < framesInRun; frame += 1) {
      const keyframe = frame % framesInGroup === 0;
      const data = keyframe ? units.key : units.other;
      for (const listener of listeners)
        listener({ codec: 'H264', data, keyframe, captureMs: systemClock.now() });
      await new Promise((turned) => setImmediate(turned));
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (packets - packetsBefore);
  };
  await run(); // compiles what is hot
  const figures: number[] = [];
  for (let count = 0; count < runs; count += 1) figures.push(await run());
  console.log(JSON.stringify({ best: Math.min(...figures), median: quantile(figures, 0.5) }));
  process.exit(0);
}

const [role = '', ...rest] = process.argv.slice(2);
if (role === 'sink') await bindSinks(Number(rest[0]));
else await measure(role, Number(rest[0]) as SrtpProfile, (rest[1] ?? '').split(',').map(Number));
