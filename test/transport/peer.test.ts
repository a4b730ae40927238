import { spawn } from 'node:child_process';
import { Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
  unwrapRtx,
} from 'werift';
import { ms } from '../rtp/frames.ts';
import { FarEnd, far as payloadTypes } from './far-end.ts';
import { connected, NearEnd } from './near-end.ts';
import { startWire } from './wires.ts';

const open: { near: NearEnd; far: FarEnd }[] = [];
async function kept(ends: Promise<{ near: NearEnd; far: FarEnd }>) {
  const made = await ends;
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { near, far } of open.splice(0)) {
    await near.close();
    await far.connection.close();
  }
  vi.restoreAllMocks();
});

test('a connected peer went through connecting, took GCM, and its packets open at the far end', async () => {
  const { near, far } = await kept(connected());
  expect(near.states).toEqual(['connecting', 'connected']);
  expect(far.dtls.dtls?.srtp.srtpProfile).toBe(7);
  expect(near.answered?.sdp).toContain('a=setup:passive');
  const sent = near.frame(5);
  await far.until('five packets', () => far.rtp.length >= 5);
  expect(far.rtp.map(({ header }) => [header.sequenceNumber, header.payloadType, header.marker])).toEqual(
    sent.map(({ packetIndex }, at) => [packetIndex, payloadTypes.h264, at === 4]),
  );
  expect(far.rtp.map(({ payload }) => payload)).toEqual(sent.map(({ payload }) => payload));
  expect(far.rtp[0]!.header.ssrc).toBe(near.answered!.sections[0]!.ssrc);
});

test('a peer without GCM gets AES-CM, and its packets open too', async () => {
  const { near, far } = await kept(
    connected({
      beforeStart: (far) => {
        (far.dtls as unknown as { srtpProfiles: number[] }).srtpProfiles = [1];
      },
    }),
  );
  expect(far.dtls.dtls?.srtp.srtpProfile).toBe(1);
  const sent = near.frame(3);
  await far.until('three packets', () => far.rtp.length >= 3);
  expect(far.rtp.map(({ payload }) => payload)).toEqual(sent.map(({ payload }) => payload));
});

test('a NACK is told, and its answer arrives by RTX with the original sequence number', async () => {
  const { near, far } = await kept(connected());
  const sent = near.frame(4);
  await far.until('the frame', () => far.rtp.length >= 4);
  await far.dtls.sendRtcp([
    new RtcpTransportLayerFeedback({
      feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: sent[0]!.ssrc, lost: [1_001, 1_003] }),
    }),
  ]);
  await far.until('the NACK', () => near.rtcp.length > 0);
  const [nack] = near.rtcp;
  expect(nack).toEqual({ type: 'nack', ssrc: sent[0]!.ssrc, lost: [1_001, 1_003] });
  if (nack?.type !== 'nack') return;
  near.sender!.retransmit(nack.lost, ms(2_000), near.peer.media);
  await far.until('two retransmissions', () => far.rtp.length >= 6);
  const again = far.rtp.slice(4);
  expect(again.map(({ header }) => [header.ssrc, header.payloadType])).toEqual(
    again.map(() => [near.answered!.sections[0]!.rtxSsrc, payloadTypes.h264Rtx]),
  );
  const originals = again.map((packet) => unwrapRtx(packet, payloadTypes.h264, sent[0]!.ssrc));
  expect(originals.map(({ header }) => header.sequenceNumber)).toEqual([1_001, 1_003]);
  expect(originals.map(({ payload }) => payload)).toEqual([sent[1]!.payload, sent[3]!.payload]);
});

test('PLI and FIR arrive as requests for a keyframe', async () => {
  const { near, far } = await kept(connected());
  const mediaSsrc = near.answered!.sections[0]!.ssrc;
  const fir = Buffer.alloc(20);
  fir.writeUInt32BE(0x84ce0004, 0);
  fir.writeUInt32BE(mediaSsrc, 12);
  await far.dtls.sendRtcp([
    new RtcpPayloadSpecificFeedback({ feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc }) }),
  ]);
  await far.dtls.sendRtcp([{ serialize: () => fir } as never]);
  await far.until('both', () => near.rtcp.length >= 2);
  expect(near.rtcp).toEqual([
    { type: 'keyframe-request', ssrcs: [mediaSsrc] },
    { type: 'keyframe-request', ssrcs: [mediaSsrc] },
  ]);
});

