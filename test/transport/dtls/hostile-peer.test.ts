import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alerts, readAlert } from '../../../src/transport/dtls/alert.ts';
import { writeCertificateRequest } from '../../../src/transport/dtls/certificate-messages.ts';
import { extensionTypes } from '../../../src/transport/dtls/extensions.ts';
import { fingerprintOf, matchesFingerprint } from '../../../src/transport/dtls/fingerprint.ts';
import type { FlightPart, RefusalReason } from '../../../src/transport/dtls/handshake.ts';
import { type HandshakeMessage, handshakeTypes } from '../../../src/transport/dtls/handshake-message.ts';
import { contentTypes, readRecords } from '../../../src/transport/dtls/record.ts';
import { signatureSchemes } from '../../../src/transport/dtls/signatures.ts';
import { End, makeCertificate, ms, Network } from './pair.ts';
import { type Script, ScriptedClient, ScriptedServer } from './scripted.ts';

const [ours, theirs, another] = [await makeCertificate(), await makeCertificate(), await makeCertificate()];

function ourEnd(role: 'client' | 'server') {
  return new End({ role, certificate: ours, fingerprints: [theirs.fingerprint] });
}

/** Our server meets a scripted client, our client a scripted server. */
function meet(role: 'client' | 'server', script: Partial<Script>) {
  const end = ourEnd(role);
  const whole = { certificate: theirs, ...script };
  const peer =
    role === 'server' ? new ScriptedClient(end, whole).play() : new ScriptedServer(end, whole).play();
  return { end, peer };
}

/** Not one key, not one message, and in the end the connection is over. */
function expectRefused({ end, peer }: ReturnType<typeof meet>, reason?: RefusalReason) {
  peer.sendData('premature');
  expect(end.connected).toEqual([]);
  expect(end.received).toEqual([]);
  expect(end.connection.send(Buffer.from('data'))).toBe(false);
  if (reason) {
    expect(end.ended).toMatchObject([{ kind: 'refused', reason }]);
    const [last] = readRecords(end.sent.at(-1)!);
    expect(last!.type).toBe(contentTypes.alert);
    if (last!.epoch === 0) expect(readAlert(last!.fragment)).toMatchObject({ fatal: true });
  } else {
    expect(end.ended).toEqual([]);
    end.connection.tick(ms(60_000));
    expect(end.ended).toEqual([{ kind: 'timedOut' }]);
  }
  const sentData = end.sent.flatMap(readRecords).some(({ type }) => type === contentTypes.applicationData);
  expect(sentData).toBe(false);
  expect(end.connection.state).toBe('ended');
  expect(end.connection.deadline).toBeUndefined();
}

