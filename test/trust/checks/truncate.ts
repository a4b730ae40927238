import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startDevice } from '../../e2e/device.ts';
import { far } from '../../transport/far-end.ts';
import { type Check, remark } from '../check.ts';
import { HeadlessViewer, kindOf } from '../headless-viewer.ts';

const maxLength = 1_500;
/** A moment's rest, so that the kernel's queue of some hundred datagrams does not lose the rest. */
const perBurst = 20;
const burstRestMs = 10;
/** A picture older than this is not live any more. */
const maxPauseMs = 2_000;
/** Datagrams of a kind that are alike; the longest of so many first ones stand for it. */
const perKind = 3;

export const check: Check = {
  title: `every length from 0 to ${maxLength} of packets that a viewer really sent, from its own and from another address, while it watches`,
  async run() {
    const device = await startDevice(() => ({
      device: 'trust',
      cameras: { door: { kind: 'test', width: 320, height: 180 } },
    }));
    const viewer = new HeadlessViewer(device, { codecs: ['H264'] });
    const stranger = createSocket('udp4').bind(0);
    try {
      await once(stranger, 'listening');
      await viewer.watch('door');
      await viewer.flowing(200);
      const samples = samplesOf(viewer.sent);
      const { address, port } = viewer.deviceAddress;
      let answered = 0;
      stranger.on('message', () => (answered += 1));
      viewer.watchClosely();
      let sent = 0;
      for (const sample of samples) {
        remark(`${kindOf(sample)} of ${sample.length} bytes, cut and lengthened`);
        for (let length = 0; length <= maxLength; length += 1) {
          const datagram = ofLength(sample, length);
          viewer.send(datagram);
          stranger.send(datagram, port, address);
          sent += 2;
          if (length % perBurst === 0) await delay(burstRestMs);
        }
      }
      const flows = await viewer.flowing().then(
        () => true,
        () => false,
      );
      const second = new HeadlessViewer(device, { codecs: ['H264'] });
      const taken = await second
        .watch('door')
        .then(() => second.flowing())
        .then(
          () => true,
          () => false,
        );
      await second.leave();
      const faults = device
        .printed()
        .split('\n')
        .filter((line) => /"level":(50|60)/.test(line)).length;
      return [
        { what: 'datagrams sent', value: sent, unit: '', must: { atLeast: 2 * 5 * maxLength } },
        { what: 'pictures flow afterwards', value: Number(flows), unit: '', must: { atLeast: 1 } },
        { what: "viewer's packets lost", value: viewer.lostPackets(far.h264), unit: '', must: { atMost: 0 } },
        {
          what: "viewer's longest pause",
          value: viewer.longestPauseMs,
          unit: 'ms',
          must: { atMost: maxPauseMs },
        },
        { what: 'a new viewer is taken afterwards', value: Number(taken), unit: '', must: { atLeast: 1 } },
        { what: 'errors the device logged', value: faults, unit: '', must: { atMost: 0 } },
        // Whole STUN requests of the viewer's are authentic, wherever they come from (RFC 8445, 7.3).
        {
          what: 'answers to the other address',
          value: answered,
          unit: '',
          must: { atMost: samples.length * 8 },
        },
      ];
    } finally {
      stranger.close();
      await viewer.leave();
      await device.stop();
    }
  },
};

/** Some datagrams of every kind and type that the viewer sent. */
function samplesOf(sent: readonly Buffer[]): readonly Buffer[] {
  const kinds = new Map<string, Buffer[]>();
  for (const datagram of sent) {
    // STUN by its method and class, DTLS by its content type and epoch, RTP and RTCP by their payload type.
    const kind = kindOf(datagram);
    const type =
      kind === 'dtls'
        ? `${datagram[0]} ${datagram.readUInt16BE(3)} ${datagram[13]}`
        : String(datagram.readUInt16BE(0));
    const known = kinds.get(`${kind} ${type}`) ?? [];
    if (known.length < perKind && !known.some((other) => other.length === datagram.length))
      known.push(datagram);
    kinds.set(`${kind} ${type}`, known);
  }
  return [...kinds.values()].flatMap((list) => list.toSorted((a, b) => b.length - a.length).slice(0, 1));
}

/** The datagram's beginning; where it is too short, bytes without meaning behind it. */
function ofLength(datagram: Buffer, length: number): Buffer {
  if (length <= datagram.length) return datagram.subarray(0, length);
  const noise = Buffer.alloc(length - datagram.length);
  for (let at = 0; at < noise.length; at += 1) noise[at] = (at * 167 + length) & 0xff;
  return Buffer.concat([datagram, noise]);
}