test('a sender report arrives with the wall time it was given', async () => {
  const { near, far } = await kept(connected());
  const seen: { ssrc: number; ntp: bigint }[] = [];
  far.dtls.onRtcp.subscribe((packet) => {
    if ('senderInfo' in packet) seen.push({ ssrc: packet.ssrc, ntp: packet.senderInfo.ntpTimestamp });
    far.changed();
  });
  near.report({ ssrc: 77, rtpTimestamp: 1, packetCount: 2, octetCount: 3, wall: 1_500 as never });
  await far.until('the report', () => seen.length > 0);
  expect(seen).toEqual([{ ssrc: 77, ntp: (2_208_988_801n << 32n) | 0x8000_0000n }]);
});

test("the far end's channel opens once, carries text both ways, and drops bytes", async () => {
  const { near, far } = await kept(connected());
  await far.until('the channel', () => near.channels.length > 0 && far.channel?.readyState === 'open');
  expect(near.channels.map(({ label }) => label)).toEqual(['events']);
  expect(near.channels[0]!.send('{"hello":1}')).toBe(true);
  await far.until('the message', () => far.messages.length > 0);
  expect(far.messages).toEqual([{ hello: 1 }]);
  far.channel!.send(Buffer.from('bytes'));
  far.channel!.send('text');
  await far.until('the text', () => near.messages.length > 0);
  expect(near.messages).toEqual(['text']);
  await near.channels[0]!.flushed(5_000);
});

test('a channel that comes with a later offer opens, and carries text', async () => {
  const { near, far } = await kept(connected({ channel: false }));
  const channel = far.connection.createDataChannel('events');
  await far.accept(await near.answer(await far.offer(() => {})));
  // This stack begins its association with the first answer alone.
  await far.connection.sctpTransport!.start(5_000);
  await far.until('the channel', () => near.channels.length > 0 && channel.readyState === 'open');
  channel.send('text');
  await far.until('the text', () => near.messages.length > 0);
  expect(near.messages).toEqual(['text']);
});

test.each(['server', 'client'] as const)('no two records of a DTLS %s have one number', async (role) => {
  const records: string[] = [];
  const { near, far } = await kept(
    connected({
      mungeOffer: (sdp) => (role === 'client' ? sdp.replace(/a=setup:actpass/g, 'a=setup:passive') : sdp),
      beforeStart: ({ dtls }) => {
        dtls.iceTransport.connection.onData.subscribe((datagram) => {
          // RFC 6347, 4.1: of the second epoch, whose keys are used for all that follows.
          const epoch = datagram.readUInt16BE(3);
          if (isDtls(datagram) && epoch === 1) records.push(datagram.subarray(3, 11).toString('hex'));
        });
      },
    }),
  );
  expect(near.answered?.sdp).toContain(role === 'server' ? 'a=setup:passive' : 'a=setup:active');
  await far.until('the channel', () => near.channels.length > 0 && far.channel?.readyState === 'open');
  for (let n = 0; n < 20; n++) near.channels[0]?.send(`{"n":${n}}`);
  await far.until('the messages', () => far.messages.length === 20);
  expect(records.length).toBeGreaterThan(20);
  expect(new Set(records).size).toBe(records.length);
});

/** By the first byte (RFC 7983, 7). */
const isDtls = (datagram: Buffer) => (datagram[0] ?? 0) >= 20 && (datagram[0] ?? 0) <= 63;

test('a viewer that allows no message of any size cannot make sending throw', async () => {
  const { near, far } = await kept(
    connected({ mungeOffer: (sdp) => sdp.replace(/a=max-message-size:\d+/, 'a=max-message-size:4') }),
  );
  await far.until('the channel', () => near.channels.length > 0);
  expect(near.channels[0]!.send('longer than four')).toBe(false);
  expect(near.channels[0]!.send('four')).toBe(true);
});

test('a far end that hangs up is told as closed, once', async () => {
  const { near, far } = await kept(connected());
  await far.hangUp();
  await far.until('closed', () => near.states.includes('closed'));
  await near.peer.close();
  expect(near.states).toEqual(['connecting', 'connected', 'closed']);
});