describe.each(['server', 'client'] as const)('our %s', (role) => {
  const { certificate, clientKeyExchange, serverKeyExchange, certificateVerify, finished, serverHello } =
    handshakeTypes;

  test('lets in a peer that proves everything by hand', () => {
    const { end, peer } = meet(role, {});
    expect(end.ended).toEqual([]);
    expect(end.connected).toHaveLength(1);
    expect(end.connected[0]?.local.profile).toBe(7);
    peer.sendData('hello');
    expect(end.received).toEqual(['hello']);
  });

  test('refuses a peer with a copied certificate and a key of its own', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expectRefused(meet(role, { signWith: privateKey }), 'wrong signature');
  });

  test('refuses a peer whose right key has another fingerprint', () => {
    expectRefused(meet(role, { certificate: another }), 'wrong fingerprint');
  });

  test('refuses a peer that shows the right certificate behind its own', () => {
    const script = { certificate: another, certificates: [another.der, theirs.der] };
    expectRefused(meet(role, script), 'wrong fingerprint');
  });

  test('refuses a peer that shows no certificate', () => {
    expectRefused(meet(role, { certificates: [] }), 'no certificate');
  });

  test('lets nobody in where signaling named no fingerprint', () => {
    const end = new End({ role, certificate: ours, fingerprints: [] });
    const script = { certificate: theirs };
    const peer =
      role === 'server' ? new ScriptedClient(end, script).play() : new ScriptedServer(end, script).play();
    expectRefused({ end, peer }, 'wrong fingerprint');
  });

  const wrongSignatures: readonly [string, Partial<Script>][] = [
    ['one flipped bit', { signature: (right) => right.with(10, right[10]! ^ 1) }],
    ['no bytes', { signature: () => new Uint8Array(0) }],
    ['rubbish', { signature: () => new Uint8Array(70).fill(0x30) }],
    ['r and s of 0', { signature: () => Buffer.from('3006020100020100', 'hex') }],
    ['something else signed', { signed: (right) => right.with(0, right[0]! ^ 1) }],
    ['SHA-1', { scheme: 0x0203 }],
    ['another hash than named', { scheme: signatureSchemes.ecdsaSecp384r1Sha384 }],
    ['the name of an RSA scheme', { scheme: signatureSchemes.rsaPkcs1Sha256 }],
    ['an anonymous scheme', { scheme: 0x0000, signature: () => new Uint8Array(0) }],
  ];
  test.each(wrongSignatures)('refuses a signature with %s', (_, script) => {
    expectRefused(meet(role, script), 'wrong signature');
  });

  const wrongFinished: readonly [string, (right: Uint8Array) => Uint8Array][] = [
    ['zeros', () => new Uint8Array(12)],
    ['one flipped bit', (right) => right.with(11, right[11]! ^ 0x80)],
    ['one byte too few', (right) => right.subarray(0, 11)],
    ['one byte too many', (right) => Buffer.concat([right, Buffer.alloc(1)])],
    ['nothing in it', () => new Uint8Array(0)],
  ];
  test.each(wrongFinished)('refuses a Finished with %s', (_, wrong) => {
    expectRefused(meet(role, { finished: wrong }), 'wrong finished');
  });

  test('waits in vain for a Finished that does not come', () => {
    expectRefused(meet(role, { omit: [finished] }));
  });

  test('does not take a Finished in the clear', () => {
    expectRefused(meet(role, { lastFlight: (right) => right.filter((part) => part !== 'changeCipherSpec') }));
  });

  test('does not take a Finished whose sender did not change the cipher', () => {
    expectRefused(meet(role, { omit: ['changeCipherSpec'] }));
  });

  const gaps =
    role === 'server'
      ? [certificate, clientKeyExchange, certificateVerify]
      : [serverHello, certificate, serverKeyExchange];
  test.each(gaps)('refuses a peer that leaves message %i out', (type) => {
    expectRefused(meet(role, { omit: [type] }), 'unexpected message');
  });

  test('refuses a peer that leaves all proofs out', () => {
    const omit = role === 'server' ? [certificate, certificateVerify] : [certificate, serverKeyExchange];
    expectRefused(meet(role, { omit }), 'unexpected message');
  });

  test('refuses a message that is not due', () => {
    const extra = { type: handshakeTypes.helloRequest, sequence: 1, body: new Uint8Array(0) };
    const script = {
      firstFlight: () => [{ ...extra, sequence: 0 }],
      lastFlight: () => [extra],
    };
    expectRefused(meet(role, script), 'unexpected message');
  });

  const count = role === 'server' ? 3 : 5;
  const rightOrder = Array.from({ length: count }, (_, index) => index);
  /** The right messages, in this order. */
  const reorder = (numbers: readonly number[]) => (right: FlightPart[]) => {
    const messages = right.slice(0, count) as HandshakeMessage[];
    const reordered = numbers.map((number, index) => ({
      ...messages[number]!,
      sequence: messages[0]!.sequence + index,
    }));
    return [...reordered, ...right.slice(count)];
  };
  const expectOrderRefused = (numbers: readonly number[]) => {
    const flight = reorder(numbers);
    const { end, peer } = meet(role, role === 'server' ? { lastFlight: flight } : { firstFlight: flight });
    peer.sendData('premature');
    expect([end.connected, end.received]).toEqual([[], []]);
    expect(end.ended).toMatchObject([{ kind: 'refused', reason: 'unexpected message' }]);
  };

  test('refuses any of the right messages twice', () => {
    for (const twice of rightOrder) {
      expectOrderRefused(rightOrder.toSpliced(twice, 0, twice));
      if (twice > 0) expectOrderRefused(rightOrder.toSpliced(twice, 0, 0));
    }
  });

  test('refuses the right messages in any other order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...rightOrder], { minLength: count }), (numbers) => {
        fc.pre(numbers.join() !== rightOrder.join());
        expectOrderRefused(numbers);
      }),
    );
  });

  test.each([0, 1, 65])('refuses a key share of another length or form (%i)', (length) => {
    const { end, peer } = meet(role, { publicKey: () => new Uint8Array(length).fill(4) });
    expectRefused({ end, peer }, 'wrong key share');
  });

  test('refuses a peer without DTLS 1.2', () => {
    expectRefused(meet(role, { hello: { version: 0xfeff } }), 'other version');
  });

  test('refuses a suite that it does not have', () => {
    expectRefused(meet(role, { hello: { suite: 0x009c } }), 'nothing in common');
  });

  test('refuses to continue a handshake that it does not know', () => {
    const extensions = (right: Map<number, Uint8Array>) => {
      right.set(extensionTypes.renegotiationInfo, Uint8Array.of(1, 7));
    };
    expectRefused(meet(role, { hello: { extensions } }), 'renegotiation');
  });

  test('connects without SRTP keys where the peer does not ask for them', () => {
    const { end } = meet(role, { hello: { extensions: (right) => right.delete(extensionTypes.useSrtp) } });
    expect(end.connected).toEqual([undefined]);
  });

  test('says no to another handshake in an authentic record, and goes on', () => {
    const { end, peer } = meet(role, {});
    const before = end.sent.length;
    const type = role === 'server' ? handshakeTypes.clientHello : handshakeTypes.helloRequest;
    peer.sendProtected({ type, sequence: role === 'server' ? 5 : 6, body: new Uint8Array(0) });
    expect(end.sent).toHaveLength(before + 1);
    const [record] = readRecords(end.sent.at(-1)!);
    const plaintext = peer.records.open(record!);
    expect([...plaintext!]).toEqual([1, alerts.noRenegotiation]);
    peer.sendData('still here');
    expect(end.received).toEqual(['still here']);
  });
});

