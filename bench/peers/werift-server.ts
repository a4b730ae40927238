/**
 * A WHEP server on plain werift, as a user of werift would write it: a peer connection and a track of its own for
 * each viewer, werift's packetizer, `writeRtp`. It loops an H.264 file (Annex B, one slice a frame) in real time.
 *
 * `node werift-server.ts <file>` prints {"port":n} when it listens on loopback; it ends on SIGTERM, or by itself.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { H264Packetizer, MediaStreamTrack, RTCPeerConnection, splitH264NalUnits, useH264 } from 'werift';

const frameRate = 30;
const clockRate = 90_000;
const lifeMs = 15 * 60_000;
const startCode = Buffer.of(0, 0, 0, 1);
const slices: ReadonlySet<number> = new Set([1, 5]);

const viewers = new Map<string, { connection: RTCPeerConnection; track: MediaStreamTrack }>();
let count = 0;

const server = createServer(async (request, response) => {
  try {
    if (request.method === 'POST') {
      const { id, answer } = await open(await text(request));
      response.writeHead(201, { 'content-type': 'application/sdp', location: `/whep/bench/${id}` });
      response.end(answer);
    } else {
      await end(request.url?.split('/').at(-1) ?? '');
      response.end();
    }
  } catch (error) {
    response.writeHead(400);
    response.end(String(error));
  }
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })),
);
play(accessUnits(readFileSync(process.argv[2] ?? '')));
setTimeout(() => process.exit(), lifeMs);
process.on('SIGTERM', () => process.exit());

async function open(offer: string): Promise<{ id: string; answer: string }> {
  const connection = new RTCPeerConnection({
    bundlePolicy: 'max-bundle',
    iceServers: [],
    codecs: {
      video: [
        useH264({ parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f' }),
      ],
    },
  });
  const track = new MediaStreamTrack({ kind: 'video' });
  connection.addTransceiver(track, { direction: 'sendonly' });
  await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  // With no server given, werift asks a public one.
  for (const { connection: ice } of connection.iceTransports) delete ice.stunServer;
  await connection.setLocalDescription(await connection.createAnswer());
  count += 1;
  const id = String(count);
  viewers.set(id, { connection, track });
  connection.connectionStateChange.subscribe((state) => {
    if (state === 'failed') void end(id);
  });
  return { id, answer: connection.localDescription?.sdp ?? '' };
}

async function end(id: string): Promise<void> {
  const viewer = viewers.get(id);
  viewers.delete(id);
  await viewer?.connection.close();
}

function play(frames: readonly Buffer[]): void {
  const packetizer = new H264Packetizer({ inputFormat: 'annexb' });
  const begun = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - begun) * frameRate) / 1000);
    for (; sent < due; sent += 1) {
      const frame = frames[sent % frames.length] as Buffer;
      for (const packet of packetizer.packetize(frame, ((sent * clockRate) / frameRate) % 2 ** 32)) {
        for (const { track } of viewers.values()) track.writeRtp(packet);
      }
    }
  }, 1000 / frameRate);
}

/** Each frame with its parameter sets. */
function accessUnits(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  let frame: Buffer[] = [];
  for (const unit of splitH264NalUnits(stream)) {
    frame.push(startCode, unit);
    if (!slices.has((unit[0] ?? 0) & 31)) continue;
    frames.push(Buffer.concat(frame));
    frame = [];
  }
  return frames;
}
