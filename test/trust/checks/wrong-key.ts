import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Device, startDevice } from '../../e2e/device.ts';
import type { FarEnd, FarEndOptions } from '../../transport/far-end.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';
import { HeadlessViewer } from '../headless-viewer.ts';

/** Long enough for a handshake with its repetitions, and for a second of pictures after it. */
const lookedAtMs = 6_000;

/** Someone who has the viewer's certificate, but not its key. */
function forgetKey(far: FarEnd): void {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { localCertificate } = far.dtls;
  if (!localCertificate) throw new Error('there is no certificate yet');
  far.dtls.localCertificate = Object.assign(
    Object.create(Object.getPrototypeOf(localCertificate)),
    localCertificate,
    {
      privateKey,
    },
  );
}

/** Another fingerprint than the certificate's. */
const otherFingerprint = (sdp: string): string =>
  sdp.replaceAll(
    /(a=fingerprint:sha-256 )([0-9A-F]{2})/gi,
    (_line, begin: string, byte: string) => begin + (byte.toUpperCase() === '00' ? '01' : '00'),
  );

const asServer = (sdp: string): string => sdp.replaceAll('a=setup:actpass', 'a=setup:passive');

interface Case {
  readonly what: string;
  readonly honest?: boolean;
  readonly options: FarEndOptions;
}

const roles: readonly { readonly name: string; readonly munge: (sdp: string) => string }[] = [
  { name: 'client', munge: (sdp) => sdp },
  { name: 'server', munge: asServer },
];

const cases: readonly Case[] = roles.flatMap(({ name, munge }) => [
  { what: `an honest DTLS ${name}`, honest: true, options: { mungeOffer: munge } },
  {
    what: `a DTLS ${name} with a copied certificate`,
    options: { mungeOffer: munge, beforeStart: forgetKey },
  },
  {
    what: `a DTLS ${name} of another fingerprint`,
    options: { mungeOffer: (sdp) => munge(otherFingerprint(sdp)) },
  },
]);

export const check: Check = {
  title:
    'a peer with a copied certificate and another key, or with another fingerprint, in both roles: no SRTP packet',
  async run() {
    const device = await startDevice(() => ({
      device: 'trust',
      cameras: { door: { kind: 'test', width: 320, height: 180 } },
    }));
    try {
      const figures: TrustFigure[] = [];
      for (const one of cases) {
        remark(one.what);
        const packets = await srtpSentTo(device, one.options);
        figures.push({
          what: `SRTP packets to ${one.what}`,
          value: packets,
          unit: '',
          // That the honest ones get pictures shows that the others would have, too.
          must: one.honest ? { atLeast: 1 } : { atMost: 0 },
        });
      }
      return figures;
    } finally {
      await device.stop();
    }
  },
};

async function srtpSentTo(device: Device, options: FarEndOptions): Promise<number> {
  const viewer = new HeadlessViewer(device, { codecs: ['H264'], ...options });
  try {
    await viewer.watch('door');
    await delay(lookedAtMs);
    return viewer.arrived.srtp;
  } finally {
    await viewer.leave();
  }
}