describe('our server', () => {
  test('refuses a client that cannot read its signature', () => {
    const extensions = (right: Map<number, Uint8Array>) => {
      right.set(extensionTypes.signatureAlgorithms, Buffer.from('00020401', 'hex'));
    };
    expectRefused(meet('server', { hello: { extensions } }), 'nothing in common');
  });

  test.each(Object.entries(extensionTypes).filter(([name]) => /Groups|Algorithms|Srtp|Versions/.test(name)))(
    'refuses a hello whose %s cannot be read',
    (_, type) => {
      const extensions = (right: Map<number, Uint8Array>) => {
        right.set(type, Uint8Array.of(0, 9, 1));
      };
      expectRefused(meet('server', { hello: { extensions } }), 'malformed message');
    },
  );

  test('takes the profile it prefers, whatever the client prefers', () => {
    const extensions = (right: Map<number, Uint8Array>) => {
      right.set(extensionTypes.useSrtp, Buffer.from('000600010008000700', 'hex'));
    };
    const { end } = meet('server', { hello: { extensions } });
    expect(end.connected[0]?.local.profile).toBe(7);
  });

  test('picks 1.2 where the client offers 1.3 too, and refuses where it offers nothing else', () => {
    const offering = (list: string) => ({
      hello: {
        extensions: (right: Map<number, Uint8Array>) => {
          right.set(extensionTypes.supportedVersions, Buffer.from(list, 'hex'));
        },
      },
    });
    expect(meet('server', offering('04fefcfefd')).end.connected).toHaveLength(1);
    expectRefused(meet('server', offering('02fefc')), 'other version');
  });
});

describe('our client', () => {
  test('does not answer a server that cannot read its signature', () => {
    const firstFlight: Script['firstFlight'] = (right) =>
      right.map((part) =>
        part !== 'changeCipherSpec' && part.type === handshakeTypes.certificateRequest
          ? { ...part, body: writeCertificateRequest([signatureSchemes.rsaPkcs1Sha256]) }
          : part,
      );
    expectRefused(meet('client', { firstFlight }), 'nothing in common');
  });

  test('shows a cookie once, and no loop of them', () => {
    const ask = (sequence: number) => ({
      type: handshakeTypes.helloVerifyRequest,
      sequence,
      body: Buffer.from('feff04aabbccdd', 'hex'),
    });
    const { end } = meet('client', { firstFlight: () => [ask(0)] });
    expect(end.ended).toEqual([]);
    expect(Buffer.from(end.sent.at(-1)!).includes('04aabbccdd', 0, 'hex')).toBe(true);
    expectRefused(meet('client', { firstFlight: () => [ask(0), ask(1)] }), 'unexpected message');
  });

  test('refuses an extension it did not ask for', () => {
    const extensions = (right: Map<number, Uint8Array>) => {
      right.set(16, Buffer.from('0003026832', 'hex'));
    };
    expectRefused(meet('client', { hello: { extensions } }), 'unexpected extension');
  });

  test.each(['0002000800', '00040007000100', '00020007'])(
    'refuses a choice of profiles that is none: %s',
    (data) => {
      const extensions = (right: Map<number, Uint8Array>) => {
        right.set(extensionTypes.useSrtp, Buffer.from(data, 'hex'));
      };
      expectRefused(meet('client', { hello: { extensions } }), 'nothing in common');
    },
  );

  test('refuses to compress', () => {
    const firstFlight: Script['firstFlight'] = ([hello, ...rest]) => {
      if (hello === undefined || hello === 'changeCipherSpec') throw new Error('no hello');
      const body = hello.body.slice();
      body[2 + 32 + 1 + 2] = 1;
      return [{ ...hello, body }, ...rest];
    };
    expectRefused(meet('client', { firstFlight }), 'malformed message');
  });
});

test('two ends whose signaling was tampered with never connect', () => {
  const client = new End({ role: 'client', certificate: ours, fingerprints: [theirs.fingerprint] });
  const server = new End({ role: 'server', certificate: theirs, fingerprints: [another.fingerprint] });
  new Network(client, server).connect();
  expect([client.connected, server.connected]).toEqual([[], []]);
  expect(server.ended).toMatchObject([{ kind: 'refused', reason: 'wrong fingerprint' }]);
  expect(client.ended).toMatchObject([{ kind: 'refusedByPeer', alert: alerts.badCertificate }]);
});

test('one right fingerprint among several is enough, by SHA-512 too', () => {
  const client = new End({
    role: 'client',
    certificate: ours,
    fingerprints: [fingerprintOf(theirs.der, 'sha-512')],
  });
  const server = new End({
    role: 'server',
    certificate: theirs,
    fingerprints: [another.fingerprint, fingerprintOf(ours.der, 'sha-384')],
  });
  new Network(client, server).connect();
  expect([client.connected.length, server.connected.length]).toEqual([1, 1]);
  expect(matchesFingerprint(ours.der, [another.fingerprint])).toBe(false);
});