test('an ICE restart by a new offer keeps the packets flowing', async () => {
  const { near, far } = await kept(connected());
  near.frame(1);
  await far.until('a packet before', () => far.rtp.length > 0);
  const before = far.rtp.length;
  const offer = await far.offer((candidate) => void near.peer.addIceCandidate(candidate), {
    iceRestart: true,
  });
  await far.accept(await near.answer(offer));
  const trying = setInterval(() => near.frame(1), 20);
  try {
    await far.until('packets after', () => far.rtp.length > before + 5);
  } finally {
    clearInterval(trying);
  }
  expect(near.states).toEqual(['connecting', 'connected']);
});

/** The offer as if it were of somebody with another certificate. */
const ofAnother = (offer: string) =>
  offer.replaceAll(/a=fingerprint:.*/g, `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`);

test('a fingerprint of an earlier offer is good for nothing after a new one', async () => {
  const far = new FarEnd();
  const near = new NearEnd(far, await startWire());
  open.push({ near, far });
  const offer = await far.offer(() => {});
  const answer = await near.answer(offer);
  await near.answer(ofAnother(offer));
  await far.accept(answer);
  await far.until('the refusal', () => near.states.includes('failed'), 20_000);
  expect(near.states).not.toContain('connected');
});

test('who is connected cannot become somebody else by a new offer, and stays connected', async () => {
  const { near, far } = await kept(connected());
  await expect(near.answer(ofAnother(await far.offer(() => {})))).rejects.toThrow('fingerprint');
  near.frame(1);
  await far.until('a packet', () => far.rtp.length > 0);
});

test('a viewer that no UDP reaches connects over TCP, and gets its packets and messages', async () => {
  const { near, far } = await kept(connected({ tcpOnly: true }));
  const pair = far.connection.iceTransports[0]!.connection.nominated!;
  expect(pair.localCandidate.transport).toBe('tcp');
  const sent = near.frame(5);
  await far.until('five packets', () => far.rtp.length >= 5);
  expect(far.rtp.map(({ payload }) => payload)).toEqual(sent.map(({ payload }) => payload));
  await far.until('the channel', () => near.channels.length > 0);
});

test('a forged datagram with a long extension costs nothing and changes nothing', async () => {
  const { near, far } = await kept(connected());
  const { protocol, remoteAddr } = far.connection.iceTransports[0]!.connection.nominated!;
  const forged = Buffer.from('906600050000000100000001bede800130310000'.padEnd(140, '0'), 'hex');
  const started = performance.now();
  await protocol.sendData(forged, remoteAddr);
  near.frame(1);
  await far.until('a packet after it', () => far.rtp.length > 0);
  expect(performance.now() - started).toBeLessThan(10_000); // without the check: 40 s
});

test('closing twice is once, and a closed peer takes packets and reports without sending them', async () => {
  const { near, far } = await kept(connected());
  await Promise.all([near.peer.close(), near.peer.close()]);
  expect(near.states).toEqual(['connecting', 'connected', 'closed']);
  near.frame(1);
  near.report({ ssrc: 1, rtpTimestamp: 1, packetCount: 1, octetCount: 1, wall: 0 as never });
  expect(far.rtp).toEqual([]);
});

// A process that nothing keeps alive ends: no socket, timer or handle was left behind.
test.each(['closed', 'hung up', 'closed while answering', 'never connected'])(
  'a peer that was %s leaves nothing that keeps a process alive',
  async (ending) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'come-and-go.ts'), ending], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    const [stderr, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  },
);

test('no server is asked for an address unless one is configured', async () => {
  const asked = new Set<string>();
  const { send } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'send').mockImplementation(function (this: Socket, ...args: unknown[]) {
    // A socket that is connected to one peer sends without an address.
    const address =
      args.find((it) => typeof it === 'string' && it.length > 0) ?? this.remoteAddress().address;
    asked.add(String(address));
    return Reflect.apply(send, this, args);
  } as never);
  await kept(connected());
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  for (const address of asked) expect(own).toContain(address);
  expect(asked.size).toBeGreaterThan(0);
});
